using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace UserStore.Tests.DependencyInjection;

public sealed class OptionsValidationTests
{
    public static TheoryData<string, Action<UserStoreOptions>, string> Validate => new()
    {
        { "relative url", options => options.ServiceUrl = "localhost:8000/x", "localhost:8000/x" },
        { "other scheme", options => options.ServiceUrl = "ftp://localhost", "http or https" },
        { "no region", options => options.Region = "Frankfurt", "'Frankfurt'" },
        { "prefix with a blank", options => options.TableNamePrefix = "my app-", "'my app-Users'" },
        { "null prefix", options => options.TableNamePrefix = null!, "TableNamePrefix" },
        { "short table", options => options.UsersTable = "Us", "3 to 255" },
        { "long table", options => options.UsersTable = new string('u', 256), "3 to 255" },
        { "unknown index", options => options.IndexNames["team-index"] = "abc", "email-index, status-index" },
        { "bad index name", options => options.IndexNames["status-index"] = "a b", "'a b'" },
        { "same index name twice", options => options.IndexNames["status-index"] = "email-index", "a name of its own" },
        { "unknown behavior", options => options.UnreadableUsers = (UnreadableUsers)7, "UnreadableUsers" },
        { "no email rule", options => options.NormalizeEmail = null!, "NormalizeEmail" },
        { "undefined billing", options => options.BillingMode = (TableBillingMode)7, "OnDemand, Provisioned" },
        { "no read capacity", options => options.ReadCapacityUnits = 0, "between 1 and 40000" },
        { "too much write capacity", options => options.WriteCapacityUnits = 40_001, "is 40001" },
        { "undefined stream", options => options.StreamViewType = (TableStreamViewType)7, "NewAndOldImages" },
        { "short emails table", options => options.ReservationsTable = "Em", "ReservationsTable make the table name 'Em'" },
        { "one table for both", options => options.ReservationsTable = "Users", "a name of its own" },
        { "too much time for retries", options => options.Retry.Timeout = TimeSpan.FromMinutes(6), "Retry.Timeout is 00:06:00" },
        { "no time for an attempt", options => options.Retry.AttemptTimeout = TimeSpan.Zero, "Retry.AttemptTimeout" },
        { "no first pause", options => options.Retry.BaseDelay = TimeSpan.Zero, "between 00:00:00.0010000 and 00:01:00" },
        { "pauses that shrink", options => options.Retry.MaxDelay = TimeSpan.FromMilliseconds(49), "between 00:00:00.0500000 and" },
        { "short key", options => options.TokenKeys.Add(new byte[16]), "another length than 32 bytes" },
        { "null key", options => options.TokenKeys.Add(null!), "TokenKeys has a key that is null" },
        { "no time", options => options.TableCreationTimeout = TimeSpan.Zero, "1 second to 1 day|between 1 second and 1 day" },
    };

    [Theory]
    [MemberData(nameof(Validate))]
    public void An_invalid_option_is_reported_at_start_with_the_given_and_the_allowed_values(
        string name, Action<UserStoreOptions> mistake, string expected)
    {
        using ServiceProvider provider = new ServiceCollection().AddUserStore(mistake).Services.BuildServiceProvider();

        Action start = () => provider.GetRequiredService<IStartupValidator>().Validate();
        Action resolve = () => provider.GetRequiredService<IUserStore>();

        OptionsValidationException atStart = start.Should().Throw<OptionsValidationException>(name).Which;
        expected.Split('|').Should().Contain(part => atStart.Message.Contains(part), "{0}", atStart.Message);
        resolve.Should().Throw<OptionsValidationException>();
    }

    [Fact]
    public void The_index_name_of_the_attribute_is_validated_unless_the_options_replace_it()
    {
        using ServiceProvider wrong = new ServiceCollection().AddUserStore<ShortIndexUser>().Services.BuildServiceProvider();
        using ServiceProvider renamed = new ServiceCollection()
            .AddUserStore<ShortIndexUser>(options => options.IndexNames["ix"] = "team-index").Services.BuildServiceProvider();

        wrong.Invoking(one => one.GetRequiredService<IStartupValidator>().Validate()).Should().Throw<OptionsValidationException>().WithMessage(
            "*ShortIndexUser declares the index 'ix', but its name in the table must have 3 to 255*Set IndexNames['ix'], or correct the attribute.*");
        renamed.Invoking(one => one.GetRequiredService<IStartupValidator>().Validate()).Should().NotThrow();
    }

    [Fact]
    public void All_invalid_options_are_reported_together()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddUserStore(
                options => (options.Region, options.ReadCapacityUnits, options.UsersTable) = ("x", 0, "")).Services.BuildServiceProvider();

        Action start = () => provider.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<OptionsValidationException>().Which.Failures.Should().HaveCount(3);
    }

    [Fact]
    public void The_defaults_and_valid_options_are_accepted()
    {
        ServiceCollection services = new();
        services.AddUserStore();
        services.AddUserStore<Member>(options =>
        {
            options.ServiceUrl = "https://dynamodb.example.test:8443/base";
            options.Region = "us-gov-west-1";
            options.TableNamePrefix = "Staging_1.x-";
            options.IndexNames["team-index"] = "members-by-team";
        });
        using ServiceProvider provider = services.BuildServiceProvider();

        Action start = () => provider.GetRequiredService<IStartupValidator>().Validate();

        start.Should().NotThrow();
    }

    public sealed record ShortIndexUser : User
    {
        [DynamoDBProperty("team")]
        [DynamoDBGlobalSecondaryIndexHashKey("ix")]
        public string? Team { get; init; }
    }
}

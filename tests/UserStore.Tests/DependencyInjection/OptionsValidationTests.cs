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
        { "no recovery", Recovery(0), "PointInTimeRecoveryDays is 0, but must be between 1 and 35" },
        { "too long a recovery", Recovery(36), "is 36" },
        { "days without recovery", options => options.PointInTimeRecoveryDays = 7, "requires PointInTimeRecovery" },
        { "undefined class", options => options.TableClass = (TableStorageClass)7, "Standard, StandardInfrequentAccess" },
        { "empty key", options => options.EncryptionKey = "", "EncryptionKey is ''" },
        { "key with a blank", options => options.EncryptionKey = "my key", "EncryptionKey is 'my key'" },
        { "path that is no alias", options => options.EncryptionKey = "key/1234", "EncryptionKey is 'key/1234'" },
        { "arn of a table", options => options.EncryptionKey = "arn:aws:dynamodb:eu-central-1:123456789012:table/Users", "ARN" },
        { "no reads", options => options.MaxReadRequestUnits = 0, "MaxReadRequestUnits is 0, but must be at least 1" },
        { "no writes", options => options.MaxWriteRequestUnits = -1, "MaxWriteRequestUnits is -1" },
        { "maximum of provisioned", Provisioned(options => options.MaxWriteRequestUnits = 9), "requires the BillingMode OnDemand" },
        { "cold reads", options => options.WarmReadUnitsPerSecond = 11_999, "WarmReadUnitsPerSecond is 11999, but must be at least 12000" },
        { "cold writes", options => options.WarmWriteUnitsPerSecond = 3_999, "must be at least 4000" },
        { "cold provisioned", Provisioned(options => options.WarmReadUnitsPerSecond = 4), "must be at least 5" },
        {
            "warm beyond the maximum",
            options => (options.WarmReadUnitsPerSecond, options.MaxReadRequestUnits) = (20_000, 15_000),
            "must not be more than MaxReadRequestUnits, which is 15000"
        },
        { "tag of AWS", options => options.Tags["aws:team"] = "x", "Tags has 'aws:team'" },
        { "tag without key", options => options.Tags[""] = "x", "1 to 128 characters" },
        { "long tag", options => options.Tags[new string('t', 129)] = "x", "1 to 128 characters" },
        { "long tag value", options => options.Tags["team"] = new string('t', 257), "Tags['team'] has 257 characters" },
        { "null tag value", options => options.Tags["team"] = null!, "Tags['team'] is null" },
        { "many tags", options => Enumerable.Range(0, 51).ToList().ForEach(tag => options.Tags[$"t{tag}"] = ""), "Tags has 51 tags" },
        { "encryption without a hash key", options => options.Describe<User>(type => type.Encrypted(user => user.Name)), "Privacy.HashKey is null" },
        {
            "encryption without a wrapper", Encrypting(options => options.Privacy.DataKeyWrapper = null),
            "User has encrypted properties (Name), but nothing wraps their data keys"
        },
        { "bad name of data keys", Encrypting(options => options.Privacy.DataKeysTable = "my keys"), "make the table name 'my keys'" },
        { "data keys among the users", Encrypting(options => options.Privacy.DataKeysTable = "Users"), "a name of its own" },
        { "no data keys in memory", options => options.Privacy.DataKeyCacheSize = 0, "Privacy.DataKeyCacheSize is 0" },
        { "negative cache", options => options.Privacy.DataKeyCacheDuration = TimeSpan.FromTicks(-1), "Privacy.DataKeyCacheDuration is -00" },
        { "long cache", options => options.Privacy.DataKeyCacheDuration = TimeSpan.FromDays(2), "between 00:00:00 and 1.00:00:00" },
        { "no time", options => options.TableCreationTimeout = TimeSpan.Zero, "1 second to 1 day|between 1 second and 1 day" },
    };

    private static Action<UserStoreOptions> Recovery(int days)
        => options => (options.PointInTimeRecovery, options.PointInTimeRecoveryDays) = (true, days);

    private static Action<UserStoreOptions> Provisioned(Action<UserStoreOptions> mistake) => options =>
    {
        options.BillingMode = TableBillingMode.Provisioned;
        mistake(options);
    };

    private static Action<UserStoreOptions> Encrypting(Action<UserStoreOptions> mistake) => options =>
    {
        options.Describe<User>(type => type.Encrypted(user => user.Name));
        (options.Privacy.HashKey, options.Privacy.DataKeyWrapper) = (new byte[32], new LocalDataKeyWrapper(new byte[32]));
        mistake(options);
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

    [Theory]
    [InlineData("alias/aws/dynamodb")]
    [InlineData("alias/users_1/a")]
    [InlineData("1234abcd-12ab-34cd-56ef-1234567890ab")]
    [InlineData("mrk-1234abcd12ab34cd56ef1234567890ab")]
    [InlineData("arn:aws:kms:eu-central-1:123456789012:key/1234abcd")]
    [InlineData("arn:aws-cn:kms:cn-north-1:123456789012:alias/users")]
    public void Settings_at_the_limits_are_valid(string key)
    {
        using ServiceProvider provider = new ServiceCollection().AddUserStore(options =>
        {
            (options.EncryptionKey, options.TableClass) = (key, TableStorageClass.Standard);
            (options.WarmReadUnitsPerSecond, options.MaxReadRequestUnits) = (12_000, 12_000);
            (options.WarmWriteUnitsPerSecond, options.MaxWriteRequestUnits) = (4_000, null);
            (options.PointInTimeRecovery, options.PointInTimeRecoveryDays) = (true, 35);
            options.Tags[new string('k', 128)] = new string('v', 256);
        }).Services.BuildServiceProvider();

        provider.Invoking(one => one.GetRequiredService<IStartupValidator>().Validate()).Should().NotThrow();
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
    public void The_wrapper_of_the_options_replaces_the_registered_one_for_one_store()
    {
        (LocalDataKeyWrapper registered, LocalDataKeyWrapper own) = (new(new byte[32]), new(new byte[32]));
        using ServiceProvider provider = new ServiceCollection().AddSingleton<IDataKeyWrapper>(registered)
            .AddUserStore(options => options.Privacy.UseDataKeyWrapper(own)).Services
            .AddUserStore<ShortIndexUser>(options => (options.UsersTable, options.IndexNames["ix"]) = ("Others", "team-index")).Services
            .BuildServiceProvider();
        IOptionsMonitor<UserStoreOptions> options = provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>();

        options.Get(UserStoreOptions.NameFor(typeof(User))).Privacy.DataKeyWrapper.Should().BeSameAs(own);
        options.Get(UserStoreOptions.NameFor(typeof(ShortIndexUser))).Privacy.DataKeyWrapper.Should().BeSameAs(registered);
        FluentActions.Invoking(() => new UserPrivacyOptions().UseDataKeyWrapper(null!)).Should().Throw<ArgumentNullException>();
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

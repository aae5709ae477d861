using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.Compliance.Classification;
using Microsoft.Extensions.Compliance.Redaction;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Privacy;
using UserStore.Replication;

namespace UserStore.Tests.Privacy;

/// <summary>What remains of a user in a log.</summary>
public sealed class UserRedactorTests
{
    private const string Secret = "Ada Lovelace";

    private static readonly User Ada = new()
    {
        UserId = "u-1",
        Email = "ada@example.test",
        Name = Secret,
        Age = 36,
        Tags = ["math", "poetry"],
        Version = 2,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public void Without_redaction_classified_values_are_left_out()
    {
        IReadOnlyList<KeyValuePair<string, object?>> redacted = new UserRedactor<User>().Redact(Ada);

        redacted.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["Status"] = UserStatus.Active,
            ["CreatedAt"] = DateTimeOffset.UnixEpoch,
            ["UpdatedAt"] = default(DateTimeOffset),
            ["ExpiresAt"] = null,
            ["Version"] = 2L,
        });
        redacted.ToString().Should().StartWith("User { ").And.Contain("Status = active").And.Contain("Version = 2").And.NotContain("u-1");
    }

    [Fact]
    public void Redactors_of_the_container_are_chosen_by_classification()
    {
        ServiceCollection services = [];
        services.AddUserStore();
        services.AddRedaction(redaction => redaction
            .SetRedactor<NullRedactor>(UserDataTaxonomy.Identifier)
            .SetRedactor<LengthRedactor>(UserDataTaxonomy.Personal));
        using ServiceProvider provider = services.BuildServiceProvider();

        var redacted = provider.GetRequiredService<UserRedactor<User>>().Redact(Ada).ToDictionary(property => property.Key, property => property.Value);

        redacted.Should().HaveCount(10);
        redacted["UserId"].Should().Be("u-1");
        redacted["Name"].Should().Be("<12>");
        redacted["Age"].Should().Be("<2>");
        redacted["Tags"].Should().Be("<14>", "a list is redacted as [math, poetry]");
        redacted["Email"].Should().Be("", "no redactor is set for it");
        redacted["Version"].Should().Be(2L);
    }

    [Fact]
    public void Options_of_the_container_classify_the_properties_of_a_type_that_cannot_be_annotated()
    {
        ServiceCollection services = [];
        services.AddUserStore<Legacy>(options => options.Describe<Legacy>(type => type
            .PartitionKey(user => user.Id)
            .Classified(user => user.Plan, DataClassification.None)
            .Classified(user => user.Phone, UserDataTaxonomy.Contact)));
        services.AddRedaction(redaction => redaction
            .SetRedactor<LengthRedactor>(UserDataTaxonomy.Contact)
            .SetRedactor<NullRedactor>(UserDataTaxonomy.Identifier));
        using ServiceProvider provider = services.BuildServiceProvider();

        var redacted = provider.GetRequiredService<UserRedactor<Legacy>>().Redact(
            new Legacy { Id = "7", Plan = "free", Phone = "123", Note = Secret });

        redacted.ToString().Should().Be("Legacy { Id = 7, Plan = free, Phone = <3>, Note =  }");
    }

    [Fact]
    public void A_lookup_does_not_print_a_user_whose_type_prints_everything()
    {
        var user = new Legacy { Id = "7", Note = Secret };

        new UserLookup<Legacy>("7", user).ToString().Should().Be("UserLookup { Key = 7, IsFound = True, Unreadable =  }");
        user.ToString().Should().Contain(Secret, "the type is a record without a ToString of its own");
    }

    [Fact]
    public void No_page_prints_the_token_from_which_values_can_be_decoded()
    {
        object[] pages =
        [
            new UserPage<User>([Ada], "token"), new UserSegmentPage<User>(0, [Ada], "token"), new UniqueValueAuditPage([], 1, 1, "token"),
            new UserReplicationPage(1, [], "token"),
        ];

        pages.Select(page => page.ToString()).Should().OnlyContain(text => text!.Contains("Page { ") && !text.Contains("token"));
    }

    [Fact]
    public void Failures_and_drifts_do_not_print_the_exceptions_of_the_application()
    {
        var failure = new UserProjectionException("7", "failed.", new FormatException(Secret));

        new UserChangeFailure("1", "7", failure).ToString().Should().Be("UserChangeFailure { SequenceNumber = 1, Key = 7, Failure = UserProjectionException }");
        new UserReplicationDrift("7", UserReplicationDriftKind.Unprojectable, failure).ToString()
            .Should().Be("Unprojectable { Key = 7, Failure = UserProjectionException }");
    }

    internal sealed class LengthRedactor : Redactor
    {
        public override int GetRedactedLength(ReadOnlySpan<char> input) => Text(input).Length;

        public override int Redact(ReadOnlySpan<char> source, Span<char> destination)
        {
            Text(source).CopyTo(destination);
            return Text(source).Length;
        }

        private static string Text(ReadOnlySpan<char> input) => $"<{input.Length}>";
    }

    [DynamoDBTable("Legacy")]
    internal sealed record Legacy
    {
        public string Id { get; set; } = "";

        public string? Plan { get; set; }

        public string? Phone { get; set; }

        public string? Note { get; set; }
    }
}

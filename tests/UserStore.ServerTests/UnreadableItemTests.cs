using System.Collections.Concurrent;
using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging.Testing;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>An item that cannot be read is named without its values, and does not affect the others if the options say so.</summary>
public sealed class UnreadableItemTests : ServerTest
{
    private const string Secret = "born 1970, jane.doe@secret.test";
    private const int Count = 12;

    private readonly ConcurrentQueue<UnreadableUser> _reported = [];
    private readonly FakeLogCollector _log = new();

    public static TheoryData<string, string> BadAttributes => new()
    {
        { "age", nameof(InvalidOperationException) },
        { "created_at", nameof(FormatException) },
        { "profile", nameof(JsonException) },
    };

    private static readonly UserQuery<ProfiledUser> Active = new("status-index", UserStatus.Active) { PageSize = 2 };

    [Theory]
    [MemberData(nameof(BadAttributes))]
    public async Task Every_read_names_user_and_attribute_and_never_the_value(string attribute, string error)
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync(attribute, bad: ["fake-3"]);

        Func<Task>[] reads =
        [
            () => store.FindAsync("fake-3"),
            () => store.FindAsync("fake-3", ReadConsistency.Strong),
            () => store.FindByEmailAsync("fake.user.3@example.test"),
            () => store.FindByEmailAsync("fake.user.3@example.test", ReadConsistency.Strong),
            () => store.FindManyAsync(["fake-1", "fake-3"]).ReadAllAsync(),
            () => store.QueryByEmailAsync("fake.user.3@example.test").ReadAllAsync(),
            () => store.ListAsync().ReadAllAsync(),
            () => store.ListSegmentsAsync(new UserListOptions { TotalSegments = 2 }).ReadAllAsync(),
        ];
        foreach (Func<Task> read in reads)
        {
            UserStoreSchemaException thrown = (await read.Should().ThrowAsync<UserStoreSchemaException>()).Which;
            (thrown.Key.ToString(), thrown.AttributeName, thrown.TableName, thrown.WasApplied).Should().Be(("fake-3", attribute, Table, false));
            thrown.Message.Should().Contain("fake-3").And.Contain(attribute).And.Contain(error);
            thrown.ToString().Should().NotContain("1970").And.NotContain("secret.test");
        }
    }

    [Fact]
    public async Task Reads_of_many_users_report_the_items_and_continue()
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync("profile", bad: ["fake-1", "fake-2", "fake-7"]);
        Options.UnreadableUsers = UnreadableUsers.Report;
        string[] readable = [.. Enumerable.Range(1, Count).Select(i => $"fake-{i}").Except(["fake-1", "fake-2", "fake-7"])];

        Ids(await store.ListAsync(new UserListOptions { PageSize = 1 }).ReadAllAsync()).Should().BeEquivalentTo(readable);
        ShouldHaveReported("fake-1", "fake-2", "fake-7");
        Ids(await store.ListAsync(new UserListOptions { TotalSegments = 3 }).ReadAllAsync()).Should().BeEquivalentTo(readable);
        ShouldHaveReported("fake-1", "fake-2", "fake-7");
        Ids(await store.QueryAsync(Active).ReadAllAsync()).Should().BeEquivalentTo(readable);
        ShouldHaveReported("fake-1", "fake-2", "fake-7");
        Ids(await store.QueryAsync(Active with { Limit = 3, Filter = user => user.Name != null }).ReadAllAsync()).Should().HaveCount(3);
    }

    [Fact]
    public async Task Pages_contain_what_could_not_be_read_and_their_tokens_move_past_it()
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync("profile", bad: ["fake-1", "fake-2", "fake-7"]);
        Options.UnreadableUsers = UnreadableUsers.Report;
        var pages = new List<UserPage<ProfiledUser>>();
        string? token = null;
        do
        {
            pages.Add(await store.QueryPageAsync(Active, token));
            token = pages[^1].ContinuationToken;
        }
        while (token is not null);

        pages.Sum(page => page.Users.Count).Should().Be(Count - 3);
        pages.SelectMany(page => page.Unreadable).Should().BeEquivalentTo(
        [
            new UnreadableUser("fake-1", "profile", nameof(JsonException)),
            new UnreadableUser("fake-2", "profile", nameof(JsonException)),
            new UnreadableUser("fake-7", "profile", nameof(JsonException)),
        ]);
        pages.Should().OnlyContain(page => page.Users.Count + page.Unreadable.Count <= 2);
        List<UserSegmentPage<ProfiledUser>> segments = await store.ListSegmentsAsync(new UserListOptions { TotalSegments = 2 }).ReadAllAsync();
        segments.SelectMany(page => page.Unreadable).Should().HaveCount(3);
        _log.GetSnapshot().Where(entry => entry.Id.Id == 104).Should().NotBeEmpty().And.OnlyContain(
            entry => entry.Message.Contains(Table) && entry.Message.Contains("fake-") && !entry.Message.Contains("1970"));
    }

    [Fact]
    public async Task A_batch_read_distinguishes_unreadable_from_missing_users()
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync("profile", bad: ["fake-2"]);
        Options.UnreadableUsers = UnreadableUsers.Report;

        List<UserLookup<ProfiledUser>> lookups = await store.FindManyAsync(["fake-1", "fake-2", "none"]).ReadAllAsync();

        lookups.Select(lookup => (lookup.Key.ToString(), lookup.User?.UserId, lookup.Unreadable?.AttributeName)).Should().Equal(
            ("fake-1", "fake-1", null), ("fake-2", null, "profile"), ("none", null, null));
    }

    [Fact]
    public async Task A_read_of_a_single_user_throws_in_any_case()
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync("profile", bad: ["fake-2"]);
        Options.UnreadableUsers = UnreadableUsers.Report;

        Func<Task>[] reads =
        [
            () => store.FindAsync("fake-2"),
            () => store.FindByEmailAsync("fake.user.2@example.test"),
            () => store.FindByEmailAsync("fake.user.2@example.test", ReadConsistency.Strong),
        ];
        foreach (Func<Task> read in reads)
            await read.Should().ThrowAsync<UserStoreSchemaException>();
        _reported.Should().BeEmpty();
    }

    [Fact]
    public async Task An_exception_of_the_callback_ends_the_call()
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync("profile", bad: ["fake-2"]);
        Options.UnreadableUsers = UnreadableUsers.Report;
        Options.OnUnreadableUser = _ => throw new InvalidTimeZoneException();

        await store.Invoking(each => each.ListAsync().ReadAllAsync()).Should().ThrowAsync<InvalidTimeZoneException>();
    }

    [Fact]
    public async Task An_audit_reports_the_item_and_repairs_the_others()
    {
        await StoreAsync("profile", bad: ["fake-2"]);
        Options.UnreadableUsers = UnreadableUsers.Report;
        foreach (string id in new[] { "fake-2", "fake-4" })
        {
            await Client.UpdateItemAsync(Table, new() { ["user_id"] = new(id) }, new()
            {
                ["email"] = new AttributeValueUpdate(new AttributeValue($"Other.{id}@example.test"), "PUT"),
            });
        }

        List<UniqueValueFinding> findings = [.. (await new DynamoDbUniqueValueAudit<ProfiledUser>(Connection).RepairAsync().ReadAllAsync())
            .SelectMany(page => page.Findings).Where(finding => finding.Problem == UniqueValueProblem.UserWithoutReservation)];

        findings.Select(finding => (finding.Key.ToString(), finding.IsRepaired)).Should().BeEquivalentTo([("fake-2", false), ("fake-4", true)]);
        ShouldHaveReported("fake-2");
    }

    private StoreConnection Connection => new(Client, Options, Stores.Time, new FakeLogger(_log, "UserStore"));

    private async Task<DynamoDbUserStore<ProfiledUser>> StoreAsync(string attribute, string[] bad)
    {
        await Stores.CreateAsync<ProfiledUser>(Options);
        Options.OnUnreadableUser = _reported.Enqueue;
        var store = new DynamoDbUserStore<ProfiledUser>(Connection);
        for (int i = 1; i <= Count; i++)
            await store.CreateAsync(FakeUsers.Create<ProfiledUser>(i) with { Status = UserStatus.Active, Profile = "{}" });
        foreach (string id in bad)
        {
            // A value of a key attribute is a string in any case.
            await Client.UpdateItemAsync(Table, new() { ["user_id"] = new(id) }, new()
            {
                [attribute] = new AttributeValueUpdate(new AttributeValue(Secret), "PUT"),
            });
        }

        return store;
    }

    private void ShouldHaveReported(params string[] ids)
    {
        _reported.Select(user => user.Key.ToString()).Should().BeEquivalentTo(ids);
        _reported.Clear();
    }

    private static IEnumerable<string> Ids(IEnumerable<User> users) => users.Select(user => user.UserId);

    public sealed record ProfiledUser : User
    {
        [DynamoDBProperty("profile", typeof(JsonTextConverter))]
        public string? Profile { get; init; }
    }
}

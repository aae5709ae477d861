using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Schema;

namespace UserStore.ServerTests;

/// <summary>Sets of unique and of indexed strings in users that other programs write, and in tables that exist already.</summary>
public sealed class SetReservationTests : ServerTest
{
    private DynamoDbUserStore<Member> _store = null!;
    private DynamoDbUniqueValueAudit<Member> _audit = null!;

    private string MembersTable => Options.TableNamePrefix + "Members";

    private string EntriesTable => Options.TableNamePrefix + "MembersReservations";

    public override async Task InitializeAsync()
    {
        _store = await Stores.CreateAsync<Member>(Options);
        _audit = new DynamoDbUniqueValueAudit<Member>(Client, Options, Stores.Time);
    }

    [Fact]
    public async Task The_audit_reserves_every_string_of_other_programs_once()
    {
        await PutAsync("1", logins: ["a", "b"], roles: ["admin", "author"]);
        await PutAsync("2", logins: ["b"], roles: ["author"]);
        (await FindAsync("author")).Should().BeEmpty();

        List<UniqueValueFinding> findings = await FindingsAsync(_audit.RepairAsync());

        findings.Where(finding => finding.IsRepaired).Should().OnlyContain(finding => finding.Problem == UniqueValueProblem.UserWithoutReservation);
        findings.Where(finding => finding.IsRepaired).Select(finding => (finding.PropertyName, finding.Value)).Should().BeEquivalentTo(
        [
            (nameof(Member.Logins), "a"), (nameof(Member.Logins), "b"),
            (nameof(Member.Roles), "admin"), (nameof(Member.Roles), "author"), (nameof(Member.Roles), "author"),
        ]);
        findings.Where(finding => !finding.IsRepaired).Should().ContainSingle().Which.Should().Match<UniqueValueFinding>(
            finding => finding.Problem == UniqueValueProblem.DuplicateValue && finding.Value == "b");
        (await FindAsync("author")).Should().Equal("1", "2");
        (await FindAsync("admin")).Should().Equal("1");
        (await _store.FindByAsync(user => user.Logins, "a"))!.Id.Should().Be("1");
    }

    [Fact]
    public async Task Users_that_other_programs_deleted_or_changed_are_not_found_and_their_entries_are_deleted_by_the_audit()
    {
        foreach (string id in new[] { "1", "2", "3" })
            await _store.CreateAsync(new Member { Id = id, Roles = ["author"] });
        await Server.Client.DeleteItemAsync(MembersTable, new Dictionary<string, AttributeValue> { ["id"] = new("1") });
        await PutAsync("2", logins: [], roles: ["editor"]);

        (await FindAsync("author")).Should().Equal("3");
        (await FindingsAsync(_audit.RepairAsync())).Select(finding => (finding.Problem, finding.Key.ToString())).Should().BeEquivalentTo(
        [
            (UniqueValueProblem.UserWithoutReservation, "2"),
            (UniqueValueProblem.ReservationWithoutOwner, "1"),
            (UniqueValueProblem.ReservationWithoutOwner, "2"),
        ]);
        (await FindAsync("author")).Should().Equal("3");
        (await FindAsync("editor")).Should().Equal("2");
        (await Server.Client.ScanAsync(new ScanRequest(EntriesTable))).Count.Should().Be(2);
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();
    }

    [Fact]
    public async Task The_index_is_added_to_a_table_of_reservations_that_exists()
    {
        Options.TableNamePrefix = Stores.NewOptions().TableNamePrefix;
        await Stores.CreateAsync<BeforeMember>(Options);
        await PutAsync("1", logins: [], roles: ["author"]);
        var store = new DynamoDbUserStore<Member>(Client, Options, Stores.Time);

        await store.EnsureTablesAsync();
        await FindingsAsync(new DynamoDbUniqueValueAudit<Member>(Client, Options, Stores.Time).RepairAsync());

        (await store.FindAllByAsync(user => user.Roles, "author").ReadAllAsync()).Should().ContainSingle().Which.Id.Should().Be("1");
        TableDescription table = (await Server.Client.DescribeTableAsync(EntriesTable)).Table;
        table.GlobalSecondaryIndexes.Should().ContainSingle().Which.IndexName.Should().Be("value-index");
        UserStoreSchema.For<Member>(Options).Reservations!.Indexes.Should().ContainSingle()
            .Which.Should().Match<IndexDefinition>(index => index.Name == "value-index" && index.PartitionKey.AttributeName == "value");
    }

    [Fact]
    public async Task A_search_costs_a_query_and_a_read_for_each_hundred_users_and_an_unchanged_set_costs_nothing()
    {
        for (int number = 0; number < 3; number++)
            await _store.CreateAsync(new Member { Id = $"{number}", Roles = ["author"] });
        Wire.Clear();

        (await FindAsync("author")).Should().HaveCount(3);
        Wire.Operations.Should().Equal("Query", "BatchGetItem");

        Member user = (await _store.FindAsync("1", ReadConsistency.Strong))!;
        Wire.Clear();
        await _store.UpdateAsync(user with { Name = "Fake User" });
        await _store.UpdateAsync("2", new UserPatch<Member>().Set(one => one.Name, "Fake User"));
        Wire.Operations.Should().Equal("UpdateItem", "UpdateItem");
    }

    private async Task<List<string>> FindAsync(string role)
        => [.. (await _store.FindAllByAsync(user => user.Roles, role).ReadAllAsync()).Select(user => user.Id)];

    private static async Task<List<UniqueValueFinding>> FindingsAsync(IAsyncEnumerable<UniqueValueAuditPage> pages)
        => [.. (await pages.ReadAllAsync()).SelectMany(page => page.Findings)];

    private Task PutAsync(string id, List<string> logins, List<string> roles)
    {
        Dictionary<string, AttributeValue> item = new() { ["id"] = new(id), ["roles"] = new() { SS = roles } };
        if (logins.Count > 0)
            item["logins"] = new() { SS = logins };
        return Server.Client.PutItemAsync(MembersTable, item);
    }

    /// <summary>A user with a set of unique and one of indexed strings.</summary>
    [DynamoDBTable("Members")]
    public sealed record Member
    {
        [DynamoDBHashKey("id")]
        public required string Id { get; init; }

        [DynamoDBProperty("name")]
        public string? Name { get; init; }

        [DynamoDBProperty("logins")]
        [Unique("login")]
        public HashSet<string>? Logins { get; init; }

        [DynamoDBProperty("roles")]
        [Indexed("role")]
        public HashSet<string>? Roles { get; init; }

        [DynamoDBVersion("v")]
        public long? Version { get; init; }

        [DynamoDBIgnore]
        [Revision]
        public string? Revision { get; init; }
    }

    /// <summary>The user before the indexed set was added.</summary>
    [DynamoDBTable("Members")]
    public sealed record BeforeMember
    {
        [DynamoDBHashKey("id")]
        public required string Id { get; init; }

        [DynamoDBProperty("logins")]
        [Unique("login")]
        public HashSet<string>? Logins { get; init; }
    }
}

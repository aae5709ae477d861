using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>Inconsistencies that other programs cause, how the audit reports them, and how it repairs them.</summary>
public sealed class UniqueValueAuditTests : ServerTest
{
    private DynamoDbUserStore<User> _store = null!;
    private DynamoDbUniqueValueAudit<User> _audit = null!;

    public override async Task InitializeAsync()
    {
        _store = await CreateStoreAsync();
        _audit = new DynamoDbUniqueValueAudit<User>(Client, Options, Stores.Time);
    }

    [Fact]
    public async Task Each_kind_of_inconsistency_is_reported_and_nothing_is_changed()
    {
        User owner = await _store.CreateAsync(new User { UserId = "fake-owner", Email = "owned@example.test" });
        await PutUserAsync("fake-unreserved", "unreserved@example.test");
        await PutUserAsync("fake-rival", "owned@example.test");
        await PutUserAsync("fake-twin-1", "twin@example.test");
        await PutUserAsync("fake-twin-2", "twin@example.test");
        await PutUserAsync("fake-none", email: null);
        await ReserveAsync("deleted@example.test", "fake-deleted");
        await ReserveAsync("moved@example.test", "fake-owner");

        List<UniqueValueFinding> findings = await FindingsAsync(_audit.CheckAsync());

        findings.Should().BeEquivalentTo(
        [
            new UniqueValueFinding(UniqueValueProblem.UserWithoutReservation, "Email", "unreserved@example.test", "fake-unreserved"),
            new UniqueValueFinding(UniqueValueProblem.DuplicateValue, "Email", "owned@example.test", "fake-rival", "fake-owner"),
            new UniqueValueFinding(UniqueValueProblem.DuplicateValue, "Email", "twin@example.test", "fake-twin-1", "fake-twin-2"),
            new UniqueValueFinding(UniqueValueProblem.DuplicateValue, "Email", "twin@example.test", "fake-twin-2", "fake-twin-1"),
            new UniqueValueFinding(UniqueValueProblem.ReservationWithoutOwner, "Email", "deleted@example.test", "fake-deleted"),
            new UniqueValueFinding(UniqueValueProblem.ReservationWithoutOwner, "Email", "moved@example.test", "fake-owner"),
        ]);
        findings.Should().OnlyContain(finding => !finding.ToString().Contains("example.test"));
        (await _store.GetAsync("fake-owner", ReadConsistency.Strong)).Should().Be(owner);
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEquivalentTo(findings);
    }

    [Fact]
    public async Task Unambiguous_inconsistencies_are_repaired_and_the_others_are_reported_again()
    {
        await _store.CreateAsync(new User { UserId = "fake-owner", Email = "owned@example.test" });
        await PutUserAsync("fake-unreserved", "unreserved@example.test");
        await PutUserAsync("fake-rival", "owned@example.test");
        await PutUserAsync("fake-twin-1", "twin@example.test");
        await PutUserAsync("fake-twin-2", "twin@example.test");
        await PutUserAsync("fake-heir", "inherited@example.test");
        await ReserveAsync("inherited@example.test", "fake-deleted");
        await ReserveAsync("deleted@example.test", "fake-deleted");

        List<UniqueValueFinding> findings = await FindingsAsync(_audit.RepairAsync());

        findings.Where(finding => finding.IsRepaired).Select(finding => (finding.Problem, finding.Key.ToString())).Should().BeEquivalentTo(
        [
            (UniqueValueProblem.UserWithoutReservation, "fake-unreserved"),
            (UniqueValueProblem.UserWithoutReservation, "fake-heir"),
            (UniqueValueProblem.ReservationWithoutOwner, "fake-deleted"),
        ]);
        findings.Where(finding => !finding.IsRepaired).Should().OnlyContain(finding => finding.Problem == UniqueValueProblem.DuplicateValue)
            .And.HaveCount(3);
        (await OwnerOfAsync("unreserved@example.test")).Should().Be("fake-unreserved");
        (await OwnerOfAsync("inherited@example.test")).Should().Be("fake-heir");
        (await OwnerOfAsync("deleted@example.test")).Should().BeNull();
        (await OwnerOfAsync("twin@example.test")).Should().BeNull("the correct owner is unknown");

        await _store.UpdateAsync("fake-twin-2", new UserPatch<User>().Set(user => user.Email, "other@example.test"));
        await _store.DeleteAsync("fake-rival");
        (await FindingsAsync(_audit.RepairAsync())).Should().ContainSingle().Which.Should().Be(
            new UniqueValueFinding(UniqueValueProblem.UserWithoutReservation, "Email", "twin@example.test", "fake-twin-1", IsRepaired: true));
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();
    }

    [Fact]
    public async Task A_table_of_another_program_is_adopted_with_its_email_spellings()
    {
        for (int i = 0; i < 250; i++)
            await PutUserAsync($"fake-{i:D3}", i % 3 == 0 ? $" Fake.{i}@Example.test" : $"fake.{i}@example.test");

        List<UniqueValueAuditPage> pages = await _audit.RepairAsync().ReadAllAsync();

        pages.SelectMany(page => page.Findings).Should().HaveCount(250).And.OnlyContain(finding => finding.IsRepaired);
        pages.Should().OnlyContain(page => page.Users + page.Reservations <= 100);
        (pages.Sum(page => page.Users), pages.Sum(page => page.Reservations)).Should().Be((250, 250));
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();
        User spelled = (await _store.FindByEmailAsync("fake.3@example.test", ReadConsistency.Strong))!;
        (spelled.UserId, spelled.Email, spelled.Version).Should().Be(("fake-003", "fake.3@example.test", 1));
        User untouched = (await _store.FindByEmailAsync("fake.4@example.test", ReadConsistency.Strong))!;
        (untouched.Version, untouched.Name).Should().Be((null, "Fake External"));
        Func<Task> take = () => _store.CreateAsync(new User { Email = "FAKE.3@example.test" });
        (await take.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.ToString().Should().Be("fake-003");
    }

    [Fact]
    public async Task Two_spellings_of_one_email_are_a_duplicate_email()
    {
        await PutUserAsync("fake-1", "Same@example.test");
        await PutUserAsync("fake-2", "SAME@example.test");

        List<UniqueValueFinding> findings = await FindingsAsync(_audit.RepairAsync());

        findings.Should().Contain(finding => finding.Problem == UniqueValueProblem.DuplicateValue && !finding.IsRepaired);
        (await OwnerOfAsync("same@example.test")).Should().BeOneOf("fake-1", "fake-2");
    }

    [Fact]
    public async Task An_interrupted_audit_resumes_from_its_last_page_and_a_restarted_audit_finds_nothing_more()
    {
        for (int i = 0; i < 250; i++)
            await PutUserAsync($"fake-{i:D3}", $"fake.{i}@example.test");
        await ReserveAsync("deleted@example.test", "fake-deleted");
        UniqueValueAuditPage first = await FirstAsync(_audit.RepairAsync());
        first.Findings.Should().HaveCount(100);

        var another = new DynamoDbUniqueValueAudit<User>(Client, Options, Stores.Time);
        List<UniqueValueAuditPage> rest = await another.RepairAsync(first.ContinuationToken).ReadAllAsync();

        rest.Sum(page => page.Users).Should().Be(150);
        rest.SelectMany(page => page.Findings).Should().HaveCount(151).And.OnlyContain(finding => finding.IsRepaired);
        rest[^1].ContinuationToken.Should().BeNull();
        (await FindingsAsync(another.RepairAsync())).Should().BeEmpty();
        UserPage<User> page = await _store.ListPageAsync(new UserListOptions { PageSize = 1 });
        Func<Task> ofAnotherStore = () => _audit.CheckAsync(page.ContinuationToken).ReadAllAsync();
        await ofAnotherStore.Should().ThrowAsync<InvalidContinuationTokenException>();
    }

    [Fact]
    public async Task An_expired_user_is_not_reported_and_is_deleted_with_its_reservation()
    {
        await _store.CreateAsync(new User { UserId = "fake-1", Email = "old@example.test", ExpiresAt = Clock.GetUtcNow().AddSeconds(5) });
        Clock.Advance(TimeSpan.FromSeconds(5));

        UniqueValueFinding finding = (await FindingsAsync(_audit.RepairAsync())).Should().ContainSingle().Subject;

        finding.Should().Be(new UniqueValueFinding(
            UniqueValueProblem.ReservationWithoutOwner, "Email", "old@example.test", "fake-1", IsRepaired: true));
        (await Client.GetItemAsync(Table, new() { ["user_id"] = new("fake-1") }, true)).Item.Should().BeNullOrEmpty();
        (await OwnerOfAsync("old@example.test")).Should().BeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Concurrent_writes_between_two_reads_are_not_reported(bool repair)
    {
        User moving = await _store.CreateAsync(new User { UserId = "fake-1", Email = "a@example.test" });
        int scans = 0;
        Wire.BeforeRequest = async request =>
        {
            // After the users and before their reservations are read; then in the opposite order.
            if (request.Operation == "BatchGetItem")
                moving = await Other().UpdateAsync(moving with { Email = $"moved.{++scans}@example.test" });
        };

        List<UniqueValueFinding> findings = await FindingsAsync(repair ? _audit.RepairAsync() : _audit.CheckAsync());

        findings.Should().BeEmpty();
        scans.Should().Be(2);
        (await _store.FindByEmailAsync("moved.2@example.test", ReadConsistency.Strong)).Should().Be(moving);
    }

    [Fact]
    public async Task A_repair_that_conflicts_with_a_change_of_the_user_leaves_a_consistent_state()
    {
        await PutUserAsync("fake-1", "external@example.test");
        BeforeNext("TransactWriteItems", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, "own@example.test")));

        List<UniqueValueFinding> findings = await FindingsAsync(_audit.RepairAsync());

        findings.Should().BeEmpty("it was consistent by then");
        (await OwnerOfAsync("own@example.test")).Should().Be("fake-1");
        (await OwnerOfAsync("external@example.test")).Should().BeNull();
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();
    }

    [Fact]
    public async Task A_repair_succeeds_while_requests_fail_and_the_store_is_in_use()
    {
        for (int i = 0; i < 300; i++)
            await PutUserAsync($"fake-{i:D3}", $"fake.{i}@example.test");
        Wire.Randomly(seed: 7, share: 0.3, WireFault.LostResponse, WireFault.Reset, WireFault.Throttle, WireFault.TransactionConflict);

        await Task.WhenAll(
            Task.Run(() => FindingsAsync(_audit.RepairAsync())),
            Task.Run(async () =>
            {
                for (int i = 0; i < 300; i += 2)
                    await _store.UpdateAsync($"fake-{i:D3}", new UserPatch<User>().Set(user => user.Email, $"changed.{i}@example.test"));
            }),
            Task.Run(async () =>
            {
                for (int i = 1; i < 300; i += 4)
                    await _store.DeleteAsync($"fake-{i:D3}");
            }));

        Wire.Clear();
        await FindingsAsync(_audit.RepairAsync());
        List<UniqueValueAuditPage> pages = await _audit.CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
        (pages.Sum(page => page.Users), pages.Sum(page => page.Reservations)).Should().Be((225, 225));
    }

    [Fact]
    public async Task Invalid_emails_of_other_programs_are_reported_and_the_users_can_be_read_changed_and_deleted()
    {
        await PutUserAsync("fake-1", "nobody");
        await PutUserAsync("fake-2", "nobody");
        await PutUserAsync("fake-3", "\u212Aate@example.test");
        UniqueValueFinding[] invalid =
        [
            new(UniqueValueProblem.InvalidValue, "Email", "nobody", "fake-1"),
            new(UniqueValueProblem.InvalidValue, "Email", "nobody", "fake-2"),
            new(UniqueValueProblem.InvalidValue, "Email", "\u212Aate@example.test", "fake-3"),
        ];

        (await FindingsAsync(_audit.CheckAsync())).Should().BeEquivalentTo(invalid);
        (await FindingsAsync(_audit.RepairAsync())).Should().BeEquivalentTo(invalid);

        (await _store.GetAsync("fake-1", ReadConsistency.Strong)).Email.Should().Be("nobody");
        (await _store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, "somebody@example.test"))).Version.Should().Be(1);
        (await _store.DeleteAsync("fake-2")).Should().NotBeNull();
        (await FindingsAsync(_audit.CheckAsync())).Should().Equal(invalid[2]);
    }

    [Fact]
    public async Task Emails_that_the_function_of_the_service_rejects_are_reported_and_the_users_can_be_deleted()
    {
        await PutUserAsync("fake-1", "foreign@example.test");
        Options.NormalizeEmail = email => throw new FormatException(email);

        (await FindingsAsync(_audit.RepairAsync())).Should().Equal(
            new UniqueValueFinding(UniqueValueProblem.InvalidValue, "Email", "foreign@example.test", "fake-1"));
        (await _store.DeleteAsync("fake-1"))!.Email.Should().Be("foreign@example.test");
    }

    [Fact]
    public async Task Unprocessed_keys_are_read_again()
    {
        // Together larger than one response, so that the server leaves some keys unprocessed.
        for (int i = 0; i < 60; i++)
        {
            await _store.CreateAsync(
                new User { UserId = $"fake-{i}", Email = $"fake.{i}@example.test", Name = new string('x', 390_000) });
        }

        Sent();

        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();

        Wire.Operations.Count(operation => operation == "BatchGetItem").Should().BeGreaterThan(
            Wire.Operations.Count(operation => operation == "Scan"));
    }

    private static async Task<List<UniqueValueFinding>> FindingsAsync(IAsyncEnumerable<UniqueValueAuditPage> pages)
        => [.. (await pages.ReadAllAsync()).SelectMany(page => page.Findings)];

    private static async Task<UniqueValueAuditPage> FirstAsync(IAsyncEnumerable<UniqueValueAuditPage> pages)
    {
        await foreach (UniqueValueAuditPage page in pages)
            return page;
        throw new InvalidOperationException("There is no page.");
    }

    private Task PutUserAsync(string id, string? email)
    {
        Dictionary<string, AttributeValue> item = new()
        {
            ["user_id"] = new(id),
            ["name"] = new("Fake External"),
            ["status"] = new("active"),
            ["created_at"] = new("2026-01-01T00:00:00Z"),
            ["updated_at"] = new("2026-01-01T00:00:00Z"),
        };
        if (email is not null)
            item["email"] = new(email);
        return Client.PutItemAsync(Table, item);
    }

    private Task ReserveAsync(string email, string userId)
        => Client.PutItemAsync(ReservationsTable, StoredReservations.ToItem(email, userId));

    private async Task<string?> OwnerOfAsync(string email)
        => (await Client.GetItemAsync(ReservationsTable, StoredReservations.KeyOf(email), true)).Item?.GetValueOrDefault("owner")?.S;
}

using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>What other programs leave behind, and how it is told and mended.</summary>
public sealed class UserEmailAuditTests : ServerTest
{
    private DynamoDbUserStore<User> _store = null!;
    private DynamoDbUserEmailAudit<User> _audit = null!;

    public override async Task InitializeAsync()
    {
        _store = await CreateStoreAsync();
        _audit = new DynamoDbUserEmailAudit<User>(Client, Options, Stores.Time);
    }

    [Fact]
    public async Task Each_kind_of_disorder_is_reported_and_nothing_is_changed()
    {
        User holder = await _store.CreateAsync(new User { UserId = "fake-holder", Email = "held@example.test" });
        await PutUserAsync("fake-unreserved", "unreserved@example.test");
        await PutUserAsync("fake-rival", "held@example.test");
        await PutUserAsync("fake-twin-1", "twin@example.test");
        await PutUserAsync("fake-twin-2", "twin@example.test");
        await PutUserAsync("fake-none", email: null);
        await ReserveAsync("gone@example.test", "fake-gone");
        await ReserveAsync("moved@example.test", "fake-holder");

        List<UserEmailFinding> findings = await FindingsAsync(_audit.CheckAsync());

        findings.Should().BeEquivalentTo(
        [
            new UserEmailFinding(UserEmailProblem.UserWithoutReservation, "unreserved@example.test", "fake-unreserved"),
            new UserEmailFinding(UserEmailProblem.DuplicateEmail, "held@example.test", "fake-rival", "fake-holder"),
            new UserEmailFinding(UserEmailProblem.DuplicateEmail, "twin@example.test", "fake-twin-1", "fake-twin-2"),
            new UserEmailFinding(UserEmailProblem.DuplicateEmail, "twin@example.test", "fake-twin-2", "fake-twin-1"),
            new UserEmailFinding(UserEmailProblem.ReservationWithoutOwner, "gone@example.test", "fake-gone"),
            new UserEmailFinding(UserEmailProblem.ReservationWithoutOwner, "moved@example.test", "fake-holder"),
        ]);
        findings.Should().OnlyContain(finding => !finding.ToString().Contains("example.test"));
        (await _store.GetAsync("fake-holder", ReadConsistency.Strong)).Should().Be(holder);
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEquivalentTo(findings);
    }

    [Fact]
    public async Task What_is_unambiguous_is_mended_and_the_rest_is_reported_again()
    {
        await _store.CreateAsync(new User { UserId = "fake-holder", Email = "held@example.test" });
        await PutUserAsync("fake-unreserved", "unreserved@example.test");
        await PutUserAsync("fake-rival", "held@example.test");
        await PutUserAsync("fake-twin-1", "twin@example.test");
        await PutUserAsync("fake-twin-2", "twin@example.test");
        await PutUserAsync("fake-heir", "inherited@example.test");
        await ReserveAsync("inherited@example.test", "fake-gone");
        await ReserveAsync("gone@example.test", "fake-gone");

        List<UserEmailFinding> findings = await FindingsAsync(_audit.RepairAsync());

        findings.Where(finding => finding.IsRepaired).Select(finding => (finding.Problem, finding.UserId)).Should().BeEquivalentTo(
        [
            (UserEmailProblem.UserWithoutReservation, "fake-unreserved"),
            (UserEmailProblem.UserWithoutReservation, "fake-heir"),
            (UserEmailProblem.ReservationWithoutOwner, "fake-gone"),
        ]);
        findings.Where(finding => !finding.IsRepaired).Should().OnlyContain(finding => finding.Problem == UserEmailProblem.DuplicateEmail)
            .And.HaveCount(3);
        (await HolderOfAsync("unreserved@example.test")).Should().Be("fake-unreserved");
        (await HolderOfAsync("inherited@example.test")).Should().Be("fake-heir");
        (await HolderOfAsync("gone@example.test")).Should().BeNull();
        (await HolderOfAsync("twin@example.test")).Should().BeNull("nobody knows which of the two it should be");

        await _store.UpdateAsync("fake-twin-2", new UserPatch<User>().Set(user => user.Email, "other@example.test"));
        await _store.DeleteAsync("fake-rival");
        (await FindingsAsync(_audit.RepairAsync())).Should().ContainSingle().Which.Should().Be(
            new UserEmailFinding(UserEmailProblem.UserWithoutReservation, "twin@example.test", "fake-twin-1", IsRepaired: true));
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();
    }

    [Fact]
    public async Task A_table_of_another_program_is_adopted_with_its_spellings()
    {
        for (int i = 0; i < 250; i++)
            await PutUserAsync($"fake-{i:D3}", i % 3 == 0 ? $" Fake.{i}@Example.test" : $"fake.{i}@example.test");

        List<UserEmailAuditPage> pages = await _audit.RepairAsync().ReadAllAsync();

        pages.SelectMany(page => page.Findings).Should().HaveCount(250).And.OnlyContain(finding => finding.IsRepaired);
        pages.Should().OnlyContain(page => page.Users + page.Reservations <= 100);
        (pages.Sum(page => page.Users), pages.Sum(page => page.Reservations)).Should().Be((250, 250));
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();
        User spelled = (await _store.FindByEmailAsync("fake.3@example.test", ReadConsistency.Strong))!;
        (spelled.UserId, spelled.Email, spelled.Version).Should().Be(("fake-003", "fake.3@example.test", 1));
        User untouched = (await _store.FindByEmailAsync("fake.4@example.test", ReadConsistency.Strong))!;
        (untouched.Version, untouched.Name).Should().Be((null, "Fake Foreign"));
        Func<Task> take = () => _store.CreateAsync(new User { Email = "FAKE.3@example.test" });
        (await take.Should().ThrowAsync<EmailAlreadyInUseException>()).Which.OwnerUserId.Should().Be("fake-003");
    }

    [Fact]
    public async Task Two_spellings_of_one_email_are_the_email_of_two_users()
    {
        await PutUserAsync("fake-1", "Same@example.test");
        await PutUserAsync("fake-2", "SAME@example.test");

        List<UserEmailFinding> findings = await FindingsAsync(_audit.RepairAsync());

        findings.Should().Contain(finding => finding.Problem == UserEmailProblem.DuplicateEmail && !finding.IsRepaired);
        (await HolderOfAsync("same@example.test")).Should().BeOneOf("fake-1", "fake-2");
    }

    [Fact]
    public async Task An_interrupted_walk_goes_on_from_its_last_page_and_one_that_begins_anew_finds_nothing_more()
    {
        for (int i = 0; i < 250; i++)
            await PutUserAsync($"fake-{i:D3}", $"fake.{i}@example.test");
        await ReserveAsync("gone@example.test", "fake-gone");
        UserEmailAuditPage first = await FirstAsync(_audit.RepairAsync());
        first.Findings.Should().HaveCount(100);

        var another = new DynamoDbUserEmailAudit<User>(Client, Options, Stores.Time);
        List<UserEmailAuditPage> rest = await another.RepairAsync(first.ContinuationToken).ReadAllAsync();

        rest.Sum(page => page.Users).Should().Be(150);
        rest.SelectMany(page => page.Findings).Should().HaveCount(151).And.OnlyContain(finding => finding.IsRepaired);
        rest[^1].ContinuationToken.Should().BeNull();
        (await FindingsAsync(another.RepairAsync())).Should().BeEmpty();
        UserPage<User> page = await _store.ListPageAsync(new UserListOptions { PageSize = 1 });
        Func<Task> foreign = () => _audit.CheckAsync(page.ContinuationToken).ReadAllAsync();
        await foreign.Should().ThrowAsync<InvalidContinuationTokenException>();
    }

    [Fact]
    public async Task An_expired_user_is_left_out_and_deleted_with_its_reservation()
    {
        await _store.CreateAsync(new User { UserId = "fake-1", Email = "old@example.test", ExpiresAt = Clock.GetUtcNow().AddSeconds(5) });
        Clock.Advance(TimeSpan.FromSeconds(5));

        UserEmailFinding finding = (await FindingsAsync(_audit.RepairAsync())).Should().ContainSingle().Subject;

        finding.Should().Be(new UserEmailFinding(
            UserEmailProblem.ReservationWithoutOwner, "old@example.test", "fake-1", IsRepaired: true));
        (await Client.GetItemAsync(Table, new() { ["user_id"] = new("fake-1") }, true)).Item.Should().BeNullOrEmpty();
        (await HolderOfAsync("old@example.test")).Should().BeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_others_write_between_two_reads_is_not_reported(bool repair)
    {
        User moving = await _store.CreateAsync(new User { UserId = "fake-1", Email = "a@example.test" });
        int scans = 0;
        Wire.BeforeRequest = async request =>
        {
            // After the users were read and before their reservations are; then the same the other way round.
            if (request.Operation == "BatchGetItem")
                moving = await Other().UpdateAsync(moving with { Email = $"moved.{++scans}@example.test" });
        };

        List<UserEmailFinding> findings = await FindingsAsync(repair ? _audit.RepairAsync() : _audit.CheckAsync());

        findings.Should().BeEmpty();
        scans.Should().Be(2);
        (await _store.FindByEmailAsync("moved.2@example.test", ReadConsistency.Strong)).Should().Be(moving);
    }

    [Fact]
    public async Task A_repair_that_meets_the_users_own_change_leaves_both_in_order()
    {
        await PutUserAsync("fake-1", "foreign@example.test");
        Meanwhile("TransactWriteItems", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, "own@example.test")));

        List<UserEmailFinding> findings = await FindingsAsync(_audit.RepairAsync());

        findings.Should().BeEmpty("by then it was in order");
        (await HolderOfAsync("own@example.test")).Should().Be("fake-1");
        (await HolderOfAsync("foreign@example.test")).Should().BeNull();
        (await FindingsAsync(_audit.CheckAsync())).Should().BeEmpty();
    }

    [Fact]
    public async Task A_repair_works_while_requests_fail_and_the_store_is_used()
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
        List<UserEmailAuditPage> pages = await _audit.CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
        (pages.Sum(page => page.Users), pages.Sum(page => page.Reservations)).Should().Be((225, 225));
    }

    [Fact]
    public async Task Keys_that_DynamoDB_leaves_unprocessed_are_read_again()
    {
        // Together more than one answer may hold, so that the server itself leaves some out.
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

    private static async Task<List<UserEmailFinding>> FindingsAsync(IAsyncEnumerable<UserEmailAuditPage> pages)
        => [.. (await pages.ReadAllAsync()).SelectMany(page => page.Findings)];

    private static async Task<UserEmailAuditPage> FirstAsync(IAsyncEnumerable<UserEmailAuditPage> pages)
    {
        await foreach (UserEmailAuditPage page in pages)
            return page;
        throw new InvalidOperationException("There is no page.");
    }

    private Task PutUserAsync(string id, string? email)
    {
        Dictionary<string, AttributeValue> item = new()
        {
            ["user_id"] = new(id),
            ["name"] = new("Fake Foreign"),
            ["status"] = new("active"),
            ["created_at"] = new("2026-01-01T00:00:00Z"),
            ["updated_at"] = new("2026-01-01T00:00:00Z"),
        };
        if (email is not null)
            item["email"] = new(email);
        return Client.PutItemAsync(Table, item);
    }

    private Task ReserveAsync(string email, string userId)
        => Client.PutItemAsync(EmailsTable, new() { ["email"] = new(email), ["user_id"] = new(userId) });

    private async Task<string?> HolderOfAsync(string email)
        => (await Client.GetItemAsync(EmailsTable, new() { ["email"] = new(email) }, true)).Item?.GetValueOrDefault("user_id")?.S;
}

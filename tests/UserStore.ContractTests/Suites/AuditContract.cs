
namespace UserStore.ContractTests.Suites;

public abstract class AuditContract(StoreFactory stores) : Contract(stores)
{
    [Fact]
    public async Task An_audit_reads_every_user_and_every_reservation_in_pages()
    {
        IUserStore<User> store = await CreateStoreAsync();
        for (int i = 0; i < 130; i++)
            await store.CreateAsync(new User { UserId = $"fake-{i:D3}", Email = i < 120 ? $"fake.{i}@example.test" : null });

        List<UniqueValueAuditPage> pages = await AuditOf(store).CheckAsync().ReadAllAsync();

        (pages.Sum(page => page.Users), pages.Sum(page => page.Reservations)).Should().Be((130, 120));
        pages.Should().OnlyContain(page => page.Findings.Count == 0 && page.Users + page.Reservations <= 100);
        pages.Select(page => page.ContinuationToken is null).Should().Equal(pages.Select(page => page == pages[^1]));
        for (int i = 0; i < pages.Count - 1; i++)
        {
            List<UniqueValueAuditPage> rest = await AuditOf(store).CheckAsync(pages[i].ContinuationToken).ReadAllAsync();
            rest.Should().BeEquivalentTo(pages.Skip(i + 1), "the audit resumes after page {0}", i + 1);
        }
    }

    [Fact]
    public async Task An_audit_of_an_empty_store_finds_nothing()
    {
        IUserStore<User> store = await CreateStoreAsync();

        (await AuditOf(store).RepairAsync().ReadAllAsync()).Should().OnlyContain(page => page.Users == 0 && page.Reservations == 0);
    }

    [Fact]
    public async Task The_reservation_of_an_expired_user_is_reported_and_deleted_with_the_user()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = "old@example.test", ExpiresAt = Now.AddSeconds(5) });
        await store.CreateAsync(new User { UserId = "fake-2", Email = "kept@example.test" });
        Clock.Advance(TimeSpan.FromSeconds(5));
        var finding = new UniqueValueFinding(UniqueValueProblem.ReservationWithoutOwner, "Email", "old@example.test", "fake-1");

        (await FindingsAsync(AuditOf(store).CheckAsync())).Should().Equal(finding);
        (await FindingsAsync(AuditOf(store).RepairAsync())).Should().Equal(finding with { IsRepaired = true });

        await ShouldBeConsistentAsync(store);
        (await AuditOf(store).CheckAsync().ReadAllAsync()).Sum(page => page.Reservations).Should().Be(1);
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("")]
    public async Task A_token_that_no_audit_created_is_rejected(string token)
    {
        IUserStore<User> store = await CreateStoreAsync();

        Func<Task> check = () => AuditOf(store).CheckAsync(token).ReadAllAsync();
        Func<Task> repair = () => AuditOf(store).RepairAsync(token).ReadAllAsync();

        await check.Should().ThrowAsync<InvalidContinuationTokenException>();
        await repair.Should().ThrowAsync<InvalidContinuationTokenException>();
    }

    [Fact]
    public async Task An_audit_stops_when_it_is_cancelled()
    {
        IUserStore<User> store = await CreateStoreAsync();

        Func<Task> cancelled = () => AuditOf(store).CheckAsync(cancellationToken: new CancellationToken(canceled: true)).ReadAllAsync();

        await cancelled.Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<List<UniqueValueFinding>> FindingsAsync(IAsyncEnumerable<UniqueValueAuditPage> pages)
        => [.. (await pages.ReadAllAsync()).SelectMany(page => page.Findings)];
}

using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>The base of the suites: guarantees of every store, each stated once.</summary>
public abstract class Contract(StoreFactory stores) : IAsyncLifetime
{
    protected FakeClock Clock => stores.Clock;

    protected DateTimeOffset Now => Clock.GetUtcNow();

    protected Task<IUserStore<User>> CreateStoreAsync() => stores.CreateAsync<User>();

    protected Task<IUserStore<User>> CreateStoreAsync(byte[][] tokenKeys) => stores.CreateAsync<User>(tokenKeys: tokenKeys);

    protected Task<IUserStore<TUser>> CreateStoreAsync<TUser>()
        where TUser : User
        => stores.CreateAsync<TUser>();

    protected Task<IUserStore<User>> CreateStoreWithSharedEmailsAsync() => stores.CreateAsync<User>(uniqueEmails: false);

    /// <summary>Sets the function that normalizes emails in stores that are created afterwards.</summary>
    protected void NormalizeEmailsBy(Func<string, string> normalize) => stores.NormalizeEmail = normalize;

    protected IUserBatchWriter<User> WriterOf(IUserStore<User> store) => stores.WriterOf(store);

    protected IUniqueValueAudit<User> AuditOf(IUserStore<User> store) => stores.AuditOf(store);

    protected bool LosesResponses => stores.LosesResponses;

    protected Task<bool> StoresEmptyStringAsync() => stores.StoresEmptyStringAsync();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync() => await stores.DisposeAsync();

    /// <summary>Checks that users and reservations are consistent.</summary>
    protected async Task ShouldBeConsistentAsync(IUserStore<User> store)
    {
        List<UniqueValueAuditPage> pages = await AuditOf(store).CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
    }

    /// <summary>Checks that both kinds of search by email return the user.</summary>
    protected static async Task ShouldOwnEmailAsync(IUserStore<User> store, string email, User owner)
    {
        (await store.FindByEmailAsync(email, ReadConsistency.Strong)).Should().Be(owner);
        (await store.FindByEmailAsync(email)).Should().Be(owner);
    }
}

using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests.Suites;

/// <summary>The base of the suites that run over several user types.</summary>
public abstract class TypeContract<TUser>(StoreFactory stores, UserKind<TUser> kind) : Contract(stores)
    where TUser : class
{
    protected StoreFactory Stores { get; } = stores;

    protected UserKind<TUser> Kind { get; } = kind;

    protected IUserStore<TUser> Store { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        Stores.Stream = TableStreamViewType.NewAndOldImages;
        Store = await Stores.CreateAsync(Kind.Describe);
    }

    protected UserKey Key(int number) => Kind.KeyOf(Kind.New(number));

    protected Task<TUser> CreateAsync(int number) => Store.CreateAsync(Kind.New(number));

    protected Task<TUser?> FindAsync(int number) => Store.FindAsync(Key(number), ReadConsistency.Strong);

    protected async Task ShouldBeConsistentAsync()
    {
        List<UniqueValueAuditPage> pages = await Stores.AuditOf(Store).CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
    }
}

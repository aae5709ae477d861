using Amazon.DynamoDBv2.DataModel;

namespace UserStore.ContractTests.Suites;

/// <summary>A scope that users change, or do not have.</summary>
public abstract class ScopeContract(StoreFactory stores) : Contract(stores)
{
    private readonly StoreFactory _stores = stores;
    private IUserStore<Player> _store = null!;

    public override async Task InitializeAsync() => _store = await _stores.CreateAsync<Player>();

    [Fact]
    public async Task A_value_moves_with_its_user_to_another_scope()
    {
        Player ada = await _store.CreateAsync(new Player("1", 1, "ada"));
        await _store.CreateAsync(new Player("2", 2, "ada"));

        Func<Task> save = () => _store.UpdateAsync(ada with { Team = 2 });
        Func<Task> patch = () => _store.UpdateAsync("1", new UserPatch<Player>().Set(user => user.Team, 2));
        (await save.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)"2");
        (await patch.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)"2");
        ada = await _store.UpdateAsync(ada with { Team = 3 });
        ada = await _store.UpdateAsync("1", new UserPatch<Player>().Set(user => user.Team, 4));

        (await FindAsync(4)).Should().Be(ada);
        (await FindAsync(1)).Should().BeNull();
        await _store.CreateAsync(new Player("3", 1, "ada"));
        await _store.CreateAsync(new Player("4", 3, "ada"));
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Users_without_a_scope_share_one()
    {
        Player free = await _store.CreateAsync(new Player("1", null, "ada"));
        Player ofTeam = await _store.CreateAsync(new Player("2", 0, "ada"));

        Func<Task> second = () => _store.CreateAsync(new Player("3", null, "ada"));
        Func<Task> leaves = () => _store.UpdateAsync("2", new UserPatch<Player>().Remove(user => user.Team));
        await second.Should().ThrowAsync<UserValueInUseException>();
        await leaves.Should().ThrowAsync<UserValueInUseException>();

        (await FindAsync(null)).Should().Be(free);
        (await FindAsync(0)).Should().Be(ofTeam);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_scope_that_cannot_be_null_is_its_default_when_it_is_removed()
    {
        IUserStore<Tenant> store = await _stores.CreateAsync<Tenant>();
        await store.CreateAsync(new Tenant { Id = "1", Region = 5, Group = "g", Handle = "ada" });

        Tenant moved = await store.UpdateAsync("1", new UserPatch<Tenant>().Remove(user => user.Region));

        moved.Region.Should().Be(0);
        Func<Task> same = () => store.CreateAsync(new Tenant { Id = "2", Region = 0, Group = "g" });
        await same.Should().ThrowAsync<UserValueInUseException>();
        (await store.FindByAsync(user => user.Group, "g", ReadConsistency.Strong, 0)).Should().Be(moved);
        (await _stores.AuditOf(store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task A_scope_that_is_a_unique_value_itself_is_compared_in_its_normalized_form()
    {
        IUserStore<Tenant> store = await _stores.CreateAsync<Tenant>();
        Tenant ada = await store.CreateAsync(new Tenant { Id = "1", Region = 1, Group = "Admins", Handle = "ada" });

        Func<Task> same = () => store.CreateAsync(new Tenant { Id = "2", Region = 2, Group = "admins", Handle = "ada" });

        (await same.Should().ThrowAsync<UserValueInUseException>()).Which.PropertyName.Should().Be(nameof(Tenant.Handle));
        (await store.FindByAsync(user => user.Handle, "ada", ReadConsistency.Strong, "admins")).Should().Be(ada);
        (await _stores.AuditOf(store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task Users_in_a_scope_that_could_not_be_a_key_are_found()
    {
        IUserStore<Guild> store = await _stores.CreateAsync<Guild>();
        foreach (string name in new[] { " ", new('g', 3000) })
        {
            Guild created = await store.CreateAsync(new Guild { Id = $"{name.Length}", Name = name, Handle = "ada" });

            (await store.FindByAsync(user => user.Handle, "ada", ReadConsistency.Strong, name)).Should().Be(created);
        }
    }

    private Task<Player?> FindAsync(long? team)
        => _store.FindByAsync(user => user.Handle, "ada", ReadConsistency.Strong, team is { } within ? (UserKeyPart?)within : null);

    private async Task ShouldBeConsistentAsync()
    {
        List<UniqueValueAuditPage> pages = await _stores.AuditOf(_store).CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [DynamoDBTable("Players")]
    [GenerateUserMapping]
    public record Player(
        [property: DynamoDBHashKey] string Id, int? Team, [property: Unique("handle", Within = nameof(Player.Team))] string? Handle)
    {
        [DynamoDBVersion]
        public int? Version { get; init; }

        [Revision]
        [DynamoDBIgnore]
        public string? Revision { get; init; }
    }

    [DynamoDBTable("Tenants")]
    [GenerateUserMapping]
    public record Tenant
    {
        [DynamoDBHashKey]
        public string? Id { get; init; }

        public int Region { get; init; }

        [Unique("group", Within = nameof(Region), Normalization = UniqueValueNormalization.CaseInsensitive)]
        public string? Group { get; init; }

        [Unique("handle", Within = nameof(Group))]
        public string? Handle { get; init; }
    }

    [DynamoDBTable("Guilds")]
    [GenerateUserMapping]
    public record Guild
    {
        [DynamoDBHashKey]
        public string? Id { get; init; }

        public string? Name { get; init; }

        [Unique("handle", Within = nameof(Name))]
        public string? Handle { get; init; }
    }
}

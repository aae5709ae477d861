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

    private Task<Player?> FindAsync(long? team)
        => _store.FindByAsync(user => user.Handle, "ada", ReadConsistency.Strong, team is { } within ? (UserKeyPart?)within : null);

    private async Task ShouldBeConsistentAsync()
    {
        List<UniqueValueAuditPage> pages = await _stores.AuditOf(_store).CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [DynamoDBTable("Players")]
    public record Player(
        [property: DynamoDBHashKey] string Id, int? Team, [property: Unique("handle", Within = nameof(Player.Team))] string? Handle)
    {
        [DynamoDBVersion]
        public int? Version { get; init; }

        [Revision]
        [DynamoDBIgnore]
        public string? Revision { get; init; }
    }
}

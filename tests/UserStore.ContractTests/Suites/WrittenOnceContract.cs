using Amazon.DynamoDBv2.DataModel;

namespace UserStore.ContractTests.Suites;

/// <summary>Values that are written once, also if they are unique or the scope of a unique value.</summary>
public abstract class WrittenOnceContract(StoreFactory stores) : Contract(stores)
{
    private readonly StoreFactory _stores = stores;
    private IUserStore<Founder> _store = null!;

    public override async Task InitializeAsync() => _store = await _stores.CreateAsync<Founder>();

    [Fact]
    public async Task A_save_keeps_them_with_their_reservations()
    {
        Founder ada = await _store.CreateAsync(new Founder { Id = "1", Origin = "web", Handle = "ada", Team = 1, Seat = "a" });

        Founder saved = await _store.UpdateAsync(ada with { Origin = "app", Handle = "eve", Team = 2, Name = "Fake" });

        saved.Should().BeEquivalentTo(ada with { Name = "Fake" }, options => options.Excluding(user => user.Version));
        Func<Task> sameHandle = () => _store.CreateAsync(new Founder { Id = "2", Handle = "ada" });
        Func<Task> sameSeat = () => _store.CreateAsync(new Founder { Id = "2", Team = 1, Seat = "a" });
        (await sameHandle.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)"1");
        (await sameSeat.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)"1");
        await _store.CreateAsync(new Founder { Id = "3", Handle = "eve", Team = 2, Seat = "a" });
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_save_without_them_keeps_them()
    {
        Founder ada = await _store.CreateAsync(new Founder { Id = "1", Origin = "web", Handle = "ada", Team = 1, Seat = "a" });

        Founder saved = await _store.UpdateAsync(ada with { Origin = null, Handle = null, Team = null });

        (saved.Origin, saved.Handle, saved.Team).Should().Be(("web", "ada", 1));
        (await _store.GetAsync("1", ReadConsistency.Strong)).Should().Be(saved);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task The_first_save_or_patch_with_a_value_sets_them()
    {
        Founder ada = await _store.CreateAsync(new Founder { Id = "1" });

        Founder saved = await _store.UpdateAsync(ada with { Origin = "web", Handle = "ada" });
        Founder patched = await _store.UpdateAsync("1", new UserPatch<Founder>().Set(user => user.Team, 7));

        (saved.Origin, saved.Handle, patched.Team).Should().Be(("web", "ada", 7));
        (await _store.FindByAsync(user => user.Handle, "ada", ReadConsistency.Strong)).Should().Be(patched);
    }

    [Fact]
    public async Task A_patch_does_not_set_them_again()
    {
        await _store.CreateAsync(new Founder { Id = "1", Origin = "web", Handle = "ada", Team = 1, Seat = "a" });

        Founder patched = await _store.UpdateAsync(
            "1", new UserPatch<Founder>().Set(user => user.Origin, "app").Set(user => user.Handle, "eve").Set(user => user.Team, 2));

        (patched.Origin, patched.Handle, patched.Team).Should().Be(("web", "ada", 1));
        (await _store.GetAsync("1", ReadConsistency.Strong)).Should().Be(patched);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_patch_that_would_change_them_otherwise_is_refused()
    {
        Founder ada = await _store.CreateAsync(new Founder { Id = "1", Origin = "web", Handle = "ada", Team = 1 });

        UserPatch<Founder>[] patches =
        [
            new UserPatch<Founder>().Remove(user => user.Origin),
            new UserPatch<Founder>().Remove(user => user.Handle),
            new UserPatch<Founder>().Increment(user => user.Team, 1),
            new UserPatch<Founder>().Append(user => user.Steps, "b"),
        ];
        foreach (UserPatch<Founder> patch in patches)
        {
            Func<Task> change = () => _store.UpdateAsync("1", patch);
            await change.Should().ThrowAsync<InvalidUserException>();
        }

        (await _store.GetAsync("1", ReadConsistency.Strong)).Should().Be(ada);
    }

    private async Task ShouldBeConsistentAsync()
    {
        List<UniqueValueAuditPage> pages = await _stores.AuditOf(_store).CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [DynamoDBTable("Founders")]
    [GenerateUserMapping]
    public record Founder
    {
        [DynamoDBHashKey]
        public string? Id { get; init; }

        public string? Name { get; init; }

        [DynamoDbUpdateBehavior(UpdateBehavior.IfNotExists)]
        public string? Origin { get; init; }

        [DynamoDbUpdateBehavior(UpdateBehavior.IfNotExists)]
        [Unique("handle")]
        public string? Handle { get; init; }

        [DynamoDbUpdateBehavior(UpdateBehavior.IfNotExists)]
        public int? Team { get; init; }

        [Unique("seat", Within = nameof(Team))]
        public string? Seat { get; init; }

        [DynamoDbUpdateBehavior(UpdateBehavior.IfNotExists)]
        public ValueList<string> Steps { get; init; } = [];

        [DynamoDBVersion]
        public long? Version { get; init; }
    }
}

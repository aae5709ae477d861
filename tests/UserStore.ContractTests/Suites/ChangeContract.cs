using UserStore.Replication;

namespace UserStore.ContractTests.Suites;

/// <summary>The records of the table's stream for the writes of the store.</summary>
public abstract class ChangeContract : Contract
{
    private readonly StoreFactory _stores;

    protected ChangeContract(StoreFactory stores)
        : base(stores)
    {
        stores.Stream = TableStreamViewType.NewAndOldImages;
        _stores = stores;
    }

    [Fact]
    public async Task Each_write_is_one_change_with_the_old_and_the_new_user()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(new User { UserId = "fake-1", Email = "ada@example.test", Tags = ["a", "b"], Age = 7 });
        User replaced = await store.UpdateAsync(created with { Name = "Ada Example" });
        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1));
        User moved = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, "new@example.test"));
        User? deleted = await store.DeleteAsync("fake-1");

        IReadOnlyList<UserChange<User>> changes = await _stores.ReadChangesAsync(store);

        changes.Select(change => (change.Kind, change.OldUser, change.NewUser)).Should().Equal(
            (UserChangeKind.Inserted, null, created),
            (UserChangeKind.Modified, created, replaced),
            (UserChangeKind.Modified, replaced, patched),
            (UserChangeKind.Modified, patched, moved),
            (UserChangeKind.Removed, deleted, null));
        changes.Should().OnlyContain(change => change.Key == "fake-1" && !change.IsTimeToLiveDelete);
        changes.Select(change => System.Numerics.BigInteger.Parse(change.SequenceNumber, null)).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Failed_writes_produce_no_change()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1" });
        await store.UpdateAsync(user with { Name = "Ada Example" });

        await store.Invoking(one => one.CreateAsync(new User { UserId = "fake-1" })).Should().ThrowAsync<UserAlreadyExistsException>();
        await store.Invoking(one => one.UpdateAsync(user)).Should().ThrowAsync<UserConflictException>();
        (await store.DeleteAsync("fake-2")).Should().BeNull();

        (await _stores.ReadChangesAsync(store)).Should().HaveCount(2);
    }
}

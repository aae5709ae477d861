using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class DeleteContract(StoreFactory stores) : Contract(stores)
{
    [Fact]
    public async Task DeleteAsync_returns_the_deleted_user_and_removes_it_from_table_and_indexes()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        User? deleted = await store.DeleteAsync("fake-1");

        deleted.Should().Be(created);
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
        (await store.FindByEmailAsync(created.Email!)).Should().BeNull();
        (await store.QueryByStatusAsync(created.Status).ReadAllAsync()).Should().BeEmpty();
        (await store.ListAsync().ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task DeleteAsync_returns_null_when_the_user_does_not_exist()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddSeconds(1) });
        Clock.Advance(TimeSpan.FromSeconds(1));

        (await store.DeleteAsync("fake-0")).Should().BeNull();
        (await store.DeleteAsync("fake-0", expectedVersion: 1)).Should().BeNull();
        (await store.DeleteAsync("fake-1")).Should().BeNull("it has expired");
    }

    [Fact]
    public async Task DeleteAsync_deletes_only_the_expected_version()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));
        User updated = await store.UpdateAsync(created with { Age = 1 });

        Func<Task> delete = () => store.DeleteAsync("fake-1", expectedVersion: 1);

        UserConflictException conflict = (await delete.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion).Should().Be((1, 2));
        (await store.DeleteAsync("fake-1", expectedVersion: 2)).Should().Be(updated);
    }

    [Fact]
    public async Task DeleteAsync_makes_the_id_available_again()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        await store.DeleteAsync("fake-1");

        User again = await store.CreateAsync(FakeUsers.Create(1) with { Name = "Fake Second" });

        again.Version.Should().Be(1);
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(again);
    }

    [Fact]
    public async Task DeleteAsync_returns_the_user_to_exactly_one_of_many_concurrent_calls()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        User?[] deleted = await Task.WhenAll(Enumerable.Range(1, 8).Select(_ => Task.Run(() => store.DeleteAsync("fake-1"))));

        deleted.Where(user => user is not null).Should().Equal(created);
    }

    [Fact]
    public async Task DeleteAsync_deletes_nothing_when_it_is_already_cancelled()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        Func<Task> delete = () => store.DeleteAsync("fake-1", cancellationToken: new CancellationToken(canceled: true));

        await delete.Should().ThrowAsync<OperationCanceledException>();
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }
}

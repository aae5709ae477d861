using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>A write of a user that was read applies only to the revision that was read.</summary>
public abstract class RevisionContract(StoreFactory stores) : Contract(stores)
{
    [Fact]
    public async Task DeleteAsync_deletes_only_the_revision_that_was_read()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User old = await store.CreateAsync(FakeUsers.Create(1));
        User current = await store.UpdateAsync(old with { Age = 1 });

        Func<Task> deleteOld = () => store.DeleteUnchangedAsync(old);
        Func<Task> deleteMade = () => store.DeleteUnchangedAsync(FakeUsers.Create(1) with { Version = 2 });

        UserConflictException conflict = (await deleteOld.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion, conflict.UserWasDeleted).Should().Be((1, 2, false));
        await deleteMade.Should().ThrowAsync<UserConflictException>("a constructed user has no revision");
        await store.DeleteUnchangedAsync(current);
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
        Func<Task> again = () => store.DeleteUnchangedAsync(current);
        (await again.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
    }

    [Fact]
    public async Task DeleteAsync_of_a_revision_reports_an_expired_user_as_deleted()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User expiring = await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddSeconds(1) });
        Clock.Advance(TimeSpan.FromSeconds(1));

        Func<Task> delete = () => store.DeleteUnchangedAsync(expiring);

        (await delete.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
    }

    [Theory]
    [InlineData("fake.user.1@example.test")]
    [InlineData(null)]
    public async Task A_recreated_user_is_neither_updated_nor_deleted_by_the_old_revision(string? email)
    {
        IUserStore<User> store = await CreateStoreAsync();
        User old = await store.CreateAsync(FakeUsers.Create(1) with { Email = email });
        await store.DeleteAsync("fake-1");
        User created = await store.CreateAsync(FakeUsers.Create(1) with { Email = email });

        Func<Task>[] writes =
        [
            () => store.UpdateAsync(old with { Name = "Fake Late" }),
            () => store.UpdateAsync(old with { Email = "late@example.test" }),
            () => store.UpdateAsync(old with { Email = email is null ? "late@example.test" : null }),
            () => store.DeleteUnchangedAsync(old),
        ];
        foreach (Func<Task> write in writes)
        {
            UserConflictException conflict = (await write.Should().ThrowAsync<UserConflictException>()).Which;
            (conflict.ExpectedVersion, conflict.ActualVersion, conflict.UserWasDeleted).Should().Be((1, 1, false));
        }

        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
        await ShouldBeConsistentAsync(store);
    }
}

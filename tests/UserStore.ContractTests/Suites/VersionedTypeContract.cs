using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests.Suites;

/// <summary>Replacing and deleting a user that was read, over the user types that have a version.</summary>
public abstract class VersionedTypeContract<TUser>(StoreFactory stores, UserKind<TUser> kind) : TypeContract<TUser>(stores, kind)
    where TUser : class
{
    [Fact]
    public async Task A_user_is_replaced_only_if_nobody_changed_it_since_it_was_read()
    {
        TUser created = await CreateAsync(1);
        TUser first = await Store.UpdateAsync(Kind.WithName(created, "First"));

        Func<Task> second = () => Store.UpdateAsync(Kind.WithName(created, "Second"));

        await second.Should().ThrowAsync<UserConflictException>();
        (await FindAsync(1)).Should().BeEquivalentTo(first);
        TUser third = await Store.UpdateAsync(Kind.WithName(Kind.WithUnique(first, Kind.UniqueValue(7)), "Third"));
        (Kind.NameOf(third), Kind.UniqueOf(third)).Should().Be(("Third", Kind.UniqueValue(7)));
        await ShouldBeConsistentAsync();
    }
    [Fact]
    public async Task A_user_that_lost_its_revision_is_replaced_and_deleted_if_it_is_the_stored_one()
    {
        TUser created = await CreateAsync(1);

        TUser replaced = await Store.UpdateAsync(
            Kind.WithName(Kind.WithUnique(Kind.Forget(created), Kind.UniqueValue(5)), "New"));
        Func<Task> late = () => Store.UpdateAsync(Kind.WithName(Kind.Forget(created), "Late"));

        (await FindAsync(1)).Should().BeEquivalentTo(replaced);
        await late.Should().ThrowAsync<UserConflictException>();
        await ShouldBeConsistentAsync();
        await Store.DeleteUnchangedAsync(Kind.Forget(replaced));
        (await FindAsync(1)).Should().BeNull();
        await ShouldBeConsistentAsync();
    }
    [Fact]
    public async Task A_recreated_user_is_not_the_one_that_was_read()
    {
        TUser old = await CreateAsync(1);
        await Store.DeleteAsync(Key(1));
        Clock.Advance(TimeSpan.FromSeconds(1));
        TUser recreated = await CreateAsync(1);

        Func<Task> replace = () => Store.UpdateAsync(Kind.WithName(old, "New"));
        Func<Task> delete = () => Store.DeleteUnchangedAsync(old);
        Func<Task> forgotten = () => Store.UpdateAsync(Kind.WithName(Kind.Forget(old), "New"));

        if (Kind.HasCreatedAt || Kind.HasRevision)
        {
            await replace.Should().ThrowAsync<UserConflictException>();
            await delete.Should().ThrowAsync<UserConflictException>();
            (await FindAsync(1)).Should().BeEquivalentTo(recreated);
        }

        if (Kind.HasCreatedAt)
            await forgotten.Should().ThrowAsync<UserConflictException>();
        else
            Kind.NameOf(await Store.UpdateAsync(Kind.WithName(Kind.Forget(old), "New"))).Should().Be("New", "only the version is compared, which is the same");
    }
    [Fact]
    public async Task A_read_revision_is_deleted_only_while_it_is_stored()
    {
        TUser created = await CreateAsync(1);
        TUser current = await Store.UpdateAsync(Kind.WithName(created, "New"));

        Func<Task> delete = () => Store.DeleteUnchangedAsync(created);

        await delete.Should().ThrowAsync<UserConflictException>();
        await Store.DeleteUnchangedAsync(current);
        (await FindAsync(1)).Should().BeNull();
        await ShouldBeConsistentAsync();
    }
}

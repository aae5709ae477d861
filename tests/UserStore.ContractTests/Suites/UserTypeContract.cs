using System.Linq.Expressions;
using UserStore.Replication;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests.Suites;

/// <summary>Every call of the store, over one user type. What a type lacks a role for is refused, with a sentence that says what to add.</summary>
public abstract class UserTypeContract<TUser>(StoreFactory stores, UserKind<TUser> kind) : TypeContract<TUser>(stores, kind)
    where TUser : class
{
    [Fact]
    public async Task A_created_user_is_returned_as_it_is_read_later()
    {
        TUser user = Kind.New(1);

        TUser created = await Store.CreateAsync(user);

        Kind.KeyOf(created).Should().Be(Kind.KeyOf(user));
        created.Should().NotBeSameAs(user);
        (Kind.NameOf(created), Kind.PointsOf(created), Kind.UniqueOf(created)).Should().Be((Kind.NameOf(user), 1, Kind.UniqueValue(1)));
        (await FindAsync(1)).Should().BeEquivalentTo(created);
        if (Kind.Version is { } version)
            version(created).Should().Be(1);
    }

    [Fact]
    public async Task A_key_or_unique_value_that_another_user_has_is_refused()
    {
        await CreateAsync(1);

        Func<Task> sameKey = () => Store.CreateAsync(Kind.WithUnique(Kind.New(1), Kind.UniqueValue(9)));
        Func<Task> sameValue = () => Store.CreateAsync(Kind.WithUnique(Kind.New(2), Kind.UniqueValue(1)));

        (await sameKey.Should().ThrowAsync<UserAlreadyExistsException>()).Which.Key.Should().Be(Kind.KeyOf(Kind.New(1)));
        (await sameValue.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be(Kind.KeyOf(Kind.New(1)));
        (await FindAsync(2)).Should().BeNull();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Users_are_found_by_many_keys_in_the_order_of_the_keys()
    {
        for (int number = 1; number <= 3; number++)
            await CreateAsync(number);
        UserKey[] keys = [Key(3), Key(9), Key(1), Key(3)];

        List<UserLookup<TUser>> found = await Store.FindManyAsync(keys.ToAsyncEnumerable()).ReadAllAsync();

        found.Select(lookup => (lookup.Key, lookup.User is null ? 0 : Kind.PointsOf(lookup.User))).Should().Equal(
            (keys[0], 3), (keys[1], 0), (keys[2], 1), (keys[3], 3));
    }

    [Fact]
    public async Task A_user_is_found_by_a_unique_value()
    {
        TUser created = await CreateAsync(1);
        await CreateAsync(2);

        (await Store.FindByAsync(Kind.Unique, Kind.UniqueValue(1), ReadConsistency.Strong)).Should().BeEquivalentTo(created);
        (await Store.FindByAsync(Kind.Unique, Kind.UniqueValue(9), ReadConsistency.Strong)).Should().BeNull();
        Func<Task<TUser?>> eventual = () => Store.FindByAsync(Kind.Unique, Kind.UniqueValue(1));
        if (Kind.HasUniqueIndex)
            (await eventual()).Should().BeEquivalentTo(created);
        else
            (await eventual.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*Ask for strong consistency*");
    }

    [Fact]
    public async Task A_patch_changes_the_given_properties_only_and_without_a_version()
    {
        TUser created = await CreateAsync(1);

        TUser patched = await Store.UpdateAsync(Key(1), new UserPatch<TUser>().Set(Kind.Name, "New").Increment(Kind.Points, 41));

        (Kind.NameOf(patched), Kind.PointsOf(patched), Kind.UniqueOf(patched)).Should().Be(("New", 42, Kind.UniqueOf(created)));
        (await FindAsync(1)).Should().BeEquivalentTo(patched);
        Func<Task> missing = () => Store.UpdateAsync(Key(9), new UserPatch<TUser>().Set(Kind.Name, "New"));
        await missing.Should().ThrowAsync<UserNotFoundException>();
    }

    [Fact]
    public async Task A_patch_of_a_unique_value_moves_its_reservation()
    {
        await CreateAsync(1);
        await CreateAsync(2);

        Func<Task> taken = () => Store.UpdateAsync(Key(2), new UserPatch<TUser>().Set(Kind.Unique, Kind.UniqueValue(1)));
        await taken.Should().ThrowAsync<UserValueInUseException>();
        TUser moved = await Store.UpdateAsync(Key(1), new UserPatch<TUser>().Set(Kind.Unique, Kind.UniqueValue(3)));
        await Store.UpdateAsync(Key(2), new UserPatch<TUser>().Set(Kind.Unique, Kind.UniqueValue(1)));

        (await Store.FindByAsync(Kind.Unique, Kind.UniqueValue(3), ReadConsistency.Strong)).Should().BeEquivalentTo(moved);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Conditions_and_expected_versions_of_a_patch_are_compared_with_the_stored_user()
    {
        await CreateAsync(1);

        Func<Task> condition = () => Store.UpdateAsync(
            Key(1), new UserPatch<TUser>().Set(Kind.Name, "New").OnlyIf(Where(Kind.Points, 2)));
        Func<Task> version = () => Store.UpdateAsync(Key(1), new UserPatch<TUser>().Set(Kind.Name, "New").ExpectVersion(2));

        await condition.Should().ThrowAsync<UserConditionFailedException>();
        if (Kind.Version is null)
            (await version.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*[DynamoDBVersion]*");
        else
            (await version.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(1);
    }

    [Fact]
    public async Task A_type_without_a_version_is_changed_by_patches_only()
    {
        TUser created = await CreateAsync(1);
        Func<Task> replace = () => Store.UpdateAsync(Kind.WithName(created, "New"));
        Func<Task> delete = () => Store.DeleteUnchangedAsync(created);
        Func<Task> deleteVersion = () => Store.DeleteAsync(Key(1), expectedVersion: 1);

        foreach (Func<Task> call in new[] { replace, delete, deleteVersion })
        {
            if (Kind.Version is null)
                (await call.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*[DynamoDBVersion]*");
            else if (call == replace)
                created = await Store.UpdateAsync(Kind.WithName(created, "New"));
        }

        Kind.NameOf((await FindAsync(1))!).Should().Be(Kind.Version is null ? "Fake 1" : "New");
    }

    [Fact]
    public async Task A_deleted_user_is_returned_and_releases_its_values()
    {
        TUser created = await CreateAsync(1);

        TUser? deleted = await Store.DeleteAsync(Key(1));

        deleted.Should().BeEquivalentTo(created);
        (await Store.DeleteAsync(Key(1))).Should().BeNull();
        await Store.CreateAsync(Kind.WithUnique(Kind.New(2), Kind.UniqueValue(1)));
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task All_users_are_listed_in_pages_and_segments()
    {
        for (int number = 1; number <= 7; number++)
            await CreateAsync(number);

        List<TUser> paged = await Store.ListAsync(new UserListOptions { PageSize = 2 }).ReadAllAsync();
        List<TUser> parallel = await Store.ListAsync(new UserListOptions { TotalSegments = 3, PageSize = 2 }).ReadAllAsync();

        paged.Select(Kind.PointsOf).Should().BeEquivalentTo(Enumerable.Range(1, 7));
        parallel.Should().BeEquivalentTo(paged);
    }

    [Fact]
    public async Task Expired_users_are_absent_and_block_neither_key_nor_value()
    {
        await Store.CreateAsync(Kind.Expiring?.Invoke(Kind.New(1), Now.AddMinutes(1)) ?? Kind.New(1));
        (await FindAsync(1)).Should().NotBeNull();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Func<Task> sameValue = () => Store.CreateAsync(Kind.WithUnique(Kind.New(2), Kind.UniqueValue(1)));
        Func<Task> sameKey = () => Store.CreateAsync(Kind.WithUnique(Kind.New(1), Kind.UniqueValue(2)));

        if (Kind.Expiring is not { } expiring)
        {
            await sameValue.Should().ThrowAsync<UserValueInUseException>("users of the type do not expire");
            await sameKey.Should().ThrowAsync<UserAlreadyExistsException>("users of the type do not expire");
            return;
        }

        (await FindAsync(1)).Should().BeNull();
        (await Store.ListAsync().ReadAllAsync()).Should().BeEmpty();
        await sameValue();
        await sameKey();
        Func<Task> past = () => Store.CreateAsync(expiring(Kind.New(3), Now));
        await past.Should().ThrowAsync<InvalidUserException>();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_batch_creates_and_deletes_users_with_an_outcome_for_each()
    {
        await CreateAsync(3);
        IUserBatchWriter<TUser> writer = Stores.WriterOf(Store);

        BatchWriteResult<TUser> created = await writer.CreateAsync(Enumerable.Range(1, 30).Select(Kind.New));
        BatchWriteResult<UserKey> deleted = await writer.DeleteAsync([Key(1), Key(99), Key(2)]);

        (created.Written, created.Rejected).Should().Be((29, 1));
        created.Failures.Should().ContainSingle().Which.Key.Should().Be(Key(3));
        (deleted.Written, deleted.NotFound).Should().Be((2, 1));
        (await Store.ListAsync().ReadAllAsync()).Should().HaveCount(28);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Concurrent_claims_of_one_value_have_one_owner()
    {
        TUser?[] created = await Task.WhenAll(Enumerable.Range(1, 12).Select(async number =>
        {
            try
            {
                return await Store.CreateAsync(Kind.WithUnique(Kind.New(number), Kind.UniqueValue(number % 3)));
            }
            catch (UserValueInUseException)
            {
                return null;
            }
        }));

        created.OfType<TUser>().Select(Kind.UniqueOf).Should().BeEquivalentTo(Enumerable.Range(0, 3).Select(Kind.UniqueValue));
        (await Store.ListAsync().ReadAllAsync()).Should().HaveCount(3);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Changes_name_the_user_and_carry_it_before_and_after()
    {
        TUser created = await CreateAsync(1);
        TUser patched = await Store.UpdateAsync(Key(1), new UserPatch<TUser>().Set(Kind.Name, "New"));
        await Store.DeleteAsync(Key(1));

        IReadOnlyList<UserChange<TUser>> changes = await Stores.ReadChangesAsync(Store);

        changes.Select(change => (change.Kind, change.Key)).Should().Equal(
            (UserChangeKind.Inserted, Key(1)), (UserChangeKind.Modified, Key(1)), (UserChangeKind.Removed, Key(1)));
        changes[0].NewUser.Should().BeEquivalentTo(created);
        (changes[1].OldUser, changes[1].NewUser).Should().BeEquivalentTo((created, patched));
        changes[2].OldUser.Should().BeEquivalentTo(patched);
    }

    [Fact]
    public async Task Keys_of_another_shape_are_refused_before_a_request_is_sent()
    {
        UserKey[] invalid =
        [
            default, "", " ", UserKey.Of("a", "b"), UserKey.Of(1, 2), UserKey.Of(""), UserKey.Of(Guid.Empty), new string('x', 2049), "\ud800",
            UserKey.Of("a", ""), UserKey.Of("a", new string('x', 1025)),
        ];
        UserKey[] refused = [.. invalid.Where(key => key != UserKey.Of("a", "b") || Key(1).SortKey is null)];

        foreach (UserKey key in refused)
        {
            await ShouldBeInvalidAsync(() => Store.FindAsync(key));
            await ShouldBeInvalidAsync(() => Store.DeleteAsync(key));
            await ShouldBeInvalidAsync(() => Store.UpdateAsync(key, new UserPatch<TUser>().Set(Kind.Name, "New")));
        }

        static async Task ShouldBeInvalidAsync(Func<Task> call) => await call.Should().ThrowAsync<InvalidUserException>();
    }

    private static Expression<Func<TUser, bool>> Where(
        Expression<Func<TUser, int>> property, int value)
        => Expression.Lambda<Func<TUser, bool>>(
            Expression.Equal(property.Body, Expression.Constant(value)), property.Parameters);
}

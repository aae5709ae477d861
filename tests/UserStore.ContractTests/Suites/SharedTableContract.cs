using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests.Suites;

/// <summary>Users with a key of two parts, in a table that they share: their partitions, their kind, and values that are unique in a scope.</summary>
public abstract class SharedTableContract(StoreFactory stores) : TypeContract<Member>(stores, UserKinds.Member)
{
    [Fact]
    public async Task No_write_gives_a_user_another_kind()
    {
        Member member = await CreateAsync(1);

        Func<Task>[] calls =
        [
            () => Store.CreateAsync(Kind.New(2) with { ItemKind = "order" }),
            () => Store.UpdateAsync(member with { ItemKind = "order" }),
            () => Store.UpdateAsync(Key(1), new UserPatch<Member>().Set(user => user.ItemKind, "order")),
            () => Store.UpdateAsync(Key(1), new UserPatch<Member>().Remove(user => user.ItemKind)),
        ];
        foreach (Func<Task> call in calls)
        {
            (await call.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Should().ContainSingle()
                .Which.Should().Be(new UserRuleViolation(nameof(Member.ItemKind), "must satisfy the OnlyWhere of the store"));
        }

        BatchWriteResult<Member> batch = await Stores.WriterOf(Store).CreateAsync([Kind.New(2) with { ItemKind = "order" }]);
        batch.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<InvalidUserException>();
        (await Store.UpdateAsync(Key(1), new UserPatch<Member>().Set(user => user.ItemKind, Member.Kind).Set(user => user.Points, 9))).Points.Should().Be(9);
        (await Store.ListAsync().ReadAllAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task A_scoped_value_is_unique_in_its_scope()
    {
        Member one = await Store.CreateAsync(New("a", "1", "ada"));
        Member other = await Store.CreateAsync(New("b", "1", "ada"));

        Func<Task> sameScope = () => Store.CreateAsync(New("a", "2", "ada"));
        Func<Task> unscoped = () => Store.FindByAsync(user => user.UserName, "ada", ReadConsistency.Strong);
        Func<Task> ofOtherType = () => Store.FindByAsync(user => user.UserName, "ada", ReadConsistency.Strong, within: 7);
        Func<Task> withoutScope = () => Store.FindByAsync(user => user.Email, "fake@example.test", ReadConsistency.Strong, within: "a");

        UserValueInUseException taken = (await sameScope.Should().ThrowAsync<UserValueInUseException>()).Which;
        (taken.PropertyName, taken.OwnerKey).Should().Be((nameof(Member.UserName), UserKey.Of("a", "1")));
        (await Store.FindByAsync(user => user.UserName, "ada", ReadConsistency.Strong, within: "a")).Should().Be(one);
        (await Store.FindByAsync(user => user.UserName, "ada", ReadConsistency.Strong, within: "b")).Should().Be(other);
        (await Store.FindByAsync(user => user.UserName, "ada", ReadConsistency.Strong, within: "c")).Should().BeNull();
        await unscoped.Should().ThrowAsync<InvalidUserException>().WithMessage("*UserName is unique within Tenant*");
        await ofOtherType.Should().ThrowAsync<InvalidUserException>().WithMessage("*Tenant must be a string*");
        await withoutScope.Should().ThrowAsync<InvalidUserException>().WithMessage("*Email is unique in the whole table*");
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Several_values_change_in_one_write_or_not_at_all()
    {
        await Store.CreateAsync(New("a", "1", "ada") with { Email = "one@example.test" });
        Member member = await Store.CreateAsync(New("a", "2", "bob") with { Email = "two@example.test" });

        Func<Task> half = () => Store.UpdateAsync(member with { UserName = "carl", Email = "one@example.test" });
        (await half.Should().ThrowAsync<UserValueInUseException>()).Which.PropertyName.Should().Be(nameof(Member.Email));
        (await Store.FindByAsync(user => user.UserName, "carl", ReadConsistency.Strong, within: "a")).Should().BeNull();
        Member changed = await Store.UpdateAsync(member with { UserName = "carl", Email = "three@example.test" });
        Member patched = await Store.UpdateAsync(
            UserKey.Of("a", "2"), new UserPatch<Member>().Set(user => user.UserName, "bob").Remove(user => user.Email));

        (changed.UserName, changed.Email, patched.UserName, patched.Email).Should().Be(("carl", "three@example.test", "bob", null));
        await Store.CreateAsync(New("a", "3", "carl") with { Email = "three@example.test" });
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_partition_is_queried_without_an_index()
    {
        foreach (string tenant in new[] { "a", "b" })
        {
            for (int number = 1; number <= 5; number++)
                await Store.CreateAsync(New(tenant, $"{number}", null) with { Points = 10 - number });
        }

        UserQuery<Member> query = UserQuery<Member>.OfPartition("a");
        (await IdsAsync(query)).Should().Equal("a/1", "a/2", "a/3", "a/4", "a/5");
        (await IdsAsync(query with { PageSize = 2, Direction = QueryDirection.Descending })).Should().Equal("a/5", "a/4", "a/3", "a/2", "a/1");
        (await IdsAsync(query with { SortKey = SortKeyCondition.Between("2", "4"), Limit = 2 })).Should().Equal("a/2", "a/3");
        (await IdsAsync(query with { Filter = user => user.Points > 6 })).Should().Equal("a/1", "a/2", "a/3");
        (await IdsAsync(UserQuery<Member>.OfPartition("c"))).Should().BeEmpty();
        UserPage<Member> page = await Store.QueryPageAsync(query with { PageSize = 2 });
        (await Store.QueryPageAsync(query with { PageSize = 2 }, page.ContinuationToken)).Users.Select(Kind.KeyOf).Should().Equal(
            UserKey.Of("a", "3"), UserKey.Of("a", "4"));
        Func<Task> ofOtherPartition = () => Store.QueryPageAsync(UserQuery<Member>.OfPartition("b") with { PageSize = 2 }, page.ContinuationToken);
        await ofOtherPartition.Should().ThrowAsync<InvalidContinuationTokenException>();
    }

    [Fact]
    public async Task A_local_index_sorts_a_partition_otherwise()
    {
        foreach (string tenant in new[] { "a", "b" })
        {
            for (int number = 1; number <= 4; number++)
                await Store.CreateAsync(New(tenant, $"{number}", null) with { Points = 10 - number });
        }

        var query = new UserQuery<Member>("points-index", "a");
        (await IdsAsync(query)).Should().Equal("a/4", "a/3", "a/2", "a/1");
        (await IdsAsync(query with { SortKey = SortKeyCondition.AtLeast(8), PageSize = 1 })).Should().Equal("a/2", "a/1");
    }

    private async Task<IEnumerable<string>> IdsAsync(UserQuery<Member> query)
        => (await Store.QueryAsync(query).ReadAllAsync()).Select(user => Kind.KeyOf(user).ToString());

    private static Member New(string tenant, string id, string? userName) => new() { Tenant = tenant, Id = id, UserName = userName };
}

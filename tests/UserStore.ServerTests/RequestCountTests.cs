using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests;

/// <summary>The requests of each call, counted where they leave the process.</summary>
public sealed class RequestCountTests : ServerTest
{
    [Fact]
    public async Task Every_call_sends_the_documented_requests_and_never_describes_a_table()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Sent();

        User user = await store.CreateAsync(FakeUsers.Create(1));
        Sent().Should().Equal("TransactWriteItems");
        await store.CreateAsync(FakeUsers.Create(2) with { Email = null });
        Sent().Should().Equal("PutItem");
        await store.FindAsync("fake-1");
        Sent().Should().Equal("GetItem");
        await store.GetAsync("fake-1", ReadConsistency.Strong);
        Sent().Should().Equal("GetItem");
        await store.FindByEmailAsync("fake.user.1@example.test");
        Sent().Should().Equal("Query");
        await store.FindByEmailAsync("fake.user.1@example.test", ReadConsistency.Strong);
        Sent().Should().Equal("GetItem", "GetItem");
        user = await store.UpdateAsync(user with { Name = "Fake Other" });
        Sent().Should().Equal("UpdateItem");
        user = await store.UpdateAsync(user with { Email = "other@example.test" });
        Sent().Should().Equal("TransactWriteItems");
        user = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Name, "Fake Third").Increment(u => u.Age, 1));
        Sent().Should().Equal("UpdateItem");
        user = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "third@example.test").Increment(u => u.Age, 1));
        Sent().Should().Equal("GetItem", "TransactWriteItems");
        user = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "third@example.test").Increment(u => u.Age, 1));
        Sent().Should().Equal("GetItem", "UpdateItem");
        await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.ExpiresAt, Clock.GetUtcNow().AddDays(1)));
        Sent().Should().Equal("UpdateItem");
        await store.QueryByStatusAsync(user.Status).ReadAllAsync();
        Sent().Should().Equal("Query");
        await store.QueryByEmailAsync("third@example.test").ReadAllAsync();
        Sent().Should().Equal("Query");
        await store.ListAsync().ReadAllAsync();
        Sent().Should().Equal("Scan");
        await store.ListPageAsync();
        Sent().Should().Equal("Scan");
        await store.DeleteAsync("fake-1");
        Sent().Should().Equal("GetItem", "TransactWriteItems");
        await store.DeleteAsync("fake-1");
        Sent().Should().Equal("GetItem");
        await store.DeleteAsync("fake-2");
        Sent().Should().Equal("GetItem", "DeleteItem");
        user = await store.CreateAsync(FakeUsers.Create(1));
        Sent();
        await store.DeleteUnchangedAsync(user);
        Sent().Should().Equal("TransactWriteItems");
    }

    [Fact]
    public async Task Without_unique_emails_there_is_no_second_table_and_no_transaction()
    {
        Options.UniqueEmails = false;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Sent();

        User user = await store.CreateAsync(FakeUsers.Create(1));
        Sent().Should().Equal("PutItem");
        await store.UpdateAsync(user with { Email = "other@example.test" });
        Sent().Should().Equal("UpdateItem");
        user = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "third@example.test"));
        Sent().Should().Equal("UpdateItem");
        await store.DeleteAsync("fake-1");
        Sent().Should().Equal("GetItem", "DeleteItem");
        user = await store.CreateAsync(FakeUsers.Create(1));
        Sent();
        await store.DeleteUnchangedAsync(user);
        Sent().Should().Equal("DeleteItem");
        (await Client.ListTablesAsync(new ListTablesRequest { ExclusiveStartTableName = Options.TableNamePrefix })).TableNames
            .Where(name => name.StartsWith(Options.TableNamePrefix, StringComparison.Ordinal)).Should().Equal(Table);
    }

    [Fact]
    public async Task A_type_with_a_revision_costs_what_User_costs()
    {
        Options.Describe(UserKinds.Member.Describe!);
        DynamoDbUserStore<Member> store = await Stores.CreateAsync<Member>(Options);
        Sent();

        Member member = await store.CreateAsync(UserKinds.Member.New(1));
        Sent().Should().Equal("TransactWriteItems");
        member = await store.UpdateAsync(member with { Name = "New" });
        Sent().Should().Equal("UpdateItem");
        member = await store.UpdateAsync(member with { Email = "new@example.test" });
        Sent().Should().Equal(["GetItem", "TransactWriteItems"], "a fingerprint shows that the email is another one, but not which one is reserved");
        member = await store.UpdateAsync(member with { Name = "Newer", Revision = null });
        Sent().Should().Equal("GetItem", "UpdateItem");
        await store.UpdateAsync(UserKinds.Member.KeyOf(member), new UserPatch<Member>().Set(user => user.Name, "Newest"));
        Sent().Should().Equal("UpdateItem");
        await store.DeleteAsync(UserKinds.Member.KeyOf(member));
        Sent().Should().Equal("GetItem", "TransactWriteItems");
        await store.QueryAsync(UserQuery<Member>.OfPartition("tenant-1")).ReadAllAsync();
        Sent().Should().Equal("Query");
    }

    [Fact]
    public async Task A_type_without_a_revision_costs_one_consistent_read_more_on_replacement()
    {
        DynamoDbUserStore<Account> store = await Stores.CreateAsync<Account>(Options);
        Sent();

        Account account = await store.CreateAsync(UserKinds.Account.New(1));
        Sent().Should().Equal("TransactWriteItems");
        account = await store.UpdateAsync(UserKinds.Account.WithName(account, "New"));
        Sent().Should().Equal("GetItem", "UpdateItem");
        account = await store.UpdateAsync(UserKinds.Account.WithUnique(account, "new"));
        Sent().Should().Equal("GetItem", "TransactWriteItems");
        await store.UpdateAsync(account.Id, new UserPatch<Account>().Set(user => user.Name, "Newer"));
        Sent().Should().Equal("UpdateItem");
        await store.DeleteUnchangedAsync((await store.FindAsync(account.Id, ReadConsistency.Strong))!);
        Sent().Should().Equal("GetItem", "GetItem", "TransactWriteItems");
    }

    [Fact]
    public async Task A_query_sends_one_request_for_each_page()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        foreach (User user in FakeUsers.CreateMany(5))
            await store.CreateAsync(user with { Status = UserStatus.Active });
        var query = new UserQuery<User>("status-index", UserStatus.Active) { PageSize = 2 };
        Sent();

        UserPage<User> page = await store.QueryPageAsync(query);
        Sent().Should().Equal("Query");
        await store.QueryPageAsync(query, page.ContinuationToken);
        Sent().Should().Equal("Query");
        await store.QueryAsync(query).ReadAllAsync();
        Sent().Should().Equal("Query", "Query", "Query");
        await store.QueryAsync(query with { Limit = 2 }).ReadAllAsync();
        Sent().Should().Equal("Query");
    }

    [Fact]
    public async Task Invalid_input_sends_no_request()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        var query = new UserQuery<User>("status-index", UserStatus.Active);
        Sent();

        Func<Task>[] calls =
        [
            () => store.CreateAsync(new User { UserId = " " }),
            () => store.CreateAsync(new User { Name = new string('s', 400 * 1024) }),
            () => store.FindAsync(""),
            () => store.FindByEmailAsync("no address"),
            () => store.UpdateAsync(new User { UserId = "fake-1", Email = "no address" }),
            () => store.UpdateAsync(new User { UserId = "fake-1", Name = new string('s', 400 * 1024) }),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Name, new string('s', 400 * 1024))),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Status, "")),
            () => store.DeleteAsync(new string('x', 2049)),
            () => store.QueryPageAsync(query, "rubbish"),
            () => store.QueryPageAsync(query with { IndexName = "unknown-index" }),
            () => store.ListPageAsync(null, "rubbish"),
        ];
        foreach (Func<Task> call in calls)
            await call.Should().ThrowAsync<UserStoreException>();

        Sent().Should().BeEmpty();
    }

    [Fact]
    public async Task Numbers_and_keys_that_DynamoDB_cannot_store_send_no_request()
    {
        DynamoDbUserStore<NumericUser> numbers = await Stores.CreateAsync<NumericUser>(Options);
        DynamoDbUserStore<TypedUser> typed = Stores.Open<TypedUser>(Options);
        Sent();

        Func<Task>[] calls =
        [
            () => numbers.UpdateAsync("fake-1", new UserPatch<NumericUser>().Increment(user => user.DoubleNumber, double.NaN)),
            () => numbers.UpdateAsync("fake-1", new UserPatch<NumericUser>().Increment(user => user.FloatNumber, float.PositiveInfinity)),
            () => numbers.UpdateAsync("fake-1", new UserPatch<NumericUser>().Increment(user => user.Optional, 1E300)),
            () => numbers.QueryPageAsync(new("status-index", UserStatus.Active) { Filter = user => user.DoubleNumber < double.MaxValue }),
            () => typed.CreateAsync(new TypedUser { Map = new() { [""] = [1] } }),
            () => typed.UpdateAsync("fake-1", new UserPatch<TypedUser>().Set(user => user.Maps, new() { ["k"] = new() { [""] = "v" } })),
        ];
        foreach (Func<Task> call in calls)
            await call.Should().ThrowAsync<InvalidUserException>();

        Sent().Should().BeEmpty();
    }

    [Fact]
    public async Task EnsureTablesAsync_only_describes_tables_that_exist()
    {
        await CreateStoreAsync();
        Sent();

        await Stores.Open<User>(Options).EnsureTablesAsync();

        Sent().Should().BeEquivalentTo("DescribeTable", "DescribeTable", "DescribeTimeToLive");
    }
}

using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

public sealed class MissingSchemaTests : ServerTest
{
    [Fact]
    public async Task A_missing_table_is_reported_by_name_after_one_DescribeTable_request()
    {
        DynamoDbUserStore<User> store = Stores.Open<User>(Options);

        Func<Task>[] calls =
        [
            () => store.CreateAsync(FakeUsers.Create(1)),
            () => store.FindAsync("fake-1"),
            () => store.FindByEmailAsync("fake@example.test"),
            () => store.UpdateAsync(FakeUsers.Create(1)),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 1)),
            () => store.DeleteAsync("fake-1"),
            () => store.QueryByStatusAsync("active").ReadAllAsync(),
            () => store.ListAsync().ReadAllAsync(),
        ];
        foreach (Func<Task> call in calls)
        {
            Wire.Clear();
            UserStoreSchemaException missing = (await call.Should().ThrowAsync<UserStoreSchemaException>()).Which;
            (missing.TableName, missing.IndexName, missing.IsTransient).Should().Be((Table, null, false));
            missing.Message.Should().Contain(Table).And.Contain("EnsureTablesAsync");
            Wire.Operations.Where(operation => operation == "DescribeTable").Should().ContainSingle();
        }
    }

    [Fact]
    public async Task A_missing_table_of_reservations_is_reported_before_anything_is_written()
    {
        Options.UniqueEmails = false;
        DynamoDbUserStore<User> shared = await CreateStoreAsync();
        User user = await shared.CreateAsync(FakeUsers.Create(1));
        Options.UniqueEmails = true;
        DynamoDbUserStore<User> store = Stores.Open<User>(Options);

        Func<Task>[] calls =
        [
            () => store.CreateAsync(FakeUsers.Create(2)),
            () => store.UpdateAsync(user with { Email = "other@example.test" }),
            () => store.UpdateAsync(user with { Email = null }),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "other@example.test")),
            () => store.DeleteAsync("fake-1"),
            () => store.DeleteUnchangedAsync(user),
            () => store.FindByEmailAsync(user.Email!, ReadConsistency.Strong),
            () => new DynamoDbUniqueValueAudit<User>(Client, Options, Stores.Time).CheckAsync().ReadAllAsync(),
        ];
        foreach (Func<Task> call in calls)
        {
            UserStoreSchemaException missing = (await call.Should().ThrowAsync<UserStoreSchemaException>()).Which;
            (missing.TableName, missing.IndexName).Should().Be((ReservationsTable, null));
            missing.Message.Should().Contain("EnsureTablesAsync");
        }

        (await store.ListAsync().ReadAllAsync()).Should().Equal(user);
    }

    [Fact]
    public async Task A_missing_index_is_reported_by_its_configured_name()
    {
        await CreateStoreAsync();
        Options.IndexNames["status-index"] = "users-by-status";
        DynamoDbUserStore<User> store = Stores.Open<User>(Options);
        Wire.Clear();

        Func<Task> query = () => store.QueryByStatusAsync("active").ReadAllAsync();

        UserStoreSchemaException missing = (await query.Should().ThrowAsync<UserStoreSchemaException>()).Which;
        (missing.TableName, missing.IndexName).Should().Be((Table, "users-by-status"));
        missing.InnerException.Should().BeAssignableTo<AmazonDynamoDBException>();
        Wire.Operations.Should().Equal("Query", "DescribeTable");
    }

    [Fact]
    public async Task A_table_with_another_key_is_reported_by_name()
    {
        await CreateExternalTableAsync(Table, key: "id");

        Func<Task> create = () => Stores.Open<User>(Options).CreateAsync(FakeUsers.Create(1));

        (await create.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("another key");
    }

    [Fact]
    public async Task Indexes_are_used_by_their_configured_names()
    {
        Options.IndexNames["status-index"] = "users-by-status";
        Options.IndexNames["email-index"] = "users-by-email";
        DynamoDbUserStore<User> store = await CreateStoreAsync();

        User created = await store.CreateAsync(FakeUsers.Create(1));

        (await store.QueryByStatusAsync(created.Status).ReadAllAsync()).Should().Equal(created);
        (await store.FindByEmailAsync(created.Email!)).Should().Be(created);
    }

    [Fact]
    public async Task Stores_of_two_types_use_separate_tables()
    {
        Options.UsersTable = "Plain";
        UserStoreOptions appOptions = Stores.NewOptions();
        DynamoDbUserStore<User> plain = await CreateStoreAsync();
        DynamoDbUserStore<AppUser> app = await Stores.CreateAsync<AppUser>(appOptions);

        await plain.CreateAsync(FakeUsers.Create(1));
        await app.CreateAsync(FakeUsers.Create<AppUser>(1) with { City = "Faketown" });

        (await plain.DeleteAsync("fake-1")).Should().NotBeNull();
        (await app.GetAsync("fake-1")).City.Should().Be("Faketown");
    }
}

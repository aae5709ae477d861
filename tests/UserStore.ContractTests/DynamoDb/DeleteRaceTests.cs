using UserStore.ContractTests.Stores;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ContractTests.DynamoDb;

/// <summary>What another client does between the read and the delete of one call: what is returned is always what was deleted.</summary>
public sealed class DeleteRaceTests(LocalServer server) : ServerTest(server)
{
    private readonly LocalServer _server = server;

    [Fact]
    public async Task A_user_that_was_updated_meanwhile_is_deleted_and_returned_as_updated()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        User? updated = null;
        Requests.Before = (
            "DeleteItem", async () => updated = await Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 99)));
        Requests.Clear();

        User? deleted = await store.DeleteAsync("fake-1");

        deleted.Should().Be(updated).And.NotBeNull();
        Requests.Operations.Should().Equal("GetItem", "DeleteItem", "GetItem", "DeleteItem");
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task A_user_that_was_deleted_and_created_again_at_the_same_version_is_not_taken_for_the_one_read()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        User? second = null;
        Requests.Before = ("DeleteItem", async () =>
        {
            await Other().DeleteAsync("fake-1");
            second = await Other().CreateAsync(FakeUsers.Create(1) with { Name = "Fake Second" });
        }
        );

        User? deleted = await store.DeleteAsync("fake-1");

        deleted.Should().Be(second);
        deleted!.Version.Should().Be(1);
    }

    [Fact]
    public async Task A_user_that_was_updated_meanwhile_is_not_deleted_when_another_version_was_expected()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        Requests.Before = ("DeleteItem", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 99)));

        Func<Task> delete = () => store.DeleteAsync("fake-1", expectedVersion: 1);

        UserConflictException conflict = (await delete.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion).Should().Be((1, 2));
        (await store.FindAsync("fake-1", ReadConsistency.Strong))!.Age.Should().Be(99);
    }

    [Fact]
    public async Task A_user_that_was_deleted_meanwhile_is_null_to_the_second_caller()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        Requests.Before = ("DeleteItem", () => Other().DeleteAsync("fake-1"));

        (await store.DeleteAsync("fake-1")).Should().BeNull();
    }

    [Fact]
    public async Task An_item_without_version_that_was_updated_meanwhile_is_returned_as_updated()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await Client.PutItemAsync(
            Table,
            new() { ["user_id"] = new("fake-1"), ["created_at"] = new("2026-01-01T00:00:00Z"), ["updated_at"] = new("2026-01-01T00:00:00Z") });
        Requests.Before = ("DeleteItem", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 99)));

        User? deleted = await store.DeleteAsync("fake-1");

        (deleted!.Age, deleted.Version).Should().Be((99, 1));
    }

    private DynamoDbUserStore<User> Other() => new(_server.Client, Options, Clock);
}

using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>Writes of another client between the read and the delete of one call: the call returns exactly the user that was deleted.</summary>
public sealed class DeleteRaceTests : ServerTest
{
    [Theory]
    [InlineData(true, "TransactWriteItems")]
    [InlineData(false, "DeleteItem")]
    public async Task A_concurrently_updated_user_is_deleted_and_returned_as_updated(bool uniqueEmails, string delete)
    {
        Options.UniqueEmails = uniqueEmails;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        User? updated = null;
        BeforeNext(delete, async () => updated = await Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 99)));
        int before = Wire.Operations.Count;

        User? deleted = await store.DeleteAsync("fake-1");

        deleted.Should().Be(updated).And.NotBeNull();
        Wire.Operations.Skip(before).Should().Equal("GetItem", delete, "GetItem", delete);
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
    }

    [Theory]
    [InlineData(true, "TransactWriteItems")]
    [InlineData(false, "DeleteItem")]
    public async Task A_recreated_user_with_the_same_version_is_not_mistaken_for_the_user_that_was_read(
        bool uniqueEmails, string delete)
    {
        Options.UniqueEmails = uniqueEmails;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        User? second = null;
        BeforeNext(delete, async () =>
        {
            await Other().DeleteAsync("fake-1");
            second = await Other().CreateAsync(FakeUsers.Create(1) with { Name = "Fake Second" });
        });

        User? deleted = await store.DeleteAsync("fake-1");

        deleted.Should().Be(second);
        deleted!.Version.Should().Be(1);
    }

    [Theory]
    [InlineData(true, "TransactWriteItems")]
    [InlineData(false, "DeleteItem")]
    public async Task A_concurrently_updated_user_is_not_deleted_when_another_version_was_expected(bool uniqueEmails, string delete)
    {
        Options.UniqueEmails = uniqueEmails;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        BeforeNext(delete, () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 99)));

        Func<Task> deleting = () => store.DeleteAsync("fake-1", expectedVersion: 1);

        UserConflictException conflict = (await deleting.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion).Should().Be((1, 2));
        (await store.FindAsync("fake-1", ReadConsistency.Strong))!.Age.Should().Be(99);
    }

    [Theory]
    [InlineData(true, "TransactWriteItems")]
    [InlineData(false, "DeleteItem")]
    public async Task The_second_of_two_concurrent_deletes_returns_null(bool uniqueEmails, string delete)
    {
        Options.UniqueEmails = uniqueEmails;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        BeforeNext(delete, () => Other().DeleteAsync("fake-1"));

        (await store.DeleteAsync("fake-1")).Should().BeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_concurrently_updated_item_without_version_is_returned_as_updated(bool uniqueEmails)
    {
        Options.UniqueEmails = uniqueEmails;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await Client.PutItemAsync(
            Table,
            new() { ["user_id"] = new("fake-1"), ["created_at"] = new("2026-01-01T00:00:00Z"), ["updated_at"] = new("2026-01-01T00:00:00Z") });
        BeforeNext("DeleteItem", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 99)));

        User? deleted = await store.DeleteAsync("fake-1");

        (deleted!.Age, deleted.Version).Should().Be((99, 1));
    }
}

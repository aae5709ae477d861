using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>What a store without unique values sends: global tables with multi-Region strong consistency reject transactions.</summary>
public sealed class StoreWithoutTransactionsTests : ServerTest
{
    [Fact]
    public async Task No_call_of_a_store_without_unique_values_sends_a_transaction()
    {
        Options.UniqueEmails = false;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        var writer = new DynamoDbUserBatchWriter<User>(Client, Options, Stores.Time);
        var audit = new DynamoDbUniqueValueAudit<User>(Client, Options, Stores.Time);
        User first = FakeUsers.Create(1), second = FakeUsers.Create(2);

        User created = await store.CreateAsync(first);
        User saved = await store.UpdateAsync(created with { Email = "other@example.test" });
        await store.UpdateAsync(created.UserId, new UserPatch<User>().Set(user => user.Email, "third@example.test").ExpectVersion(saved.Version!.Value));
        await store.DeleteAsync(created.UserId);
        (await writer.CreateAsync([first, second])).Failures.Should().BeEmpty();
        (await writer.ReplaceAsync([first, second])).Failures.Should().BeEmpty();
        (await store.FindByEmailAsync(first.Email!)).Should().NotBeNull();
        (await store.FindManyAsync([first.UserId, second.UserId]).ReadAllAsync()).Should().HaveCount(2);
        (await writer.DeleteAsync([first.UserId, second.UserId])).Failures.Should().BeEmpty();
        Func<Task> check = () => audit.CheckAsync().ReadAllAsync();

        await check.Should().ThrowAsync<InvalidOperationException>();
        Sent().Should().NotBeEmpty().And.NotContain(operation => operation.StartsWith("Transact", StringComparison.Ordinal));
    }
}

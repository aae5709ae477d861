using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>The client is disposed of before a call, or while the response is on its way.</summary>
public sealed class DisposedClientTests : ProxyTest
{
    private static readonly Dictionary<string, (string Operation, Func<IUserStore<User>, User, Task> Call)> Writes = new()
    {
        ["create"] = ("PutItem", (store, _) => store.CreateAsync(new User { UserId = "fake-2" })),
        ["create with email"] = ("TransactWriteItems", (store, _) => store.CreateAsync(new User { UserId = "fake-2", Email = "b@example.test" })),
        ["patch"] = ("UpdateItem", (store, user) => store.UpdateAsync(user.UserId, new UserPatch<User>().Increment(each => each.Age, 1))),
        ["patch of the email"] = (
            "TransactWriteItems", (store, user) => store.UpdateAsync(user.UserId, new UserPatch<User>().Set(each => each.Email, "b@example.test"))),
        ["save"] = ("UpdateItem", (store, user) => store.UpdateAsync(user with { Age = 99 })),
        ["save of another email"] = ("TransactWriteItems", (store, user) => store.UpdateAsync(user with { Email = "b@example.test" })),
        ["delete of an id"] = ("TransactWriteItems", (store, user) => store.DeleteAsync(user.UserId)),
        ["delete of a user"] = ("TransactWriteItems", (store, user) => store.DeleteUnchangedAsync(user)),
    };

    private static readonly Dictionary<string, (string Operation, Func<IUserStore<User>, User, Task> Call)> Reads = new()
    {
        ["find"] = ("GetItem", (store, user) => store.FindAsync(user.UserId)),
        ["find by email"] = ("Query", (store, user) => store.FindByEmailAsync(user.Email!)),
        ["find by email, strongly"] = ("GetItem", (store, user) => store.FindByEmailAsync(user.Email!, ReadConsistency.Strong)),
        ["find many"] = ("BatchGetItem", (store, user) => store.FindManyAsync([user.UserId]).ReadAllAsync()),
        ["query"] = ("Query", (store, user) => store.QueryByStatusAsync(user.Status!).ReadAllAsync()),
        ["list"] = ("Scan", (store, _) => store.ListAsync().ReadAllAsync()),
    };

    public static TheoryData<string, ClientKind> WritesByKind => Of(Writes.Keys);

    public static TheoryData<string, ClientKind> ReadsByKind => Of(Reads.Keys);

    public static TheoryData<string, ClientKind> CallsByKind => Of(Writes.Keys.Concat(Reads.Keys));

    [Theory]
    [MemberData(nameof(CallsByKind))]
    public async Task A_call_with_a_client_that_was_disposed_of_says_so(string name, ClientKind kind)
    {
        await CreateStoreAsync();
        User user = await OtherProcess().CreateAsync(FakeUsers.Create(1));
        AmazonDynamoDBClient client = Connect(kind);
        var store = new DynamoDbUserStore<User>(client, Options);
        client.Dispose();
        Sent();

        Func<Task> call = () => (Writes.TryGetValue(name, out var write) ? write : Reads[name]).Call(store, user);

        await call.Should().ThrowAsync<ObjectDisposedException>();
        Sent().Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(WritesByKind))]
    public async Task A_write_that_was_sent_before_the_disposal_succeeds_or_is_unknown(string name, ClientKind kind)
    {
        (User user, Exception? end) = await DisposeDuringAsync(Writes[name], kind);

        if (end is not null)
            end.Should().BeOfType<UserWriteOutcomeUnknownException>().Which.Key.ToString().Should().StartWith("fake-");
        Dictionary<string, User> stored = (await OtherProcess().ListAsync().ReadAllAsync()).ToDictionary(each => each.UserId);
        if (name.StartsWith("create", StringComparison.Ordinal))
            stored.Should().HaveCount(2);
        else if (name.StartsWith("delete", StringComparison.Ordinal))
            stored.Should().BeEmpty();
        else
            stored["fake-1"].Version.Should().Be(user.Version + 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_accounts_for_every_item_when_its_client_is_disposed_of(ClientKind kind)
    {
        const int Count = 300;
        DynamoDbUserStore<User> store = await CreateStoreAsync(kind);
        AmazonDynamoDBClient client = Connect(kind);
        int sent = 0;
        Wire.BeforeRequest = _ =>
        {
            if (Interlocked.Increment(ref sent) == 2)
                client.Dispose();
            return Task.CompletedTask;
        };

        BatchWriteResult<User> result = await new DynamoDbUserBatchWriter<User>(client, Options).CreateAsync(
            Enumerable.Range(0, Count).Select(i => new User { UserId = $"fake-{i}" }), new BatchWriteOptions<User> { MaxConcurrency = 1 });

        Wire.Clear();
        int stored = (await OtherProcess().ListAsync().ReadAllAsync()).Count;
        (result.Written + result.Rejected + result.Unknown + result.NotAttempted).Should().Be(Count);
        stored.Should().BeInRange((int)result.Written, (int)(result.Written + result.Unknown));
        result.Failures.Where(failure => failure.Reason == BatchItemFailureReason.Rejected).Should().NotBeEmpty()
            .And.OnlyContain(failure => !failure.Error!.IsTransient);
        (await store.FindAsync("fake-0")).Should().NotBeNull();
    }

    [Theory]
    [MemberData(nameof(ReadsByKind))]
    public async Task A_read_that_was_sent_before_the_disposal_succeeds_or_says_so(string name, ClientKind kind)
    {
        (_, Exception? end) = await DisposeDuringAsync(Reads[name], kind);

        if (end is not UserStoreUnavailableException)
            end.Should().Match(each => each == null || each is ObjectDisposedException);
    }

    private async Task<(User User, Exception? End)> DisposeDuringAsync((string Operation, Func<IUserStore<User>, User, Task> Call) sent, ClientKind kind)
    {
        Options.Retry.Timeout = TimeSpan.FromMilliseconds(200);
        await CreateStoreAsync();
        User user = await OtherProcess().CreateAsync(FakeUsers.Create(1));
        AmazonDynamoDBClient client = Connect(kind);
        Wire.Next(WireFault.DelayedResponse(TimeSpan.FromMilliseconds(1)), sent.Operation);
        AfterNextFault(() =>
        {
            client.Dispose();
            return Task.CompletedTask;
        });
        try
        {
            await sent.Call(new DynamoDbUserStore<User>(client, Options), user);
            return (user, null);
        }
        catch (Exception failure) when (failure is UserStoreException or ObjectDisposedException)
        {
            return (user, failure);
        }
    }

    private static TheoryData<string, ClientKind> Of(IEnumerable<string> names)
    {
        var data = new TheoryData<string, ClientKind>();
        foreach (string name in names)
        {
            data.Add(name, ClientKind.UserStore);
            data.Add(name, ClientKind.Service);
        }

        return data;
    }
}

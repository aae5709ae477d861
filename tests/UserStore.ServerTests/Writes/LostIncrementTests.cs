using System.Collections.Concurrent;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>Increments of one user, some of whose responses are lost. Each also appends a tag of its own, so that a lost or double one is seen.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class LostIncrementTests : ProxyTest
{
    private const string Id = "fake-1";
    private const int Tasks = 12;
    private const int LostEvery = 20;

    private readonly ConcurrentQueue<string> _acknowledged = [];
    private readonly ConcurrentQueue<string> _unknown = [];
    private int _lost;

    // Full volume: the default timeout of an attempt, and a writer so slow that few of its writes follow a lost response.
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(TestVolume.Of(full: 10_000, usual: 1_000) / 1_000.0);
    private static readonly TimeSpan Interval = AttemptTimeout * 0.3;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Increments_are_applied_exactly_once_although_responses_are_lost(ClientKind client)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(client);
        await OtherProcess().CreateAsync(new User { UserId = Id });
        LoseResponses(WireFault.LostResponse);

        await IncrementAsync(store, TestVolume.Of(full: 600, usual: 50));

        await ShouldHaveCountedAsync(client);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Increments_are_applied_exactly_once_although_another_process_writes_and_responses_never_come(ClientKind client)
    {
        Options.Retry.AttemptTimeout = AttemptTimeout;
        DynamoDbUserStore<User> store = await CreateStoreAsync(client, AttemptTimeout);
        await OtherProcess().CreateAsync(new User { UserId = Id });
        LoseResponses(WireFault.NoResponse);

        await WhileAnotherWritesAsync(() => IncrementAsync(store, TestVolume.Of(full: 600, usual: 30)));

        await ShouldHaveCountedAsync(client);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_increment_without_response_is_acknowledged_although_a_slow_writer_writes_until_the_retry(ClientKind client)
    {
        Options.Retry.AttemptTimeout = AttemptTimeout;
        DynamoDbUserStore<User> store = await CreateStoreAsync(client, AttemptTimeout);
        await OtherProcess().CreateAsync(new User { UserId = Id });
        Wire.Next(WireFault.NoResponse, "UpdateItem");

        await WhileAnotherWritesAsync(() => IncrementAsync(store, "only"));

        _unknown.Should().BeEmpty();
        _acknowledged.Should().HaveCountGreaterThan(3).And.Contain("only");
        await ShouldHaveCountedAsync(client);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Increments_without_any_fault_are_acknowledged(ClientKind client)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync(client);
        await OtherProcess().CreateAsync(new User { UserId = Id });

        await IncrementAsync(store, TestVolume.Of(full: 600, usual: 50));

        await ShouldHaveCountedAsync(client);
    }

    private void LoseResponses(WireFault fault)
    {
        Wire.Every(LostEvery, fault, "UpdateItem");
        Wire.AfterFault = _ => Task.FromResult(Interlocked.Increment(ref _lost));
    }

    private Task IncrementAsync(DynamoDbUserStore<User> store, int count) => Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
    {
        for (int i = task; i < count; i += Tasks)
            await IncrementAsync(store, $"{i}");
    })));

    private async Task IncrementAsync(DynamoDbUserStore<User> store, string tag)
    {
        try
        {
            User user = await store.UpdateAsync(Id, new UserPatch<User>().Increment(user => user.Age, 1).Append(user => user.Tags, tag));
            user.Tags.Should().ContainSingle(each => each == tag);
            _acknowledged.Enqueue(tag);
        }
        catch (UserWriteOutcomeUnknownException)
        {
            _unknown.Enqueue(tag);
        }
    }

    private async Task WhileAnotherWritesAsync(Func<Task> action)
    {
        using var timer = new PeriodicTimer(Interval);
        DynamoDbUserStore<User> other = OtherProcess();
        Task acting = Task.Run(action);
        for (int i = 0; !acting.IsCompleted; i++)
        {
            await IncrementAsync(other, $"other-{i}");
            await Task.WhenAny(acting, timer.WaitForNextTickAsync().AsTask());
        }

        await acting;
    }

    private async Task ShouldHaveCountedAsync(ClientKind client)
    {
        User user = await OtherProcess().GetAsync(Id, ReadConsistency.Strong);
        user.Tags.Should().OnlyHaveUniqueItems("none is applied twice").And.Contain(_acknowledged, "none is lost")
            .And.BeSubsetOf(_acknowledged.Concat(_unknown));
        (user.Age, user.Version).Should().Be((user.Tags.Count, user.Tags.Count + 1));
        _unknown.Count.Should().BeLessThanOrEqualTo(_lost, client.ToString());
    }
}

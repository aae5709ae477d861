using System.Collections.Concurrent;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>Batches against a server that leaves a third of every batch unprocessed, throttles a fifth of all requests and fails some.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class BatchFaultTests : ServerTest
{
    private const int Seed = 20261121;

    private static readonly int Count = TestVolume.Of(full: 20_000, usual: 400);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Creates_deletes_and_reads_account_for_every_item(bool uniqueEmails)
    {
        DynamoDbUserBatchWriter<User> writer = await StartAsync(uniqueEmails);

        BatchWriteResult<User> created = await writer.CreateAsync(Users());
        (created.Read, created.Written, created.IsComplete).Should().Be((Count, Count, true));
        AttemptsAreBounded(uniqueEmails ? (Count / 50) + 1 : Count, "TransactWriteItems", "PutItem");

        (int found, int missing) = await CountFoundAsync();
        (found, missing).Should().Be((Count, 100));
        AttemptsAreBounded((Count + 100) / 100, "BatchGetItem");

        BatchWriteResult<UserKey> deleted = await writer.DeleteAsync(Users().Select(user => user.UserId));
        (deleted.Read, deleted.Written, deleted.NotFound, deleted.IsComplete).Should().Be((Count, Count, 0, true));
        Wire.Clear();
        (await Other().ListAsync().ReadAllAsync()).Should().BeEmpty();
        if (uniqueEmails)
            await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Replaces_account_for_every_item()
    {
        DynamoDbUserBatchWriter<User> writer = await StartAsync(uniqueEmails: false);
        var progress = new ConcurrentQueue<BatchProgress>();

        BatchWriteResult<User> replaced = await writer.ReplaceAsync(
            Users(), new BatchWriteOptions<User> { Progress = new Collect(progress) });

        (replaced.Read, replaced.Written, replaced.IsComplete).Should().Be((Count, Count, true));
        replaced.ConsumedCapacity.Should().BeGreaterThanOrEqualTo(Count);
        AttemptsAreBounded(Count, "PutItem");
        progress.Should().Contain(one => one.IsThrottled, "it sent fewer concurrent requests");
        progress.Last().Should().Match<BatchProgress>(one => one.Written == Count && one.Failed == 0 && one.Retried > 0);
        Wire.Clear();
        (await Other().ListAsync().ReadAllAsync()).Select(user => user.Version).Should().HaveCount(Count).And.OnlyContain(version => version == 1);
    }

    [Fact]
    public async Task Conflicting_users_are_reported_and_all_others_are_written()
    {
        int count = TestVolume.Of(full: 5_000, usual: 200), conflicts = count / 25;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        foreach (int i in Enumerable.Range(0, conflicts))
            await store.CreateAsync(new User { UserId = $"old-{i}", Email = $"old.{i}@example.test" });
        IEnumerable<User> users = Enumerable.Range(0, count).Select(i => i % 25 != 0
            ? new User { UserId = $"new-{i}", Email = $"new.{i}@example.test" }
            : i % 2 == 0
                ? new User { UserId = $"old-{i / 25}", Email = $"new.{i}@example.test" }
                : new User { UserId = $"new-{i}", Email = $"old.{i / 25}@example.test" });

        BatchWriteResult<User> result = await new DynamoDbUserBatchWriter<User>(Client, Options, Stores.Time).CreateAsync(users);

        (result.Written, result.Rejected, result.Failures.Count).Should().Be((count - conflicts, conflicts, conflicts));
        result.Failures.Count(item => item.Error is UserAlreadyExistsException).Should().Be(conflicts / 2);
        result.Failures.Count(item => item.Error is UserValueInUseException).Should().Be(conflicts / 2);
        (await store.ListAsync().ReadAllAsync()).Should().HaveCount(count);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Every_item_is_reported_with_its_reason_when_all_retries_fail()
    {
        Options.UniqueEmails = false;
        await CreateStoreAsync();
        Options.Retry.Timeout = TimeSpan.FromMilliseconds(200);
        var writer = new DynamoDbUserBatchWriter<User>(Client, Options, Stores.Time);

        Wire.Every(1, WireFault.Throttle);
        BatchWriteResult<User> throttled = await writer.ReplaceAsync(Users().Take(100));
        Wire.Every(1, WireFault.LostResponse);
        BatchWriteResult<User> unknown = await writer.ReplaceAsync(Users().Take(100));
        Wire.Every(1, WireFault.Delay(TimeSpan.FromMinutes(1)));
        (int sent, var allSent, var clock) = (0, new TaskCompletionSource(), new FakeClock());
        Wire.BeforeRequest = _ => Task.FromResult(Interlocked.Increment(ref sent) == 4 && allSent.TrySetResult());
        Task<BatchWriteResult<User>> creating = new DynamoDbUserBatchWriter<User>(Client, Options, clock).CreateAsync(
            Users().Take(1000), new BatchWriteOptions<User> { Timeout = TimeSpan.FromSeconds(1), MaxConcurrency = 4 });
        await allSent.Task;
        clock.Advance(TimeSpan.FromSeconds(1));
        BatchWriteResult<User> late = await creating;

        throttled.Failures.Should().HaveCount(100).And.OnlyContain(
            item => item.Reason == BatchItemFailureReason.Rejected && item.Error is UserStoreThrottledException);
        unknown.Failures.Should().HaveCount(100).And.OnlyContain(item => item.Reason == BatchItemFailureReason.Unknown
            && ((UserWriteOutcomeUnknownException)item.Error!).Key == item.Key);
        (late.CompletionReason, late.Unknown, late.Written).Should().Be((BatchCompletionReason.TimedOut, 4, 0));
        late.Read.Should().Be(late.Unknown + late.NotAttempted);
    }

    private static IEnumerable<User> Users()
        => Enumerable.Range(1, Count).Select(i => FakeUsers.Create(i) with { Tags = [], Email = $"fake.{i}@example.test" });

    private async Task<DynamoDbUserBatchWriter<User>> StartAsync(bool uniqueEmails)
    {
        Options.UniqueEmails = uniqueEmails;
        await CreateStoreAsync();
        Sent();
        Wire.Randomly(Seed, share: 0.85, [
            .. Enumerable.Repeat(WireFault.Unprocessed(Seed, share: 1 / 3.0), 12),
            .. Enumerable.Repeat(WireFault.Throttle, 4),
            WireFault.InternalServerError,
        ]);
        return new DynamoDbUserBatchWriter<User>(Client, Options, Stores.Time);
    }

    private async Task<(int Found, int Missing)> CountFoundAsync()
    {
        (int found, int missing) = (0, 0);
        await foreach (UserLookup<User> lookup in Stores.Open<User>(Options).FindManyAsync(
            Enumerable.Range(1, Count + 100).Select(i => $"fake-{i}"), ReadConsistency.Strong))
        {
            if (lookup.User is null)
                missing++;
            else
                found++;
        }

        return (found, missing);
    }

    private void AttemptsAreBounded(int needed, params string[] operations)
    {
        // The last requests have no other items to be filled up with, so what is left of them is sent in ever smaller ones.
        const int Last = 20;
        int sent = Wire.Operations.Count(operations.Contains);
        sent.Should().BeInRange(needed, (needed * 6) + Last);
    }

    private async Task ShouldBeConsistentAsync()
        => (await new DynamoDbUniqueValueAudit<User>(Client, Options, Stores.Time).CheckAsync().ReadAllAsync())
            .SelectMany(page => page.Findings).Should().BeEmpty();

    private sealed class Collect(ConcurrentQueue<BatchProgress> progress) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => progress.Enqueue(value);
    }
}

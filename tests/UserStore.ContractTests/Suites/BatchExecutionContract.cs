using System.Collections.Concurrent;
using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>How a batch runs and ends: failures of the sequence, cancellation, callbacks, progress and options.</summary>
public abstract class BatchExecutionContract(StoreFactory stores) : Contract(stores)
{
    [Fact]
    public async Task A_sequence_that_fails_is_reported_and_its_earlier_items_are_written()
    {
        IUserStore<User> store = await CreateStoreAsync();

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(Failing());

        (result.CompletionReason, result.Written, result.IsComplete).Should().Be((BatchCompletionReason.SequenceFailed, 130, false));
        result.SequenceError.Should().BeOfType<InvalidTimeZoneException>();

        static async IAsyncEnumerable<User> Failing()
        {
            foreach (User user in FakeUsers.CreateMany(130))
                yield return user;
            await Task.Yield();
            throw new InvalidTimeZoneException();
        }
    }

    [Fact]
    public async Task An_item_whose_preparation_fails_is_rejected_and_the_others_are_written()
    {
        IUserStore<User> store = await CreateStoreAsync();
        var failed = new ConcurrentBag<long>();
        User[] users = [.. FakeUsers.CreateMany(3), new DerivedUser { UserId = "fake-derived" }, .. FakeUsers.CreateMany(6).Skip(3)];

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(users, new BatchWriteOptions<User>
        {
            OnItemFailed = item =>
            {
                failed.Add(item.Position);
                return ValueTask.CompletedTask;
            },
        });

        (result.Read, result.Written, result.Rejected, result.CompletionReason).Should().Be((7, 6, 1, BatchCompletionReason.Completed));
        BatchItemFailure<User> rejected = result.Failures.Should().ContainSingle().Which;
        (rejected.Position, rejected.Key.ToString(), rejected.Reason).Should().Be((3, "fake-derived", BatchItemFailureReason.Rejected));
        rejected.Error.Should().BeOfType<InvalidUserException>().Which.InnerException.Should().BeOfType<ArgumentException>();
        failed.Should().Equal(3);
    }

    private sealed record DerivedUser : User;

    [Fact]
    public async Task Cancellation_loses_no_item_and_a_second_call_completes_the_work()
    {
        IUserStore<User> store = await CreateStoreAsync();
        using var source = new CancellationTokenSource();
        var left = new ConcurrentBag<User>();
        using IEnumerator<User> users = FakeUsers.CreateMany(3_000).GetEnumerator();
        int taken = 0;

        BatchWriteResult<User> first = await WriterOf(store).CreateAsync(
            Rest(), new BatchWriteOptions<User> { MaxConcurrency = 2, OnItemFailed = item => Keep(item.Item!) }, source.Token);
        BatchWriteResult<User> second = await WriterOf(store).CreateAsync(left.Concat(Rest()));

        first.CompletionReason.Should().Be(BatchCompletionReason.Cancelled);
        first.Read.Should().Be(first.Written + first.Unknown + first.NotAttempted).And.BeLessThan(3_000);
        left.Should().HaveCount((int)(first.Unknown + first.NotAttempted));
        second.Failures.Where(item => item.Error is not UserAlreadyExistsException).Should().BeEmpty("only those were written");
        (await store.ListAsync().ReadAllAsync()).Should().HaveCount(3_000);
        await ShouldBeConsistentAsync(store);

        IEnumerable<User> Rest()
        {
            while (users.MoveNext())
            {
                if (++taken == 450)
                    source.Cancel();
                yield return users.Current;
            }
        }

        ValueTask Keep(User user)
        {
            left.Add(user);
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task A_batch_with_StopOnFirstFailure_stops_at_the_first_failure()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(
            FakeUsers.CreateMany(3_000), new BatchWriteOptions<User> { MaxConcurrency = 1, StopOnFirstFailure = true });

        result.CompletionReason.Should().Be(BatchCompletionReason.StoppedOnFailure);
        result.Read.Should().BeLessThan(3_000);
        result.Rejected.Should().Be(1);
        result.Read.Should().Be(result.Written + result.Rejected + result.NotAttempted);
    }

    [Fact]
    public async Task The_result_holds_the_first_1000_failures_and_the_callback_receives_all()
    {
        IUserStore<User> store = await CreateStoreAsync();
        int reported = 0;

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(
            Enumerable.Range(0, 2_500).Select(_ => new User { UserId = " " }),
            new BatchWriteOptions<User>
            {
                OnItemFailed = _ =>
                {
                    reported++;
                    return ValueTask.CompletedTask;
                },
            });

        (result.Rejected, result.Failures.Count, reported).Should().Be((2_500, 1_000, 2_500));
    }

    [Fact]
    public async Task An_exception_from_the_failure_callback_ends_the_batch()
    {
        IUserStore<User> store = await CreateStoreAsync();

        Func<Task> create = () => WriterOf(store).CreateAsync(
            FakeUsers.CreateMany(500).Prepend(null!), new BatchWriteOptions<User> { OnItemFailed = _ => throw new InvalidTimeZoneException() });

        await create.Should().ThrowAsync<InvalidTimeZoneException>();
    }

    [Fact]
    public async Task Progress_is_reported_until_the_end()
    {
        IUserStore<User> store = await CreateStoreAsync();
        var progress = new LastProgress();

        await WriterOf(store).CreateAsync(FakeUsers.CreateMany(300).Append(null!), new BatchWriteOptions<User> { Progress = progress });

        (progress.Last!.Written, progress.Last.Failed).Should().Be((300, 1));
    }

    [Fact]
    public async Task Options_out_of_range_are_rejected_by_name()
    {
        IUserBatchWriter<User> writer = WriterOf(await CreateStoreAsync());
        (string Name, BatchWriteOptions<User> Options)[] mistakes =
        [
            ("MaxConcurrency", new() { MaxConcurrency = 0 }), ("MaxConcurrency", new() { MaxConcurrency = 257 }),
            ("Timeout", new() { Timeout = TimeSpan.Zero }), ("Duplicates", new() { Duplicates = (BatchDuplicates)7 }),
            ("Retry.Timeout", new() { Retry = new() { Timeout = TimeSpan.FromMinutes(6) } }),
        ];

        foreach ((string name, BatchWriteOptions<User> options) in mistakes)
        {
            Func<Task> create = () => writer.CreateAsync([FakeUsers.Create(1)], options);
            (await create.Should().ThrowAsync<ArgumentOutOfRangeException>()).Which.Message.Should().Contain(name);
        }

        Func<Task> none = () => writer.CreateAsync((IEnumerable<User>)null!);
        await none.Should().ThrowAsync<ArgumentNullException>();
    }

    private sealed class LastProgress : IProgress<BatchProgress>
    {
        public BatchProgress? Last { get; private set; }

        public void Report(BatchProgress value) => Last = value;
    }
}

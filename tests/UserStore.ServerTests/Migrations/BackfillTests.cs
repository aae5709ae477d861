using System.Collections.Concurrent;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.ServerTests.Migrations;

public sealed class BackfillTests : BackfillTest
{
    [Fact]
    public async Task Every_item_is_transformed_and_unchanged_items_are_not_written()
    {
        IUserStore<User> store = await CreateUsersAsync(120);
        await store.UpdateAsync("fake-007", new UserPatch<User>().Set(user => user.Name, "DONE"));
        BackfillResult? result = null;

        await RunAsync(async (context, token) => result = await context.BackfillAsync(Shouting(), token));

        result.Should().BeEquivalentTo(new BackfillResult(120, 119, []));
        (await store.ListAsync().ReadAllAsync()).Should().HaveCount(120).And.OnlyContain(user => IsShouted(user.Name!));
        (await store.GetAsync("fake-007")).Version.Should().Be(2);
        (await ScanAsync(LockTable)).Should().ContainSingle("the checkpoints of a completed migration are deleted");
    }

    [Fact]
    public async Task An_update_of_a_user_that_was_read_before_the_backfill_conflicts()
    {
        IUserStore<User> store = await CreateUsersAsync(1);
        User before = await store.GetAsync("fake-000");

        await RunAsync((context, token) => context.BackfillAsync(Shouting(), token));

        await store.Invoking(other => other.UpdateAsync(before with { Age = 7 })).Should().ThrowAsync<UserConflictException>();
        User after = await store.UpdateAsync((await store.GetAsync("fake-000")) with { Age = 7 });
        (after.Name, after.Version).Should().Be(("FAKE USER 0", 3));
    }

    [Fact]
    public async Task A_concurrently_changed_item_is_transformed_in_its_new_state()
    {
        IUserStore<User> store = await CreateUsersAsync(1);
        BeforeNextWrite(() => store.UpdateAsync("fake-000", new UserPatch<User>().Set(user => user.Name, "Somebody")));

        await RunAsync((context, token) => context.BackfillAsync(Shouting(), token));

        (await store.GetAsync("fake-000")).Should().BeEquivalentTo(new { Name = "SOMEBODY", Version = 3 });
    }

    [Fact]
    public async Task A_concurrently_deleted_item_is_not_recreated()
    {
        IUserStore<User> store = await CreateUsersAsync(1);
        BeforeNextWrite(() => store.DeleteAsync("fake-000"));

        await RunAsync((context, token) => context.BackfillAsync(Shouting(), token));

        (await store.ListAsync().ReadAllAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transform_that_increments_is_applied_once_to_each_item_despite_lost_responses(bool isMarked)
    {
        IUserStore<User> store = await CreateUsersAsync(60);
        Wire.Randomly(seed: 4, share: 0.3, WireFault.LostResponse, WireFault.Throttle, WireFault.InternalServerError, WireFault.Reset);

        await RunAsync((context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "count",
                TableName = UsersTable,
                Mark = isMarked ? "counted" : null,
                Transform = (item, _) =>
                {
                    item["age"] = new() { N = item.TryGetValue("age", out AttributeValue? age) ? $"{int.Parse(age.N, null) + 1}" : "1" };
                    return ValueTask.CompletedTask;
                },
            },
            token));

        Wire.Clear();
        (await store.ListAsync().ReadAllAsync()).Should().HaveCount(60).And.OnlyContain(user => user.Age == 1);
    }

    [Fact]
    public async Task A_failed_attempt_is_resumed_where_it_stopped()
    {
        await CreateUsersAsync(200);
        var seen = new ConcurrentBag<string>();
        int count = 0;
        Backfill backfill = Shouting() with
        {
            Transform = (item, _) =>
            {
                seen.Add(item["user_id"].S);
                return Interlocked.Increment(ref count) == 120 ? throw new UserStoreUnavailableException("as the test asked") : Shout(item);
            },
            Options = new BackfillOptions { TotalSegments = 2, PageSize = 10 },
        };
        Func<Task> run = () => RunAsync((context, token) => context.BackfillAsync(backfill, token));

        await run.Should().ThrowAsync<MigrationFailedException>();
        int before = seen.Count;
        await run();

        seen.Distinct().Should().HaveCount(200);
        (seen.Count - 200).Should().BeInRange(0, 2 * 10, "at most one page of each segment is read again");
        before.Should().BeGreaterThanOrEqualTo(120);
    }

    [Fact]
    public async Task A_table_with_a_sort_key_and_values_of_all_types_is_changed()
    {
        string table = UsersTable + "-composite";
        await Server.Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            KeySchema = [new("state", KeyType.HASH), new("at", KeyType.RANGE)],
            AttributeDefinitions = [new("state", ScalarAttributeType.S), new("at", ScalarAttributeType.N)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        await Server.Client.PutItemAsync(table, new()
        {
            ["state"] = new("Ohio"),
            ["at"] = new() { N = "1" },
            ["bytes"] = new() { B = new MemoryStream([1, 2]) },
            ["set"] = new() { SS = ["a", "b"] },
            ["numbers"] = new() { NS = ["1", "2"] },
            ["list"] = new() { L = [new("a"), new() { M = new() { ["x"] = new() { NULL = true } } }] },
            ["flag"] = new() { BOOL = true },
            ["gone"] = new("soon"),
        });
        int writes = 0;
        for (int run = 1; run <= 2; run++)
        {
            Wire.Clear();
            await RunAsync(
                (context, token) => context.BackfillAsync(
                    new Backfill
                    {
                        Name = "all",
                        TableName = table,
                        Transform = (item, _) =>
                        {
                            item["set"].SS = ["b", "a"]; // the same set
                            item["list"].L[1].M["x"] = new("nested");
                            item.Remove("gone");
                            return ValueTask.CompletedTask;
                        },
                    },
                    token),
                $"{run}_composite");
            writes += Sent().Count(operation => operation == "UpdateItem");
        }

        Dictionary<string, AttributeValue> item = (await ScanAsync(table)).Single();
        item.Should().NotContainKey("gone");
        item["list"].L[1].M["x"].S.Should().Be("nested");
        item["bytes"].B.ToArray().Should().Equal(1, 2);
        writes.Should().Be(1 + 4 + 4 + 0, "1 write of the item in two runs, and 4 stamps of checkpoints in each");
    }

    [Fact]
    public async Task A_missing_table_is_reported_by_name()
    {
        Func<Task> run = () => RunAsync((context, token) => context.BackfillAsync(Shouting(), token));

        (await run.Should().ThrowAsync<MigrationFailedException>()).Which.InnerException.Should().BeOfType<UserStoreSchemaException>()
            .Which.TableName.Should().Be(UsersTable);
    }

    [Fact]
    public async Task WriteUnitsPerSecond_limits_the_rate_of_writes()
    {
        await CreateUsersAsync(30);
        Backfill backfill = Shouting() with { Options = new BackfillOptions { WriteUnitsPerSecond = 60, MaxConcurrency = 1, TotalSegments = 1 } };
        long started = Bench.Time.GetTimestamp();

        await RunAsync((context, token) => context.BackfillAsync(backfill, token));

        // Each write of a user consumes a unit for the item and more for its indexes, so that 30 writes take at least half a second.
        Bench.Time.GetElapsedTime(started).Should().BeGreaterThan(TimeSpan.FromSeconds(0.4));
    }

    [Fact]
    public async Task Progress_reports_the_total_and_the_remaining_time()
    {
        await CreateUsersAsync(30);
        var progress = new ConcurrentQueue<MigrationProgress>();
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.Add("1_test", (context, token) => context.BackfillAsync(
            Shouting() with { Options = new BackfillOptions { WriteUnitsPerSecond = 15, TotalSegments = 1, PageSize = 5 } }, token));

        await bench.NewRunner(new ProgressReporter(progress)).RunAsync();

        progress.Should().HaveCountGreaterThan(1).And.OnlyContain(one => one.Activity == "shout" && one.Total == 30);
        progress.First().Should().Match<MigrationProgress>(one => one.Done < 30 && one.Remaining > TimeSpan.Zero);
        progress.Last().Should().Match<MigrationProgress>(one => one.Done == 30 && one.Remaining == TimeSpan.Zero);
    }

    /// <summary>Runs an action once, directly before the next user is written; checkpoints are updated too.</summary>
    private void BeforeNextWrite(Func<Task> action) => Wire.BeforeRequest = async request =>
    {
        if (request.Operation != "UpdateItem" || !request.Body.Contains($"\"{UsersTable}\"", StringComparison.Ordinal))
            return;
        Wire.BeforeRequest = null;
        await action();
    };

    private sealed class ProgressReporter(ConcurrentQueue<MigrationProgress> reports) : IMigrationReporter
    {
        public void Progressed(MigrationStep running, MigrationProgress progress) => reports.Enqueue(progress);
    }
}

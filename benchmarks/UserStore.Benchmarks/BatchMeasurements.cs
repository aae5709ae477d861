using System.Diagnostics;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Benchmarks;

/// <summary>Compares batches with a sequential loop, with a latency of 5 ms per request, and measures the memory that a batch of a million
/// users requires.</summary>
internal static class BatchMeasurements
{
    private const int Count = 2_000;
    private const int Reads = 10_000;
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);

    // Of a user that is created with the generated mapping, by one request that no other user shares.
    private const double MaxKilobytesPerUser = 20;

    /// <returns>The exit code; 0 if the target is reached.</returns>
    public static async Task<int> RunAsync()
    {
        using AmazonDynamoDBClient client = new CannedWire(Latency).CreateClient();
        var shared = new UserStoreOptions { UniqueEmails = false };
        var store = new DynamoDbUserStore<User>(client, shared);
        var writer = new DynamoDbUserBatchWriter<User>(client, shared);
        var unique = new DynamoDbUserBatchWriter<User>(client, new UserStoreOptions());
        User[] users = [.. Enumerable.Range(1, Count).Select(i => FakeUsers.Create(i))];
        await writer.CreateAsync(users.Take(200));

        double loop = await TimeAsync(async () =>
        {
            foreach (User user in users)
                await store.CreateAsync(user);
        });
        Say("create, without unique emails", loop, await TimeAsync(() => writer.CreateAsync(users)));
        Say("create, unique emails", loop, await TimeAsync(() => unique.CreateAsync(users)));
        Say("replace, without unique emails", loop, await TimeAsync(() => writer.ReplaceAsync(users)));
        string[] ids = [.. Enumerable.Range(1, Reads).Select(i => $"fake-{i}")];
        double reads = await TimeAsync(async () =>
        {
            foreach (string id in ids.Take(Count))
                await store.FindAsync(id);
        }) * Reads / Count;
        Say("find 10,000 (loop of 2,000, times 5)", reads, await TimeAsync(async () =>
        {
            await foreach (UserLookup<User> found in store.FindManyAsync(ids))
            {
                if (found.User is null)
                    throw new InvalidOperationException("The wire finds everybody.");
            }
        }));
        using AmazonDynamoDBClient fast = new CannedWire().CreateClient();
        await MeasureMemoryAsync("replaced", users => new DynamoDbUserBatchWriter<User>(fast, shared).ReplaceAsync(users));
        await MeasureMemoryAsync("created, emails unique", users => new DynamoDbUserBatchWriter<User>(fast, new UserStoreOptions()).CreateAsync(users));
        await MeasureMemoryAsync("created, emails shared", users => new DynamoDbUserBatchWriter<User>(fast, shared).CreateAsync(users));
        double context = await AllocatedAsync(fast, UserMapping.Context);
        double generated = await AllocatedAsync(fast, UserMapping.Generated);
        bool isReached = generated <= MaxKilobytesPerUser;
        Console.WriteLine($"create, without unique emails: {context:F1} KB a user by the context, {generated:F1} KB by the generated mapping, target "
            + $"{MaxKilobytesPerUser:F0} KB{(isReached ? "" : ", missed")}");
        return isReached ? 0 : 1;
    }

    private static async Task<double> AllocatedAsync(AmazonDynamoDBClient client, UserMapping mapping)
    {
        var writer = new DynamoDbUserBatchWriter<User>(client, new UserStoreOptions { UniqueEmails = false, Mapping = mapping });
        User[] users = [.. Enumerable.Range(1, Count).Select(i => FakeUsers.Create(i))];
        await writer.CreateAsync(users);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await writer.CreateAsync(users);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / 1024.0 / Count;
    }

    private static async Task MeasureMemoryAsync(string what, Func<IEnumerable<User>, Task<BatchWriteResult<User>>> write)
    {
        const int Million = 1_000_000;
        await write(Users(20_000));
        long before = ResidentMemory();
        long most = before;
        using var watching = new Timer(_ => most = Math.Max(most, ResidentMemory()), null, 0, 50);

        BatchWriteResult<User> result = await write(Users(Million));

        Console.WriteLine(
            $"1,000,000 users {what}, {result.Rejected:N0} rejected: resident memory grew by {(most - before) / 1024.0 / 1024:F0} MB "
                + $"from {before / 1024.0 / 1024:F0} MB.");

        static IEnumerable<User> Users(int count) => Enumerable.Range(1, count)
            .Select(i => i % 10 == 0 ? new User { UserId = " " } : FakeUsers.Create(i));
    }

    private static long ResidentMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        long started = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static void Say(string what, double loop, double batch)
        => Console.WriteLine($"{what}: loop {loop:N0} ms, batch {batch:N0} ms, {loop / batch:F1} times as fast");
}

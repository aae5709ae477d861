using System.Diagnostics;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Benchmarks;

/// <summary>Measures what it costs the client to read 100,000 users from a server in another process, by either mapping.</summary>
internal static class ListingMeasurements
{
    private const int Users = 100_000;
    private const int Turns = 3;
    private const int WarmUp = 2;
    private const double CpuTarget = 1.0; // seconds
    private const double BytesTarget = 1024; // a user
    private const double TimeMargin = 1.15; // the shortest times of two runs differ by less; allocation does not differ

    /// <returns>The exit code; 0 if the generated mapping reaches all targets.</returns>
    public static async Task<int> RunAsync()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        await StoreUsersAsync(client);

        string[] ids = [.. Enumerable.Range(1, Users).Select(i => $"fake-{i}")];
        Reading[] readings = [.. new[] { UserMapping.Context, UserMapping.Generated }.SelectMany(mapping =>
        {
            var store = new DynamoDbUserStore<User>(client, new UserStoreOptions { Mapping = mapping });
            return new Reading[]
            {
                new("ListAsync", mapping, () => store.ListAsync().CountAsync().AsTask()),
                new("FindManyAsync", mapping, () => store.FindManyAsync(ids).CountAsync(found => found.User is not null).AsTask()),
            };
        })];
        for (int turn = -WarmUp; turn < Turns; turn++)
        {
            foreach (Reading reading in readings)
                await reading.MeasureAsync(isKept: turn >= 0);
        }

        Console.WriteLine("| call | mapping | CPU time | target | allocated a user | target |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        bool isReached = true;
        foreach (Reading reading in readings)
            isReached &= Print(reading);
        return isReached ? 0 : 1;
    }

    private static async Task StoreUsersAsync(AmazonDynamoDBClient client)
    {
        long started = Stopwatch.GetTimestamp();
        await new DynamoDbUserStore<User>(client, new UserStoreOptions()).EnsureTablesAsync();
        var options = new UserStoreOptions { Mapping = UserMapping.Generated, UniqueEmails = false }; // so that no reservations are written
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        BatchWriteResult<User> result = await new DynamoDbUserBatchWriter<User>(client, options).CreateAsync(FakeUsers.CreateMany(Users));
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        if (result.Failures.Count > 0)
            throw new InvalidOperationException("The server stores everybody.");
        Console.WriteLine($"{Users:N0} users created in {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s, with {allocated / 1024.0 / Users:F1} KB a user");
    }

    private static bool Print(Reading reading)
    {
        bool isTarget = reading.Mapping == UserMapping.Generated;
        bool isReached = !isTarget || (reading.Seconds <= CpuTarget * TimeMargin && reading.Bytes <= BytesTarget);
        Console.WriteLine(
            $"| {reading.Name} | {reading.Mapping} | {reading.Seconds:F2} s | {(isTarget ? $"{CpuTarget:F2} s" : "")} "
                + $"| {reading.Bytes / 1024:F2} KB | {(isTarget ? $"{BytesTarget / 1024:F2} KB" : "")} |{(isReached ? "" : " missed")}");
        return isReached;
    }

    /// <summary>A way to read all users, with the shortest CPU time of this process and the least memory of all turns.</summary>
    private sealed class Reading(string name, UserMapping mapping, Func<Task<int>> read)
    {
        public string Name => name;

        public UserMapping Mapping => mapping;

        public double Seconds { get; private set; } = double.MaxValue;

        public double Bytes { get; private set; } = double.MaxValue;

        public async Task MeasureAsync(bool isKept)
        {
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            TimeSpan used = process.TotalProcessorTime;
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            int count = await read();
            allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            process.Refresh();
            used = process.TotalProcessorTime - used;
            if (count != Users)
                throw new InvalidOperationException($"{name} returned {count} users.");
            if (isKept)
                (Seconds, Bytes) = (Math.Min(Seconds, used.TotalSeconds), Math.Min(Bytes, (double)allocated / Users));
        }
    }
}

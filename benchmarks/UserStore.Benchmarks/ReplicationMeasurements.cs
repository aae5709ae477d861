using System.Diagnostics;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using UserStore.Replication;

namespace UserStore.Benchmarks;

/// <summary>Compares the replication of stream events through reader, dispatcher and replicator with a function that puts one item after
/// another, with a latency of 5 ms per request.</summary>
internal static class ReplicationMeasurements
{
    private const int Records = 10_000;
    private const int RecordsOfAnEvent = 1_000;
    private const int Puts = 1_000;
    private const double Target = 5; // Minimum speedup.
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);

    /// <returns>The exit code; 0 if the target is reached.</returns>
    public static async Task<int> RunAsync()
    {
        using AmazonDynamoDBClient client = new CannedWire(Latency).CreateClient();
        var options = new UserStoreOptions { StreamViewType = TableStreamViewType.NewAndOldImages };
        var replicator = new UserReplicator<User, NamedUser>(client, options, new ByName());
        var dispatcher = new UserChangeDispatcher<User>(new UserChangeReader<User>(options), [replicator]);
        await dispatcher.DispatchAsync(new MemoryStream(EventOf("INSERT", -1)));

        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < Puts; i++)
            await client.PutItemAsync("NamedUsers", new() { ["name"] = new($"Fake {i}"), ["user_id"] = new($"fake-{i}") });
        double puts = Stopwatch.GetElapsedTime(begin).TotalMilliseconds * Records / Puts;
        Console.WriteLine($"{Records:N0} puts one after another: {puts:N0} ms (loop of {Puts:N0}, times {Records / Puts})");

        bool isReached = true;
        foreach (string name in new[] { "MODIFY", "INSERT" })
        {
            byte[][] events = [.. Enumerable.Range(0, Records / RecordsOfAnEvent).Select(number => EventOf(name, number))];
            begin = Stopwatch.GetTimestamp();
            foreach (byte[] json in events)
            {
                UserChangeBatchResult result = await dispatcher.DispatchAsync(new MemoryStream(json));
                if (result.Handled != RecordsOfAnEvent)
                    throw new InvalidOperationException("The wire takes everything.");
            }

            double replicated = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            Console.WriteLine(
                $"replicate {Records:N0} {name} records: {replicated:N0} ms, {puts / replicated:F1} times as fast (target: {Target})");
            isReached &= puts / replicated >= Target;
        }

        return isReached ? 0 : 1;
    }

    private static byte[] EventOf(string name, int number)
    {
        var records = Enumerable.Range(number * RecordsOfAnEvent, RecordsOfAnEvent).Select(i => $$$"""
            {"eventName":"{{{name}}}","dynamodb":{"SequenceNumber":"{{{i + RecordsOfAnEvent + 1}}}","StreamViewType":"NEW_AND_OLD_IMAGES",
            "Keys":{"user_id":{"S":"fake-{{{i}}}"}},"OldImage":{{{CannedWire.ItemOf($"fake-{i}")}}},"NewImage":{{{CannedWire.ItemOf($"fake-{i}")}}}}}
            """);
        return Encoding.UTF8.GetBytes($$"""{"Records":[{{string.Join(',', records)}}]}""");
    }

    [DynamoDBTable("NamedUsers")]
    public sealed record NamedUser
    {
        [DynamoDBHashKey("name")]
        public string Name { get; init; } = "";

        [DynamoDBRangeKey("user_id")]
        public string UserId { get; init; } = "";

        [DynamoDBProperty("email")]
        public string? Email { get; init; }
    }

    public sealed class ByName : IUserProjection<User, NamedUser>
    {
        public NamedUser? Project(User user) => new() { Name = user.Name ?? "-", UserId = user.UserId, Email = user.Email };
    }
}

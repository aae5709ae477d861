using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Testing;

namespace UserStore.Benchmarks;

/// <summary>Compares calls over the generated mapping, and over the context, with the SDK's context alone, in turns in one process.</summary>
internal static class MappingMeasurements
{
    private const int Turns = 25;
    private const int WarmUp = 20; // times the calls of a turn
    private const double TimeMargin = 1.15; // the shortest times of two runs differ by less; allocation does not differ

    private static readonly Dictionary<string, (double Time, double Bytes)> Targets = new()
    {
        ["page of 10"] = (0.30, 0.28),
        ["page of 100"] = (0.15, 0.10),
        ["page of 1000"] = (0.12, 0.08),
        ["get"] = (0.65, 0.70),
        ["create"] = (0.65, 0.60),
        ["save"] = (0.62, 0.58),
        ["patch"] = (0.35, 0.33),
    };

    // Of UserStore on the context; a create and a patch have none, because they send other requests than the context.
    private static readonly Dictionary<string, double> ContextTargets = new()
    {
        ["page of 10"] = 1.05,
        ["page of 100"] = 1.05,
        ["page of 1000"] = 1.05,
        ["get"] = 1.05,
        ["save"] = 1.20,
    };

    /// <param name="names">The calls to measure; all if there are none.</param>
    /// <returns>The exit code; 0 if all targets are reached.</returns>
    public static async Task<int> RunAsync(string[] names)
    {
        Call[] calls = [.. (await CallsAsync()).Where(call => names.Length == 0 || names.Contains(call.Name))];
        foreach (Call call in calls)
            call.Run(call.Count * WarmUp);
        await Task.Delay(TimeSpan.FromMilliseconds(500)); // for code that is still being compiled
        for (int turn = 0; turn < Turns; turn++)
        {
            foreach (Call call in calls)
                call.Measure();
        }

        Console.WriteLine("| call | mapping | time | ratio | target | allocated | ratio | target |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        bool isReached = true;
        foreach (Call[] ways in calls.Chunk(3))
        {
            (Call context, Call store, Call generated) = (ways[0], ways[1], ways[2]);
            Print(context, context, null, null);
            isReached &= Print(store, context, ContextTargets.TryGetValue(store.Name, out double time) ? time : null, null);
            isReached &= Print(generated, context, Targets[generated.Name].Time, Targets[generated.Name].Bytes);
        }

        return isReached ? 0 : 1;
    }

    private static bool Print(Call call, Call context, double? timeTarget, double? bytesTarget)
    {
        (double time, double bytes) = (call.Microseconds / context.Microseconds, call.Bytes / context.Bytes);
        bool isReached = !(time > timeTarget * TimeMargin) && !(bytes > bytesTarget);
        Console.WriteLine(
            $"| {call.Name} | {call.Mapping} | {call.Microseconds:N1} us | {time:F2} | {timeTarget:F2} "
                + $"| {call.Bytes / 1024:N1} KB | {bytes:F3} | {bytesTarget:F2} |{(isReached ? "" : " missed")}");
        return isReached;
    }

    private static async Task<List<Call>> CallsAsync()
    {
        var calls = new List<Call>();
        foreach ((int size, int count) in new[] { (10, 300), (100, 60), (1000, 10) })
        {
            var pages = new CannedWire { PageSize = size };
            AmazonDynamoDBClient client = pages.CreateClient();
            var query = new UserQuery<User>("status-index", "active");
            Add(
                $"page of {size}",
                count,
                () => Query(ContextOver(pages.CreatePlainClient())),
                mapping => StoreOver(client, mapping) is var store ? () => store.QueryPageAsync(query) : null!);
        }

        var users = new CannedWire();
        AmazonDynamoDBClient wire = users.CreateClient();
        AmazonDynamoDBClient returning = new CannedWire { UpdatesReturnItems = true }.CreateClient();
        DynamoDBContext context = ContextOver(users.CreatePlainClient());
        User read = await StoreOver(wire, UserMapping.Context).GetAsync("fake-1");
        User created = FakeUsers.Create(1) with { Tags = ["admin", "beta"] };
        UserPatch<User> rename = new UserPatch<User>().Set(user => user.Name, "Fake Renamed");
        Add(
            "get",
            500,
            () => () => context.LoadAsync<User>("fake-1"),
            mapping => StoreOver(wire, mapping) is var store ? () => store.FindAsync("fake-1") : null!);
        Add(
            "create",
            500,
            () => () => context.SaveAsync(created with { Version = null }),
            mapping => StoreOver(wire, mapping, uniqueEmails: false) is var store ? () => store.CreateAsync(created) : null!);
        Add(
            "save",
            500,
            () => () => context.SaveAsync(read with { Name = "Fake Saved" }),
            mapping => StoreOver(wire, mapping) is var store ? () => store.UpdateAsync(read with { Name = "Fake Saved" }) : null!);
        Add(
            "patch",
            300,
            () => async () => await context.SaveAsync(await context.LoadAsync<User>("fake-1") with { Name = "Fake Renamed" }),
            mapping => StoreOver(returning, mapping) is var store ? () => store.UpdateAsync("fake-1", rename) : null!);
        return calls;

        void Add(string name, int count, Func<Func<Task>> byContext, Func<UserMapping, Func<Task>> byStore)
        {
            calls.Add(new Call(name, "context alone", count, byContext()));
            calls.Add(new Call(name, "context", count, byStore(UserMapping.Context)));
            calls.Add(new Call(name, "generated", count, byStore(UserMapping.Generated)));
        }
    }

    private static Func<Task> Query(DynamoDBContext context) => () => context.FromQueryAsync<User>(new QueryOperationConfig
    {
        IndexName = "status-index",
        KeyExpression = new Expression
        {
            ExpressionStatement = "#s = :s",
            ExpressionAttributeNames = { ["#s"] = "status" },
            ExpressionAttributeValues = { [":s"] = "active" },
        },
    }).GetNextSetAsync();

    private static DynamoDBContext ContextOver(AmazonDynamoDBClient client)
    {
        var options = new UserStoreOptions();
        return UserContext.Create(client, new StoreSchema(UserModel.For<User>(options), options));
    }

    private static DynamoDbUserStore<User> StoreOver(AmazonDynamoDBClient client, UserMapping mapping, bool uniqueEmails = true)
        => new(client, new UserStoreOptions { Mapping = mapping, UniqueEmails = uniqueEmails });

    /// <summary>A call in one of three ways, with the shortest time and the least memory of all turns.</summary>
    private sealed class Call(string name, string mapping, int count, Func<Task> send)
    {
        public string Name => name;

        public string Mapping => mapping;

        public int Count => count;

        public double Microseconds { get; private set; } = double.MaxValue;

        public double Bytes { get; private set; } = double.MaxValue;

        public void Measure()
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            Run(count);
            Microseconds = Math.Min(Microseconds, Stopwatch.GetElapsedTime(started).TotalMicroseconds / count);
            Bytes = Math.Min(Bytes, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / count);
        }

        public void Run(int times)
        {
            for (int i = 0; i < times; i++)
            {
                Task sent = send();
                // The wire responds at once, so that everything is done, and counted, on this thread.
                if (!sent.IsCompletedSuccessfully)
                    throw new InvalidOperationException($"{name} did not succeed at once.", sent.Exception);
            }
        }
    }
}

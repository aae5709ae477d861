using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Benchmarks;

/// <summary>Compares calls with and without encrypted properties, over a server in another process: with the data keys in memory, and read and unwrapped
/// by each call. The turns alternate, so that other load on the machine affects all.</summary>
internal static class EncryptionMeasurements
{
    private const int Users = 100;
    private const int Turns = 25;
    private const int WarmUp = 3;
    private const double Target = 1.5;
    private const string KeysRead = "data keys read";

    /// <returns>The exit code; 0 if all targets are reached.</returns>
    public static async Task<int> RunAsync()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        DynamoDbUserStore<PlainPatient> plain = new(client, new UserStoreOptions());
        DynamoDbUserStore<EncryptedPatient> cached = new(client, Options(TimeSpan.FromHours(1)));
        DynamoDbUserStore<EncryptedPatient> uncached = new(client, Options(TimeSpan.Zero));
        await plain.EnsureTablesAsync();
        await cached.EnsureTablesAsync();
        for (int number = 1; number <= Users; number++)
        {
            await plain.CreateAsync(Fill(new PlainPatient { Id = $"fake-{number}" }, number));
            await cached.CreateAsync(Fill(new EncryptedPatient { Id = $"fake-{number}" }, number));
        }

        Call[] calls = [.. CallsOf(plain, "without"), .. CallsOf(cached, "data keys in memory"), .. CallsOf(uncached, KeysRead)];
        for (int turn = -WarmUp; turn < Turns; turn++)
        {
            foreach (Call call in calls)
                await call.MeasureAsync(isKept: turn >= 0);
        }

        Console.WriteLine("| call | encryption | time | ratio | target |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        bool isReached = true;
        foreach (IGrouping<string, Call> ways in calls.GroupBy(call => call.Name))
        {
            double without = ways.First().Microseconds;
            foreach (Call call in ways)
            {
                double ratio = call.Microseconds / without;
                // By default, data keys are in memory. Without them, each call sends a second request, a patch before the first.
                bool hasTarget = call.Way != KeysRead;
                isReached &= !hasTarget || ratio <= Target;
                Console.WriteLine($"| {call.Name} | {call.Way} | {call.Microseconds:N0} us | {ratio:F2} | {(hasTarget ? $"{Target:F2}" : "")} "
                    + $"|{(hasTarget && ratio > Target ? " missed" : "")}");
            }
        }

        return isReached ? 0 : 1;
    }

    private static UserStoreOptions Options(TimeSpan cacheDuration)
    {
        var options = new UserStoreOptions();
        options.Privacy.HashKey = new byte[32];
        options.Privacy.DataKeyWrapper = new LocalDataKeyWrapper(new byte[32]);
        options.Privacy.DataKeyCacheDuration = cacheDuration;
        return options;
    }

    private static IEnumerable<Call> CallsOf<TUser>(DynamoDbUserStore<TUser> store, string way)
        where TUser : class, IPatient
    {
        UserPatch<TUser> rename = new UserPatch<TUser>().Set(user => user.Ward, "ward-2");
        UserPatch<TUser> diagnose = new UserPatch<TUser>().Set(user => user.Diagnosis, "Fake diagnosis, which has about as many words as others");
        yield return new Call("find", way, 100, i => store.FindAsync($"fake-{1 + i}"));
        yield return new Call("page of 100", way, 5, _ => store.ListPageAsync());
        yield return new Call("patch of a plain property", way, 50, i => store.UpdateAsync($"fake-{1 + i}", rename));
        yield return new Call("patch of an encrypted property", way, 50, i => store.UpdateAsync($"fake-{1 + i}", diagnose));
    }

    private static TUser Fill<TUser>(TUser user, int number)
        where TUser : IPatient
    {
        (user.Ward, user.Name, user.Phone) = ("ward-1", $"Fake Patient {number}", "+1 555 0100");
        (user.Diagnosis, user.Age) = ("Fake diagnosis, which has about as many words as others", 40);
        return user;
    }

    private interface IPatient
    {
        string? Ward { get; set; }

        string? Name { get; set; }

        string? Phone { get; set; }

        string? Diagnosis { get; set; }

        int? Age { get; set; }
    }

    [DynamoDBTable("PlainPatients")]
    private sealed class PlainPatient : IPatient
    {
        [DynamoDBHashKey]
        public required string Id { get; set; }

        [DynamoDBVersion]
        public long? Version { get; set; }

        public string? Ward { get; set; }

        public string? Name { get; set; }

        public string? Phone { get; set; }

        public string? Diagnosis { get; set; }

        public int? Age { get; set; }
    }

    [DynamoDBTable("EncryptedPatients")]
    private sealed class EncryptedPatient : IPatient
    {
        [DynamoDBHashKey]
        public required string Id { get; set; }

        [DynamoDBVersion]
        public long? Version { get; set; }

        public string? Ward { get; set; }

        [Encrypted]
        public string? Name { get; set; }

        [Encrypted]
        public string? Phone { get; set; }

        [Encrypted]
        public string? Diagnosis { get; set; }

        [Encrypted]
        public int? Age { get; set; }
    }

    /// <summary>A call, with the shortest time of all turns.</summary>
    private sealed class Call(string name, string way, int count, Func<int, Task> send)
    {
        public string Name => name;

        public string Way => way;

        public double Microseconds { get; private set; } = double.MaxValue;

        public async Task MeasureAsync(bool isKept)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
                await send(i);
            if (isKept)
                Microseconds = Math.Min(Microseconds, Stopwatch.GetElapsedTime(started).TotalMicroseconds / count);
        }
    }
}

using System.Text;
using System.Text.Json;
using Functions.Local;
using Microsoft.Extensions.Logging;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests.Privacy;

/// <summary>Changes that are dispatched and replicated: with failing projections, unusable keys, records that cannot be read, and faults.</summary>
internal sealed class ReplicationScenes(Walk walk)
{
    private const string Marker = Walk.Marker;

    private UserReplicator<WalkedUser, WalkedView> Replicator => walk.Get<UserReplicator<WalkedUser, WalkedView>>();

    private UserChangeDispatcher<WalkedUser> Dispatcher => walk.Get<UserChangeDispatcher<WalkedUser>>();

    public async Task RunAsync()
    {
        LocalStream stream = await DynamoDbStores.OpenStreamAsync(walk.Table);
        await ChangeUsersAsync();
        IReadOnlyList<JsonElement> records = await stream.ReadNewAsync();
        foreach (WireFault? fault in new[] { WireFault.Throttle, WireFault.LostResponse, WireFault.TransactionConflict, null })
        {
            walk.Options.Retry.Timeout = fault is null ? TimeSpan.FromSeconds(5) : TimeSpan.Zero;
            if (fault is not null)
                walk.Wire.Every(2, fault);
            await DispatchAsync($$"""{"Records":[{{string.Join(',', records.Select(record => record.GetRawText()))}}]}""");
            walk.Wire.Clear();
        }

        await DispatchUnreadableAsync(records);
        await DispatchLateAsync(records);
        await WalkAsync();
    }

    private async Task ChangeUsersAsync()
    {
        await walk.Store.CreateAsync(Walk.NewUser("id-100"));
        await walk.Store.UpdateAsync("id-100", new UserPatch<WalkedUser>().Set(user => user.City, $"{Marker} elsewhere"));
        await walk.Store.CreateAsync(Walk.NewUser("id-101") with { Status = "failing" });
        await walk.Store.CreateAsync(Walk.NewUser("id-102") with { City = string.Concat(Enumerable.Repeat(Marker, 90)) });
        await walk.Store.DeleteAsync("id-102");
        await walk.PutAsync("id-103", ("name", new(Marker)), ("age", new(Marker)));
        await walk.PutAsync("id-104", ("name", new(Marker)), ("plan", new() { N = $"{Walk.Number}" }), ("pin", new(Marker)));
    }

    private async Task DispatchUnreadableAsync(IReadOnlyList<JsonElement> records)
    {
        string record = records[0].GetRawText();
        string[] events =
        [
            Marker, $$"""{"Records":"{{Marker}}"}""", $$"""{"{{Marker}}":[]}""", $$"""{"Records":["{{Marker}}"]}""", record[..^20],
            $$"""{"Records":[{{record.Replace("\"S\"", "\"N\"", StringComparison.Ordinal)}}]}""",
            $$"""{"Records":[{{record.Replace("\"S\"", $"\"{Marker}\"", StringComparison.Ordinal)}}]}""",
            $$"""{"Records":[{{record.Replace("INSERT", Marker, StringComparison.Ordinal)}}]}""",
            $$"""{"Records":[{{record.Replace("\"N\":\"", $"\"N\":\"{Marker}", StringComparison.Ordinal)}}]}""",
            $$"""{"Records":[{{record.Replace("\"dynamodb\"", "\"other\"", StringComparison.Ordinal)}}]}""",
        ];
        foreach (string each in events)
            await DispatchAsync(each);
    }

    // The first handler reaches the timeout, so that no other record is attempted.
    private async Task DispatchLateAsync(IReadOnlyList<JsonElement> records)
    {
        var clock = new FakeClock();
        var reader = walk.Get<UserChangeReader<WalkedUser>>();
        var dispatcher = new UserChangeDispatcher<WalkedUser>(
            reader,
            [new SlowHandler(clock)],
            new UserChangeDispatchOptions { Timeout = TimeSpan.FromSeconds(1), MaxConcurrency = 1 },
            clock,
            walk.Get<ILogger<UserChangeDispatcher<WalkedUser>>>());
        await walk.CallAsync(() => dispatcher.DispatchAsync([.. records.Select(reader.ReadRecord)]));
    }

    private async Task WalkAsync()
    {
        await LocalServer.Shared.Client.PutItemAsync(walk.Prefix + "WalkedViews", new()
        {
            ["city"] = new($"{Marker} nowhere"),
            ["user_id"] = new("id-1"),
            ["source_user_id"] = new("id-1"),
            ["email"] = new($"{Marker}@example.test"),
        });
        await LocalServer.Shared.Client.PutItemAsync(
            walk.Prefix + "WalkedViews", new() { ["city"] = new($"{Marker} nowhere"), ["user_id"] = new("nobody"), ["email"] = new(Marker) });
        Func<IAsyncEnumerable<UserReplicationPage>>[] runs =
            [() => Replicator.CompareAsync(), () => Replicator.RebuildAsync(), () => Replicator.CompareAsync()];
        foreach (Func<IAsyncEnumerable<UserReplicationPage>> run in runs)
        {
            foreach (UserReplicationDrift drift in (await walk.CallAsync(run)).SelectMany(page => page.Drifts))
            {
                walk.Output.Add("ToString() of UserReplicationDrift", drift.ToString());
                if (drift.Failure is not null)
                    walk.Note(drift.Failure);
            }
        }

        foreach (string id in new[] { "id-100", "id-101", "id-102", "id-103", "id-104" })
            await walk.CallAsync(() => Replicator.RebuildUserAsync(id));
        walk.Options.Retry.Timeout = TimeSpan.Zero;
        walk.Wire.Every(1, WireFault.Throttle);
        await walk.CallAsync(() => Replicator.RebuildAsync());
        await walk.CallAsync(() => Replicator.RebuildUserAsync("id-100"));
        walk.Wire.Clear();
        walk.Options.Retry.Timeout = TimeSpan.FromSeconds(5);
    }

    private async Task DispatchAsync(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        UserChangeBatchResult? result = await walk.CallAsync(() => Dispatcher.DispatchAsync(stream));
        foreach (UserChangeFailure failure in result?.Failures ?? [])
        {
            walk.Output.Add("ToString() of UserChangeFailure", failure.ToString());
            if (failure.Failure is not null)
                walk.Note(failure.Failure);
        }

        using var again = new MemoryStream(Encoding.UTF8.GetBytes(json));
        IReadOnlyList<UserChangeRecord<WalkedUser>>? read = await walk.CallAsync(() => walk.Get<UserChangeReader<WalkedUser>>().ReadEventAsync(again));
        foreach (UserChangeRecord<WalkedUser> record in read ?? [])
        {
            walk.Output.Add("ToString() of UserChange", record.Change?.ToString());
            walk.Output.Add("ToString() of UserChangeRecord", record.ToString());
            if (record.Problem is not null)
                walk.Note(record.Problem);
        }
    }

    private sealed class SlowHandler(FakeClock clock) : IUserChangeHandler<WalkedUser>
    {
        public Task HandleAsync(UserChange<WalkedUser> change, CancellationToken cancellationToken = default)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            return Task.CompletedTask;
        }
    }
}

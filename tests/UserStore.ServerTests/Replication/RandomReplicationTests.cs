using Functions;
using UserStore.Replication;
using UserStore.Testing;
using Xunit.Abstractions;

namespace UserStore.ServerTests.Replication;

/// <summary>Thousands of random writes, replicated from the real stream records by a delivery that duplicates and delays them.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class RandomReplicationTests(ITestOutputHelper output) : ReplicationTest
{
    private static readonly int Round = TestVolume.Of(full: 250, usual: 100);
    private static readonly int Operations = TestVolume.Of(full: 5000, usual: 300);
    private static readonly int MostUsers = TestVolume.Of(full: 200, usual: 50);
    private static readonly string[] States = ["Ohio", "New York", "California", "New"];
    private static readonly string[] Cities = ["Cleveland", "Cincinnati", "Brooklyn", "York", "York#City", "Y%23", "Los Angeles"];

    private readonly Random _random = TestSeed.NewRandom();
    private readonly List<UserChangeRecord<PlacedUser>> _past = [];

    [Fact]
    public Task The_target_is_the_projection_of_the_source_after_repeated_and_late_records() => RunAsync();

    [Fact]
    public async Task The_target_is_the_projection_of_the_source_when_every_tenth_write_of_the_target_fails()
    {
        // Disables retries of the call, so that only the delivery repeats records.
        Options.Retry.Timeout = TimeSpan.FromMilliseconds(1);
        Wire.Every(10, WireFault.Throttle, "TransactWriteItems");

        int again = await RunAsync();

        again.Should().BePositive("some records were handed over again");
    }

    private async Task<int> RunAsync()
    {
        output.WriteLine($"USERSTORE_SEED={TestSeed.Value}");
        var dispatcher = new UserChangeDispatcher<PlacedUser>(
            Reader, [Replicator], new UserChangeDispatchOptions { MaxAttempts = 1, BaseDelay = TimeSpan.Zero });
        var users = new Dictionary<string, PlacedUser>();
        int again = 0;
        for (int done = 0; done < Operations; done += Round)
        {
            for (int i = 0; i < Round; i++)
                await WriteAsync(users);
            foreach (UserChangeRecord<PlacedUser>[] batch in Batches(await NewRecordsAsync()))
                again += await DeliverAsync(dispatcher, batch);
        }

        _past.Should().HaveCount(Operations);
        Wire.Clear();
        await ShouldEqualSourceAsync();
        (await TargetAsync()).Should().HaveCountGreaterThan(MostUsers / 4);
        return again;
    }

    // Batches of 1 to 100 records: some are delivered twice, and every batch contains late records.
    private IEnumerable<UserChangeRecord<PlacedUser>[]> Batches(IReadOnlyList<UserChangeRecord<PlacedUser>> records)
    {
        for (int next = 0; next < records.Count;)
        {
            UserChangeRecord<PlacedUser>[] fresh = [.. records.Skip(next).Take(_random.Next(1, 101))];
            next += fresh.Length;
            List<UserChangeRecord<PlacedUser>> batch = [.. fresh];
            for (int late = 0; late < 10 && _past.Count > 0; late++)
                batch.Insert(_random.Next(batch.Count + 1), _past[_random.Next(_past.Count)]);
            foreach (UserChangeRecord<PlacedUser> record in fresh.Where(_ => _random.Next(5) == 0))
                batch.Insert(batch.IndexOf(record) + 1, record);
            _past.AddRange(fresh);
            yield return [.. batch];
            if (_random.Next(4) == 0)
                yield return [.. batch];
        }
    }

    private async Task WriteAsync(Dictionary<string, PlacedUser> users)
    {
        int number = _random.Next(MostUsers);
        if (!users.TryGetValue($"fake-{number}", out PlacedUser? user))
        {
            user = await Users.CreateAsync(NewUser(number, Any(States), Any(Cities)));
        }
        else if (_random.Next(4) == 0)
        {
            await Users.DeleteAsync(user.UserId);
            users.Remove(user.UserId);
            return;
        }
        else
        {
            user = await Users.UpdateAsync(_random.Next(4) switch
            {
                0 => user with { Name = $"Name {_random.Next()}" },
                1 => user with { City = Any(Cities) },
                2 => user with { State = Any(States), City = Any(Cities), Email = $"fake-{number}-{_random.Next()}@example.test" },
                _ => user with { City = _random.Next(3) == 0 ? null : Any(Cities), Active = _random.Next(2) == 0 },
            });
        }

        users[user.UserId] = user;
    }

    private string Any(string[] values) => values[_random.Next(values.Length)];
}

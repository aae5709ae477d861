using Functions;
using UserStore.Replication;
using Xunit.Abstractions;

namespace UserStore.ServerTests.Replication;

/// <summary>Random writes by users who exchange their keys, replicated late, with duplicates and rebuilds.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class RandomExchangeTests(ITestOutputHelper output) : EmailReplicationTest
{
    private const int MostUsers = 12;

    private static readonly int Rounds = TestVolume.Of(full: 300, usual: 30);

    private readonly Random _random = TestSeed.NewRandom();
    private readonly Dictionary<int, PlacedUser> _users = [];
    private readonly Dictionary<string, int> _numbers = []; // of the last write of each user, including its deletion
    private readonly Dictionary<string, int> _oldest = []; // that the target may still show
    private readonly List<DateTimeOffset> _times = [];
    private readonly List<UserChangeRecord<PlacedUser>> _past = [];
    private readonly List<UserChangeRecord<PlacedUser>> _unread = [];
    private int _number;

    [Fact]
    public async Task The_target_converges_and_never_goes_back_behind_a_rebuild()
    {
        output.WriteLine($"USERSTORE_SEED={TestSeed.Value}");
        var dispatcher = new UserChangeDispatcher<PlacedUser>(
            Reader, [ByEmail], new UserChangeDispatchOptions { MaxConcurrency = 4, BaseDelay = TimeSpan.Zero });
        for (int round = 0; round < Rounds; round++)
        {
            for (int write = _random.Next(1, 12); write > 0; write--)
                await WriteAsync();
            _unread.AddRange(Stamp(await NewRecordsAsync()));
            for (int step = _random.Next(4); step > 0; step--) // sometimes nothing is read for a while
                await StepAsync(dispatcher);
        }

        while (_unread.Count > 0)
            await DeliverAndObserveAsync(dispatcher);
        await ShouldConvergeAsync();
        foreach (PlacedUser user in _users.Values)
            _oldest[user.UserId] = _numbers[user.UserId];
        await ObserveAsync();
    }

    private async Task StepAsync(UserChangeDispatcher<PlacedUser> dispatcher)
    {
        switch (_random.Next(5))
        {
            case 0:
                await RebuildAllAsync();
                break;
            case 1:
                string userId = $"fake-{_random.Next(MostUsers)}";
                UserReplicationDrift? drift = await ByEmail.RebuildUserAsync(userId);
                drift?.Failure.Should().BeNull();
                Rebuilt(userId, isWritten: drift is not null);
                break;
            case 2:
                await Task.WhenAll(DeliverAsync(dispatcher, TakeBatch()), RebuildAllAsync());
                break;
            default:
                await DeliverAndObserveAsync(dispatcher);
                break;
        }

        await ObserveAsync();
    }

    private async Task RebuildAllAsync()
    {
        IReadOnlyList<UserReplicationDrift> drifts = await RebuildAsync();
        drifts.Should().NotContain(drift => drift.Failure != null);
        foreach (string userId in _numbers.Keys)
            Rebuilt(userId, drifts.Any(drift => drift.Key == userId));
    }

    // A user who has no item, as the source says, is not written: earlier records that are read later still apply.
    private void Rebuilt(string userId, bool isWritten)
    {
        bool hasNoItem = _users.Values.Any(user => user.UserId == userId && user.Email is null);
        if (isWritten || !hasNoItem)
            _oldest[userId] = _numbers.GetValueOrDefault(userId);
    }

    private async Task DeliverAndObserveAsync(UserChangeDispatcher<PlacedUser> dispatcher)
    {
        await DeliverAsync(dispatcher, TakeBatch());
        await ObserveAsync();
    }

    // The next records, of which some are delivered twice, with records from the past.
    private UserChangeRecord<PlacedUser>[] TakeBatch()
    {
        UserChangeRecord<PlacedUser>[] fresh = [.. _unread.Take(_random.Next(1, _random.Next(2, 40)))];
        _unread.RemoveRange(0, fresh.Length);
        List<UserChangeRecord<PlacedUser>> batch = [.. fresh, .. fresh.Where(_ => _random.Next(5) == 0)];
        for (int late = 0; late < 3 && _past.Count > 0; late++)
            batch.Insert(_random.Next(batch.Count + 1), _past[_random.Next(_past.Count)]);
        _past.AddRange(fresh);
        return [.. batch];
    }

    private async Task ObserveAsync()
    {
        var target = await ScanAsync(EmailTarget);
        target.Select(item => item["source_user_id"].S).Should().OnlyHaveUniqueItems();
        foreach (var item in target)
        {
            string userId = item["source_user_id"].S;
            int.Parse(item["number"].N, null).Should().BeGreaterThanOrEqualTo(
                _oldest.GetValueOrDefault(userId), $"the target has shown a later state of {userId} before");
        }
    }

    // The clock of DynamoDB differs from that of the host by less than the tolerance.
    private IEnumerable<UserChangeRecord<PlacedUser>> Stamp(IReadOnlyList<UserChangeRecord<PlacedUser>> records)
    {
        records.Should().HaveCount(_times.Count);
        foreach ((UserChangeRecord<PlacedUser> record, DateTimeOffset time) in records.Zip(_times))
            yield return record with { Change = record.Change! with { Timestamp = time + TimeSpan.FromSeconds(_random.Next(-290, 290)) } };
        _times.Clear();
    }

    private async Task WriteAsync()
    {
        int number = _random.Next(MostUsers);
        if (!_users.TryGetValue(number, out PlacedUser? user))
        {
            Wrote(number, await Users.CreateAsync(NewUser(number) with { Email = FreeEmail(), Age = ++_number }));
            return;
        }

        switch (_random.Next(8))
        {
            case 0:
                await Users.DeleteAsync(user.UserId);
                _number++;
                Wrote(number, null);
                break;
            case 1:
                await UpdateAsync(number, user with { Email = null });
                break;
            case 2:
                await UpdateAsync(number, user with { Email = FreeEmail() });
                break;
            case 3 or 4:
                await UpdateAsync(number, user with { Name = $"Name {_random.Next()}" });
                break;
            default:
                await RotateAsync();
                break;
        }
    }

    // Two or more users give their emails in a circle.
    private async Task RotateAsync()
    {
        int[] ring = [.. _users.Where(entry => entry.Value.Email is not null).Select(entry => entry.Key)];
        _random.Shuffle(ring);
        ring = [.. ring.Take(_random.Next(2, 6))];
        string[] emails = [.. ring.Select(number => _users[number].Email!)];
        foreach (int number in ring)
            await UpdateAsync(number, _users[number] with { Email = $"temporary-{number}-{_number}@example.test" });
        for (int i = 0; i < ring.Length; i++)
            await UpdateAsync(ring[i], _users[ring[i]] with { Email = emails[(i + 1) % ring.Length] });
    }

    private async Task UpdateAsync(int number, PlacedUser user) => Wrote(number, await Users.UpdateAsync(user with { Age = ++_number }));

    private void Wrote(int number, PlacedUser? user)
    {
        if (user is null)
            _users.Remove(number);
        else
            _users[number] = user;
        _numbers[$"fake-{number}"] = _number;
        _times.Add(Clock.GetUtcNow());
        if (_random.Next(3) == 0)
            Clock.Advance(TimeSpan.FromSeconds(_random.Next(1, 400)));
    }

    private string FreeEmail()
    {
        string[] free = [.. Enumerable.Range(0, 2 * MostUsers).Select(EmailOf).Except(_users.Values.Select(user => user.Email!))];
        return free[_random.Next(free.Length)];
    }
}

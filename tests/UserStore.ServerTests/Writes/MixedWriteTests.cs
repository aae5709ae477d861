using System.Collections.Concurrent;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>Writes of every kind over connections on which nearly every third request fails, while two other processes, whose clocks are
/// ahead, write to the same users: what is stored is what was acknowledged.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class MixedWriteTests : ProxyTest
{
    private const int Tasks = 8;
    private const int UsersOfTask = 2;
    private const int OtherWriters = 2;
    private const double FaultShare = 0.3;

    private static readonly int Count = TestVolume.Of(full: 3_000, usual: 100);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, UserHistory> _histories = [];
    private readonly ConcurrentQueue<(string UserId, string Tag, string? First)> _others = [];
    private readonly ConcurrentQueue<string> _contradictions = [];
    private DynamoDbUserStore<User> _store = null!;
    private DynamoDbUserBatchWriter<User> _writer = null!;
    private bool _isHostile;
    private int _unknown;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Acknowledged_writes_are_stored_once_and_refused_ones_are_not(bool uniqueEmails, bool isHostile)
    {
        (Options.UniqueEmails, _isHostile) = (uniqueEmails, isHostile);
        if (isHostile)
            Options.Retry.AttemptTimeout = TimeSpan.FromMilliseconds(200);
        _store = await CreateStoreAsync(ClientKind.UserStore);
        _writer = new DynamoDbUserBatchWriter<User>(Connect(ClientKind.UserStore), Options);
        Random random = TestSeed.NewRandom();
        Wire.Randomly(random.Next(), FaultShare, Faults(random.Next()));

        Random[] randoms = [.. Enumerable.Range(0, Tasks + OtherWriters).Select(_ => new Random(random.Next()))];
        Task writing = Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(() => WriteAsync(task, randoms[task]))));
        await Task.WhenAll(Enumerable.Range(0, OtherWriters).Select(writer => Task.Run(() => WriteAsOtherAsync(writing, writer, randoms[Tasks + writer]))));
        await writing;
        Wire.Clear();

        _contradictions.Should().BeEmpty("seed {0}", TestSeed.Value);
        Dictionary<string, User> stored = (await OtherProcess().ListAsync().ReadAllAsync()).ToDictionary(user => user.UserId);
        stored.Keys.Should().BeSubsetOf(_histories.Keys);
        foreach ((string id, UserHistory history) in _histories)
        {
            User? user = stored.GetValueOrDefault(id);
            string[] others = [.. _others.Where(other => other.UserId == id).Select(other => other.Tag)];
            history.Contradictions(user, others).Should().BeEmpty("seed {0}", TestSeed.Value);
            // The first tag is that of the create or the replacement, after which nothing of another may be lost.
            if (!isHostile && user is not null)
                _others.Where(other => other.UserId == id && other.First == user.Tags[0]).Select(other => other.Tag).Should().BeSubsetOf(user.Tags);
        }

        _unknown.Should().BeLessThan(Count / 5);
        if (uniqueEmails)
        {
            (await new DynamoDbUniqueValueAudit<User>(Server.Client, Options).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings)
                .Should().BeEmpty();
            (await ScanAsync(ReservationsTable)).Should().HaveCount(stored.Values.Count(user => user.Email is not null));
        }
    }

    private WireFault[] Faults(int seed)
    {
        List<WireFault> faults =
        [
            WireFault.LostResponse, WireFault.ClosedConnection, WireFault.TruncatedResponse, WireFault.AbortedResponse, WireFault.Reset,
            WireFault.InternalServerError, WireFault.ServiceUnavailable, WireFault.Throttle, WireFault.TransactionConflict,
            WireFault.Delay(Short), WireFault.DelayedResponse(Short), WireFault.DamagedResponse(seed),
        ];
        if (_isHostile)
        {
            faults.AddRange(
                [WireFault.LateRequest(3), WireFault.LateRequest(100), WireFault.LateRequest(Late), WireFault.DuplicateRequest, WireFault.NoResponse]);
        }

        return [.. faults];
    }

    private async Task WriteAsync(int task, Random random)
    {
        for (int i = task; i < Count; i += Tasks)
        {
            string id = IdOf(task, random.Next(UsersOfTask));
            UserHistory history = _histories.GetOrAdd(id, _ => new UserHistory());
            string email = $"fake.{i}@example.test";
            int kind = history.Exists == false && random.Next(4) > 0 ? random.Next(2) : random.Next(16); // mostly writes that are not refused
            await (kind switch
            {
                0 => CreateAsync(id, history, $"create-{i}", email),
                1 => CreateAsync(id, history, $"create-{i}", null),
                2 or 3 => ChangeAsync(history, $"patch-{i}", tag => _store.UpdateAsync(id, Tagged(tag).Set(user => user.Name, tag))),
                >= 4 and <= 9 => ChangeAsync(history, $"increment-{i}", tag => _store.UpdateAsync(id, Tagged(tag).Increment(user => user.Age, 1))),
                10 => ChangeAsync(history, $"save-{i}", tag => SaveAsync(id, user => user with { Tags = [.. user.Tags, tag] })),
                11 => ChangeAsync(history, $"email-{i}", tag => _store.UpdateAsync(id, Tagged(tag).Set(user => user.Email, email)), email),
                12 => ChangeAsync(history, $"email-{i}", tag => SaveAsync(id, user => user with { Email = email, Tags = [.. user.Tags, tag] }), email),
                13 => DeleteAsync(id, history, byId: random.Next(2) == 0),
                14 => BatchDeleteAsync([IdOf(task, 0), IdOf(task, 1)]),
                _ => BatchWriteAsync([IdOf(task, 0), IdOf(task, 1)], i, replace: !Options.UniqueEmails && random.Next(2) == 0),
            });
        }
    }

    private static string IdOf(int task, int user) => $"fake-{task}-{user}";

    private static User NewUser(string id, string tag, string? email) => new() { UserId = id, Age = 0, Tags = [tag], Email = email };

    private static UserPatch<User> Tagged(string tag) => new UserPatch<User>().Append(user => user.Tags, tag);

    private async Task CreateAsync(string id, UserHistory history, string tag, string? email)
    {
        UserStoreException? failure = await EndAsync(() => _store.CreateAsync(NewUser(id, tag, email)));
        if (failure is null)
            Note(history.Exists == true, $"{tag} was acknowledged although the user exists", () => history.Stored(tag, email));
        else if (failure is UserWriteOutcomeUnknownException)
            history.MayBeStored(tag, email, isCreate: true);
        else
            Note(failure is UserAlreadyExistsException && history.Exists == false, $"{tag} was refused although there is no user", () => Refused(tag, failure));
        MayReturn(history, tag, email);
    }

    private void MayReturn(UserHistory history, string tag, string? email)
    {
        if (_isHostile)
            history.MayReturn(tag, email);
    }

    private async Task ChangeAsync(UserHistory history, string tag, Func<string, Task> change, string? email = null)
    {
        UserStoreException? failure = await EndAsync(() => change(tag));
        if (failure is null)
            Note(history.Exists == false, $"{tag} was acknowledged although there is no user", () => Changed());
        else if (failure is UserWriteOutcomeUnknownException)
            history.MayBeStored(tag, email);
        else
            Note(failure is UserNotFoundException && history.Exists == true, $"{tag} was refused although the user exists", () => Refused(tag, failure));

        void Changed()
        {
            if (email is null)
                history.Changed(tag);
            else
                history.Changed(tag, email);
        }
    }

    private async Task<User> SaveAsync(string id, Func<User, User> change)
        => await _store.UpdateAsync(change(await _store.GetAsync(id, ReadConsistency.Strong)));

    private async Task DeleteAsync(string id, UserHistory history, bool byId)
    {
        User? deleted = null;
        UserStoreException? failure = await EndAsync(async () =>
        {
            if (byId)
                deleted = await _store.DeleteAsync(id);
            else
                await _store.DeleteUnchangedAsync(deleted = await _store.GetAsync(id, ReadConsistency.Strong));
        });
        if (deleted is not null)
            Note(IsDoubled(deleted), $"doubled: {string.Join(' ', deleted.Tags)}", () => { });
        if (failure is UserWriteOutcomeUnknownException)
            history.MayBeDeleted();
        else if (failure is UserConflictException && _isHostile)
            history.MayBeDeleted(); // the second copy of a request finds no user, and which of two deleted it cannot be known
        else if (failure is null or UserNotFoundException)
            Note(history.Exists == (deleted is null) && !_isHostile, "a delete reported the opposite", history.Deleted);
        else
            Note(byId, $"a delete by id failed: {failure.GetType().Name}", () => Refused("delete", failure));
    }

    private async Task BatchDeleteAsync(string[] ids)
    {
        UserHistory[] histories = [.. ids.Select(id => _histories.GetOrAdd(id, _ => new UserHistory()))];
        BatchWriteResult<UserKey> result = await _writer.DeleteAsync(ids);
        int deleted = histories.Count(history => history.Exists == true);
        Note(
            !_isHostile && result.IsComplete && histories.All(history => history.Exists is not null) && result.Written != deleted,
            $"a batch deleted {result.Written} of {deleted} users",
            () => { });
        foreach ((string id, UserHistory history) in ids.Zip(histories))
        {
            if (result.Failures.FirstOrDefault(failure => failure.Key == id) is not { } failure)
                history.Deleted();
            else if (failure.Reason == BatchItemFailureReason.Unknown)
                history.MayBeDeleted();
            else
                Refused("batch delete", failure.Error!);
        }
    }

    private async Task BatchWriteAsync(string[] ids, int number, bool replace)
    {
        User[] users = [.. ids.Select((id, i) => NewUser(id, $"batch-{number}-{i}", i == 0 ? $"batch.{number}@example.test" : null))];
        BatchWriteResult<User> result = await (replace ? _writer.ReplaceAsync(users) : _writer.CreateAsync(users));
        foreach (User user in users)
        {
            UserHistory history = _histories.GetOrAdd(user.UserId, _ => new UserHistory());
            BatchItemFailure<User>? failure = result.Failures.FirstOrDefault(failure => failure.Key == user.UserId);
            if (failure is null)
                Note(!replace && history.Exists == true, $"{user.Tags[0]} overwrote the user", () => history.Stored(user.Tags[0], user.Email));
            else if (failure.Reason == BatchItemFailureReason.Unknown)
                history.MayBeStored(user.Tags[0], user.Email, isCreate: !replace, isReplacement: replace);
            else
                Note(history.Exists == false, $"{user.Tags[0]} was refused although there is no user", () => Refused(user.Tags[0], failure.Error!));
            MayReturn(history, user.Tags[0], user.Email);
        }
    }

    private async Task WriteAsOtherAsync(Task writing, int writer, Random random)
    {
        DynamoDbUserStore<User> other = OtherProcess(TimeSpan.FromMilliseconds(100));
        for (int i = 0; !writing.IsCompleted; i++)
        {
            (string id, string tag) = (IdOf(random.Next(Tasks), random.Next(UsersOfTask)), $"increment-other-{writer}-{i}");
            User? user = null;
            UserStoreException? failure = await EndAsync(async () => user = await other.UpdateAsync(id, Tagged(tag).Increment(each => each.Age, 1)));
            if (failure is null)
                Note(IsDoubled(user!), $"doubled: {string.Join(' ', user!.Tags)}", () => _others.Enqueue((id, tag, user.Tags[0])));
            else if (failure is UserWriteOutcomeUnknownException || (_isHostile && failure.IsTransient))
                _others.Enqueue((id, tag, null)); // the server was slower than the timeout of an attempt, once or each time
            else
                Note(failure is not UserNotFoundException, $"{tag} failed: {failure.GetType().Name}", () => { });
        }
    }

    private async Task<UserStoreException?> EndAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (UserStoreException failure)
        {
            if (failure is UserWriteOutcomeUnknownException)
                Interlocked.Increment(ref _unknown);
            return failure;
        }
    }

    private static bool IsDoubled(User user) => user.Tags.Distinct().Count() != user.Tags.Count || user.Version != user.Tags.Count;

    // A refusal must be one of those that another write, or the state of the user, explains.
    private void Refused(string tag, UserStoreException failure)
        => Note(failure is not (UserAlreadyExistsException or UserNotFoundException or UserConflictException), $"{tag}: {failure}", () => { });

    private void Note(bool isContradiction, string what, Action apply)
    {
        if (isContradiction)
            _contradictions.Enqueue(what);
        apply();
    }
}

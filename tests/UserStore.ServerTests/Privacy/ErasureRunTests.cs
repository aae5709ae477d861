using System.Collections.Concurrent;
using Functions.Local;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Privacy;
using UserStore.Replication;
using UserStore.Testing;
using Xunit.Abstractions;

namespace UserStore.ServerTests.Privacy;

/// <summary>Many users are erased while everything else runs, over a wire with faults, by processes that end at any time.</summary>
[Trait("Category", TestVolume.Category)]
[Collection(AloneOnServer.Name)]
public sealed class ErasureRunTests(ITestOutputHelper output) : PrivacyTest
{
    private const int Writers = 8;
    private const int Erasers = 4;

    private static readonly int Erased = TestVolume.Of(full: 1_000, usual: 60);
    private static readonly int Kept = TestVolume.Of(full: 400, usual: 40);

    private readonly ConcurrentDictionary<string, Person> _acknowledged = [];
    private readonly ConcurrentDictionary<string, bool> _unknown = [];
    private int _writes, _abandoned, _replicated, _backfills, _audits, _refused;

    [Fact]
    public async Task Nothing_of_erased_users_is_left_and_nothing_of_others_is_lost()
    {
        int seed = (int)(TestSeed.Value % int.MaxValue);
        await Parallel.ForAsync(0, Erased, async (i, token) => await Users.CreateAsync(NewPerson($"gone-{i}"), token));
        await Parallel.ForAsync(
            0, Kept, async (i, token) => _acknowledged[$"kept-{i}"] = await Users.CreateAsync(NewPerson($"kept-{i}"), token));
        LocalStream stream = await DynamoDbStores.OpenStreamAsync(Table);
        Wire.Randomly(
            seed, 0.2, WireFault.LostResponse, WireFault.Reset, WireFault.InternalServerError, WireFault.Throttle, WireFault.TransactionConflict,
            WireFault.ClosedConnection, WireFault.TruncatedResponse, WireFault.DuplicateRequest, WireFault.LateRequest(3));

        using var stop = new CancellationTokenSource();
        Task[] background =
        [
            .. Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(Services, writer, new Random(seed + writer), stop.Token))),
            Task.Run(() => ReplicateAsync(Services, stream, stop.Token)),
            Task.Run(() => BackfillAsync(stop.Token)),
            Task.Run(() => AuditAsync(Services, stop.Token)),
        ];
        var receipts = new ConcurrentBag<UserErasureReceipt>();
        await Task.WhenAll(Enumerable.Range(0, Erasers).Select(eraser => Task.Run(async () =>
        {
            var random = new Random(seed - eraser - 1);
            for (int i = eraser; i < Erased; i += Erasers)
                receipts.Add(await EraseAsync(Services, $"gone-{i}", random));
        })));
        await stop.CancelAsync();
        await Task.WhenAll(background);
        Wire.Clear();
        await DrainAsync(stream);

        string run = $"seed {TestSeed.Value}: {Erased} erased, {_abandoned} erasures abandoned, {_writes} writes, {_refused} refused, "
            + $"{_replicated} records, {_backfills} backfills, {_audits} audits";
        output.WriteLine(run);
        (await OtherPrivacy.VerifyErasedAsync(receipts).ReadAllAsync()).Should().BeEmpty(run);
        (await FindAsync(Trace)).Should().BeEmpty(run);
        (await AuditAsync()).Should().BeEmpty(run);
        await ShouldHaveKeptAllAsync(run);
        new[] { _abandoned, _writes, _replicated, _backfills, _audits }.Should().OnlyContain(count => count > 0, run);
    }

    /// <summary>Erases a user with calls that end at random, until one completes.</summary>
    private async Task<UserErasureReceipt> EraseAsync(ServiceProvider process, string id, Random random)
    {
        while (true)
        {
            using var crash = new CancellationTokenSource();
            if (random.Next(2) == 0)
                crash.CancelAfter(TimeSpan.FromMilliseconds(random.Next(60)));
            try
            {
                return await PrivacyOf(process).EraseAsync(id, crash.Token);
            }
            catch (OperationCanceledException) when (crash.IsCancellationRequested)
            {
                Interlocked.Increment(ref _abandoned);
            }
            catch (UserStoreException failure) when (failure.IsTransient)
            {
                Interlocked.Increment(ref _abandoned);
            }
        }
    }

    // Each writer has users of its own, of whom it knows what is stored; and writes to those that are erased as well.
    private async Task WriteAsync(ServiceProvider process, int writer, Random random, CancellationToken stop)
    {
        IUserStore<Person> store = process.GetRequiredService<IUserStore<Person>>();
        IUserBatchWriter<Person> batches = process.GetRequiredService<IUserBatchWriter<Person>>();
        for (int round = 0; !stop.IsCancellationRequested; round++)
        {
            string victim = $"gone-{random.Next(Erased)}", own = $"kept-{random.Next(Kept / Writers) * Writers + writer}";
            await TryAsync(own, () => store.UpdateAsync(own, new UserPatch<Person>()
                .Set(user => user.Email, $"{own}.{round}@example.test").Set(user => user.Name, $"Fake {own} {round}").Increment(user => user.Age, 1)));
            await TryAsync(null, () => random.Next(5) switch
            {
                0 => store.UpdateAsync(victim, new UserPatch<Person>().Set(user => user.Email, $"{victim}.{round}-{writer}@example.test")),
                1 => store.CreateAsync(NewPerson(victim)),
                2 => RestrictAsync(process, victim),
                3 => BatchAsync(batches, victim, $"kept-new-{writer}-{round}"),
                _ => store.UpdateAsync(victim, new UserPatch<Person>().Set(user => user.Name, $"Name of {victim}")),
            });
        }
    }

    private static async Task<Person> RestrictAsync(ServiceProvider process, string id)
    {
        await PrivacyOf(process).RestrictAsync(id);
        await PrivacyOf(process).ReleaseAsync(id);
        return NewPerson(id);
    }

    private async Task<Person> BatchAsync(IUserBatchWriter<Person> batches, string victim, string added)
    {
        BatchWriteResult<Person> result = await batches.CreateAsync([NewPerson(victim), NewPerson(added)]);
        if (result.Failures.All(failure => failure.Key != (UserKey?)added))
            _acknowledged[added] = NewPerson(added);
        return NewPerson(victim);
    }

    private async Task TryAsync(string? own, Func<Task<Person>> write)
    {
        try
        {
            Person written = await write();
            Interlocked.Increment(ref _writes);
            if (own is not null)
            {
                _acknowledged[own] = written;
                _unknown.TryRemove(own, out _);
            }
        }
        catch (UserStoreException refused) when (own is null || refused.IsTransient || refused is UserWriteOutcomeUnknownException)
        {
            Interlocked.Increment(ref _refused);
            if (own is not null)
                _unknown[own] = true;
        }
    }

    private async Task ReplicateAsync(ServiceProvider process, LocalStream stream, CancellationToken stop)
    {
        UserChangeReader<Person> reader = process.GetRequiredService<UserChangeReader<Person>>();
        UserChangeDispatcher<Person> dispatcher = process.GetRequiredService<UserChangeDispatcher<Person>>();
        while (!stop.IsCancellationRequested)
            await DeliverAsync(dispatcher, [.. (await stream.ReadNewAsync(CancellationToken.None)).Select(reader.ReadRecord)]);
    }

    private async Task DeliverAsync(UserChangeDispatcher<Person> dispatcher, IReadOnlyList<UserChangeRecord<Person>> records)
    {
        Interlocked.Add(ref _replicated, records.Count);
        while (records.Count > 0)
        {
            UserChangeBatchResult result = await dispatcher.DispatchAsync(records);
            HashSet<string?> failed = [.. result.Failures.Select(failure => failure.SequenceNumber)];
            records = [.. records.SkipWhile(record => !failed.Contains(record.SequenceNumber))];
        }
    }

    private async Task DrainAsync(LocalStream stream)
    {
        UserChangeReader<Person> reader = Others.GetRequiredService<UserChangeReader<Person>>();
        while (await stream.ReadNewAsync() is { Count: > 0 } records)
            await DeliverAsync(Others.GetRequiredService<UserChangeDispatcher<Person>>(), [.. records.Select(reader.ReadRecord)]);
    }

    // Backfills that cannot process some of the users who are erased, one after the other.
    private async Task BackfillAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Migrations = options =>
            {
                (options.Missing, options.OutOfOrder) = (MigrationPolicy.Allow, MigrationPolicy.Allow);
                options.Migrations.Add($"{_backfills + 1:00000000000000}_mark", (context, token) => context.BackfillAsync(
                    new Backfill
                    {
                        Name = "mark",
                        TableName = Table,
                        Transform = (item, _) =>
                        {
                            if (item["user_id"].S.StartsWith(Trace, StringComparison.Ordinal) && item["user_id"].S[^1] is '3' or '7')
                                throw new FormatException();
                            item["marked"] = new() { N = $"{_backfills}" };
                            return ValueTask.CompletedTask;
                        },
                        Options = new BackfillOptions { MaxPoisonItems = Erased, PageSize = 10 },
                    },
                    token));
            };
            await using ServiceProvider process = Open(Client);
            try
            {
                await process.GetRequiredService<IMigrationRunner>().RunAsync(null, CancellationToken.None);
                _backfills++;
            }
            catch (Exception failure) when (failure is MigrationException or UserStoreException)
            {
                Interlocked.Increment(ref _refused); // the next run resumes
            }
        }

        // A backfill that failed resumes, so that no position is left at the key of a user.
        await using ServiceProvider last = Open(Server.Client);
        await last.GetRequiredService<IMigrationRunner>().RunAsync(null, CancellationToken.None);
    }

    private async Task AuditAsync(ServiceProvider process, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await process.GetRequiredService<IUniqueValueAudit<Person>>().RepairAsync(cancellationToken: CancellationToken.None).ReadAllAsync();
                _audits++;
            }
            catch (UserStoreException failure) when (failure.IsTransient)
            {
                Interlocked.Increment(ref _refused);
            }
        }
    }

    private async Task ShouldHaveKeptAllAsync(string run)
    {
        foreach ((string id, Person expected) in _acknowledged)
        {
            Person? stored = await Users.FindAsync(id, ReadConsistency.Strong);
            stored.Should().NotBeNull($"{id} was written; {run}");
            if (!_unknown.ContainsKey(id))
                (stored!.Email, stored.Name, stored.Age).Should().Be((expected.Email, expected.Name, expected.Age), run);
            (await Users.FindByEmailAsync(stored!.Email!, ReadConsistency.Strong))!.UserId.Should().Be(id);
        }

        (await Others.GetRequiredService<UserReplicator<Person, PersonByEmail>>().CompareAsync().ReadAllAsync())
            .SelectMany(page => page.Drifts).Should().BeEmpty(run);
        (await Others.GetRequiredService<UserReplicator<Person, PersonByName>>().CompareAsync().ReadAllAsync())
            .SelectMany(page => page.Drifts).Should().BeEmpty(run);
    }
}

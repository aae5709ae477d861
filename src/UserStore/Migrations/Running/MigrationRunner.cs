using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Planning;

namespace UserStore.Migrations.Running;

/// <summary>Runs the migrations of one store: acquires the lock, creates the plan, executes its steps, and releases the lock.</summary>
internal sealed class MigrationRunner(
    MigrationTarget target,
    MigrationOptions options,
    IServiceScopeFactory scopes,
    IServiceCollection services,
    IReadOnlyList<IMigrationReporter> reporters,
    RunnerEnvironment environment)
    : IMigrationRunner
{
    private readonly IMigrationJournal _journal = target.Journal;
    private readonly MigrationLock _lock = new(target.Lock, options, environment);
    private readonly Reporters _reporters = new(
        [new LoggingReporter(environment.Logger, environment.Causes, options.JournalTable), .. reporters], environment.Logger);

    public Task<MigrationRun> RunAsync(MigrationPlanner? planner = null, CancellationToken cancellationToken = default)
        => WithSourceAsync(async source =>
        {
            long started = environment.Time.GetTimestamp();
            await _journal.EnsureAsync(cancellationToken).ConfigureAwait(false);
            Lease? lease = await _lock.TryAcquireAsync(options.LockConflictBehavior, options.LockTimeout, cancellationToken).ConfigureAwait(false);
            if (lease is null)
            {
                MigrationLog.Skipped(environment.Logger);
                return new MigrationRun(MigrationOutcome.Skipped, [], environment.Time.GetElapsedTime(started));
            }

            await using (lease.ConfigureAwait(false))
            {
                IReadOnlyList<MigrationEntry> journal = await _journal.ReadAsync(cancellationToken).ConfigureAwait(false);
                MigrationPlan plan = new PlanRules(source, options).Plan(planner ?? MigrationPlanner.Latest, journal);
                var steps = new StepRunner(target, options, source, lease, _reporters, environment);
                return await RunAsync(plan, journal, steps, started, cancellationToken).ConfigureAwait(false);
            }
        });

    public Task<MigrationPlan> PlanAsync(MigrationPlanner? planner = null, CancellationToken cancellationToken = default)
        => WithSourceAsync(async source =>
        {
            IReadOnlyList<MigrationEntry> journal = await _journal.ReadAsync(cancellationToken).ConfigureAwait(false);
            MigrationPlan plan = new PlanRules(source, options).Plan(planner ?? MigrationPlanner.Latest, journal);
            return await new DryRun(target, options, source, services, environment).RunAsync(plan, cancellationToken).ConfigureAwait(false);
        });

    public Task<MigrationStatus> GetStatusAsync(CancellationToken cancellationToken = default)
        => WithSourceAsync(async source =>
        {
            IReadOnlyList<MigrationEntry> journal = await _journal.ReadAsync(cancellationToken).ConfigureAwait(false);
            LockRow? row = await target.Lock.FindAsync(cancellationToken).ConfigureAwait(false);
            var known = journal.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
            IEnumerable<MigrationEntry> unknown = source.Ids.Where(id => !known.Contains(id)).Select(id => new MigrationEntry { Id = id });
            MigrationEntry[] all = [.. journal.Concat(unknown)
                .Select(entry => source.Has(entry.Id) ? entry with { Description = source[entry.Id].Description } : entry)
                .OrderBy(entry => entry.Id, StringComparer.Ordinal)];
            MigrationLockStatus status = row?.ToStatus() ?? new MigrationLockStatus(false, null, 0, []);
            return new MigrationStatus(
                all, [.. all.Where(entry => entry.State == MigrationState.Applied && !source.Has(entry.Id)).Select(entry => entry.Id)], status)
            {
                NextStep = new NextSteps(source, options).Find(journal, status),
            };
        });

    public Task VerifyAsync(CancellationToken cancellationToken = default)
        => WithSourceAsync(async source =>
        {
            IReadOnlyList<MigrationEntry> journal = await _journal.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (source.FindBehind(journal) is { } behind)
                throw behind;
            new PlanRules(source, options).CheckRevisions(journal);
            return true;
        });

    public Task<MigrationEntry> RepairAsync(
        string migrationId, MigrationRepair repair, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(migrationId);
        JournalRepair.CheckReason(reason);
        return WithSourceAsync(source => WithLockAsync(
            async lease =>
            {
                IReadOnlyList<MigrationEntry> journal = await _journal.ReadAsync(cancellationToken).ConfigureAwait(false);
                MigrationEntry entry = journal.FirstOrDefault(entry => entry.Id == migrationId)
                    ?? (source.Has(migrationId) ? new MigrationEntry { Id = migrationId } : null)
                    ?? throw new MigrationPlanException(
                        MigrationPlanError.Missing,
                        [migrationId],
                        $"Neither the journal nor this service has a migration '{migrationId}'. Look up its id in the status.");
                var record = new MigrationRepairRecord(repair, entry.State, environment.Time.GetUtcNow(), environment.Name, reason);
                MigrationEntry repaired = JournalRepair.Apply(
                    entry, source.Has(migrationId) ? source[migrationId] : null, record, NextSequence(journal));
                if (!await _journal.TryRecordAsync(repaired, lease.Fence, cancellationToken).ConfigureAwait(false))
                    throw new MigrationLeaseLostException(migrationId);
                MigrationLog.Repaired(environment.Logger, migrationId, repair, reason);
                return repaired;
            },
            cancellationToken));
    }

    public async Task<IReadOnlyList<PoisonItem>> GetPoisonItemsAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(migrationId);
        MigrationId.Check(migrationId);
        IReadOnlyList<MigrationEntry> journal = await _journal.ReadAsync(cancellationToken).ConfigureAwait(false);
        return journal.FirstOrDefault(entry => entry.Id == migrationId) is { } entry
            ? await target.Checkpoints.ReadPoisonAsync(migrationId, entry.Execution, cancellationToken).ConfigureAwait(false)
            : [];
    }

    public async Task<MigrationLockStatus> UnlockAsync(string reason, CancellationToken cancellationToken = default)
    {
        JournalRepair.CheckReason(reason);
        MigrationLockStatus before = await _lock.ReleaseByForceAsync(reason, cancellationToken).ConfigureAwait(false);
        if (before.IsHeld)
            MigrationLog.LockReleased(environment.Logger, reason);
        return before;
    }

    public Task HandOverAsync(CancellationToken cancellationToken = default) => WithLockAsync(
        async lease =>
        {
            IReadOnlyList<MigrationEntry> journal = await _journal.ReadAsync(cancellationToken).ConfigureAwait(false);
            string[] open = [.. journal.Where(entry => entry.State != MigrationState.Applied).Select(entry => entry.Id)];
            if (open.Length > 0)
            {
                throw new MigrationPlanException(
                    MigrationPlanError.Unfinished,
                    open,
                    $"The journal contains migrations that are not applied, which another program would take for interrupted ones: "
                        + $"{string.Join(", ", open)}. Apply them, or delete their items from the journal.");
            }

            await lease.ReleaseByDeletingAsync(cancellationToken).ConfigureAwait(false);
            MigrationLog.HandedOver(environment.Logger);
            return true;
        },
        cancellationToken);

    public Task DestroyAsync(CancellationToken cancellationToken = default) => WithLockAsync(
        async _ =>
        {
            await _journal.DestroyAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private async Task<MigrationRun> RunAsync(
        MigrationPlan plan, IReadOnlyList<MigrationEntry> journal, StepRunner steps, long started, CancellationToken cancellationToken)
    {
        var entries = journal.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        var done = new List<MigrationStepResult>();
        _reporters.RunStarting(plan);
        foreach (MigrationStep step in plan.Steps)
        {
            _reporters.StepStarting(step);
            long stepStarted = environment.Time.GetTimestamp();
            try
            {
                MigrationEntry? before = entries.GetValueOrDefault(step.MigrationId);
                entries[step.MigrationId] = await steps.RunAsync(
                    step, before, SequenceAfter(before, entries.Values), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                _reporters.StepEnded(new MigrationStepResult(step, environment.Time.GetElapsedTime(stepStarted), failure));
                _reporters.RunEnded(new MigrationRun(MigrationOutcome.Failed, done, environment.Time.GetElapsedTime(started)));
                throw;
            }

            done.Add(new MigrationStepResult(step, environment.Time.GetElapsedTime(stepStarted))
            {
                PoisonItems = entries[step.MigrationId].PoisonItems,
            });
            _reporters.StepEnded(done[^1]);
        }

        var run = new MigrationRun(MigrationOutcome.Completed, done, environment.Time.GetElapsedTime(started));
        _reporters.RunEnded(run);
        return run;
    }

    /// <summary>Creates the migrations in a scope of their own, for as long as they are used.</summary>
    private async Task<T> WithSourceAsync<T>(Func<MigrationSource, Task<T>> use)
    {
        AsyncServiceScope scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
            return await use(MigrationSource.Load(options.Migrations, scope.ServiceProvider)).ConfigureAwait(false);
    }

    /// <summary>Acquires the lock. Fails as soon as another owner is known to be at work.</summary>
    private async Task<T> WithLockAsync<T>(Func<Lease, Task<T>> use, CancellationToken cancellationToken)
    {
        await _journal.EnsureAsync(cancellationToken).ConfigureAwait(false);
        Lease? lease = await _lock.TryAcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        await using (lease!.ConfigureAwait(false))
            return await use(lease!).ConfigureAwait(false);
    }

    // A migration that was applied before keeps its place, unless one that it may depend on has been applied since.
    private static long SequenceAfter(MigrationEntry? entry, IReadOnlyCollection<MigrationEntry> journal)
        => entry is { Sequence: not 0 } && !journal.Any(other => other.State == MigrationState.Applied && other.Sequence > entry.Sequence
            && string.CompareOrdinal(other.Id, entry.Id) < 0)
            ? entry.Sequence
            : NextSequence(journal);

    private static long NextSequence(IReadOnlyCollection<MigrationEntry> journal)
        => journal.Select(entry => entry.Sequence).Append(0).Max() + 1;
}

using Amazon.DynamoDBv2;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Planning;

namespace UserStore.Migrations.Running;

/// <summary>Executes the steps of a plan under a lease. The journal never records more than has happened.</summary>
internal sealed class StepRunner(
    MigrationTarget target, MigrationOptions options, MigrationSource source, Lease lease, Reporters reporters, RunnerEnvironment environment)
{
    /// <summary>Executes a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="before">The entry of the migration; null if there is none.</param>
    /// <param name="sequence">The position in the order of application, if the migration becomes applied.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The entry after the step.</returns>
    public async Task<MigrationEntry> RunAsync(
        MigrationStep step, MigrationEntry? before, long sequence, CancellationToken cancellationToken)
    {
        Migration migration = source[step.MigrationId];
        MigrationEntry started = Started(step, before, migration, sequence);
        if (step.Action == MigrationAction.Baseline)
        {
            MigrationEntry baseline = started with
            {
                State = MigrationState.Applied,
                Attempts = started.Attempts - 1,
                Revision = migration.Revision,
                FinishedAt = Now(),
                Sequence = sequence,
            };
            return await RecordAsync(baseline, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        lease.ThrowIfLost(step.MigrationId);
        // From here on, cancellation must not prevent a record: it would leave the migration in progress, although its state is known.
        await RecordAsync(started, CancellationToken.None).ConfigureAwait(false);
        started = started with { PoisonItems = await ExecuteAsync(step, migration, started, cancellationToken).ConfigureAwait(false) };
        MigrationEntry ended = await RecordAsync(
            started.IsUndo
                ? started with { State = MigrationState.Undone, FinishedAt = Now(), Revision = null, Sequence = 0, Cycle = started.Cycle + 1 }
                : started with
                {
                    State = MigrationState.Applied,
                    FinishedAt = Now(),
                    Revision = migration.Revision,
                    Sequence = sequence,
                },
            CancellationToken.None).ConfigureAwait(false);
        await DeleteCheckpointsAsync(step.MigrationId).ConfigureAwait(false);
        return ended;
    }

    /// <returns>The number of poison items.</returns>
    private async Task<int> ExecuteAsync(MigrationStep step, Migration migration, MigrationEntry started, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        var clients = new AttemptClients(step.MigrationId, target, options, lease);
        using IAmazonDynamoDB client = clients.ForBuildingBlocks();
        using IAmazonDynamoDB ownClient = clients.ForMigration(beforeFirstWrite: async () =>
        {
            if (migration.InterruptionPolicy == InterruptionPolicy.Automatic)
            {
                started = started with { InterruptionPolicy = InterruptionPolicy.RequireRepair };
                await RecordAsync(started, CancellationToken.None).ConfigureAwait(false);
            }
        });
        var checkpoints = new AttemptCheckpoints(target.Checkpoints, lease, started);
        var attempt = new MigrationAttempt(step, target, client, checkpoints, environment)
        {
            OwnClient = ownClient,
            Progressed = progress => reporters.Progressed(step, progress),
        };
        var context = new MigrationContext(attempt, options.TableTimeout);
        try
        {
            lease.ThrowIfLost(step.MigrationId);
            await (started.IsUndo
                ? ((UndoableMigration)migration).DownAsync(context, either.Token)
                : migration.UpAsync(context, either.Token)).ConfigureAwait(false);
            return attempt.PoisonItems;
        }
        catch (Exception failure)
        {
            // A lease that is lost may still be that of the last owner: the journal accepts the record as long as no other runner took the lock.
            await RecordFailureAsync(started with
            {
                State = MigrationState.Failed,
                FinishedAt = Now(),
                Error = FailureDescription.Of(failure),
                PoisonItems = attempt.PoisonItems,
            }).ConfigureAwait(false);
            if (lease.IsLost || failure is MigrationLeaseLostException)
                throw new MigrationLeaseLostException(step.MigrationId, failure);
            if (failure is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            throw new MigrationFailedException(step, failure);
        }
    }

    private MigrationEntry Started(MigrationStep step, MigrationEntry? before, Migration migration, long sequence)
    {
        bool isUndo = step.Action == MigrationAction.Undo;
        before ??= new MigrationEntry { Id = step.MigrationId };
        // An attempt that failed or was interrupted, or whose repair is Retry, is resumed. Everything else starts a new execution, without earlier
        // checkpoints.
        bool isResumed = before.Execution > 0 && before.IsUndo == isUndo
            && (before.IsUnfinished || before.State == (isUndo ? MigrationState.Applied : MigrationState.Pending));
        return before with
        {
            State = isUndo ? MigrationState.Undoing : MigrationState.Running,
            Description = migration.Description,
            Attempts = before.Attempts + 1,
            Execution = isResumed ? before.Execution : before.Execution + 1,
            IsUndo = isUndo,
            // One that gets a new place has none until it is applied.
            Sequence = isUndo || before.Sequence == sequence ? before.Sequence : 0,
            InterruptionPolicy = migration.InterruptionPolicy == InterruptionPolicy.Automatic
                ? InterruptionPolicy.Resume
                : migration.InterruptionPolicy,
            StartedAt = Now(),
            FinishedAt = null,
            Host = environment.Name,
            Error = null,
            PoisonItems = 0,
        };
    }

    private async Task<MigrationEntry> RecordAsync(MigrationEntry entry, CancellationToken cancellationToken)
        => await target.Journal.TryRecordAsync(entry, lease.Fence, cancellationToken).ConfigureAwait(false)
            ? entry
            : throw new MigrationLeaseLostException(entry.Id);

    private async Task RecordFailureAsync(MigrationEntry entry)
    {
        try
        {
            await RecordAsync(entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UserStoreException unrecorded)
        {
            // The entry still says that the migration is in progress, which the next run treats as interrupted.
            MigrationLog.FailureNotRecorded(environment.Logger, entry.Id, unrecorded);
        }
    }

    private async Task DeleteCheckpointsAsync(string migrationId)
    {
        try
        {
            await target.Checkpoints.DeleteAsync(migrationId, lease.Fence.Number, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UserStoreException failure)
        {
            MigrationLog.CheckpointsRemain(environment.Logger, migrationId, failure); // a new execution ignores them
        }
    }

    private DateTimeOffset Now() => environment.Time.GetUtcNow();
}

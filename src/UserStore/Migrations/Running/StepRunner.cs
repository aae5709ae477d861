using Amazon.DynamoDBv2;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Planning;

namespace UserStore.Migrations.Running;

/// <summary>Does the steps of a plan, one at a time, under a lease, and has the journal say at any moment no more than happened.</summary>
internal sealed class StepRunner(
    MigrationTarget target, MigrationOptions options, MigrationSource source, Lease lease, Reporters reporters, RunnerEnvironment host)
{
    /// <param name="step">The step.</param>
    /// <param name="before">The entry of the migration; null if there is none.</param>
    /// <param name="sequence">The place in the order of application, if it comes to be applied.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    /// <returns>The entry as it is now.</returns>
    public async Task<MigrationEntry> RunAsync(
        MigrationStep step, MigrationEntry? before, long sequence, CancellationToken cancellationToken)
    {
        Migration migration = source[step.MigrationId];
        MigrationEntry started = Started(step, before, migration);
        if (step.Action == MigrationAction.Baseline)
        {
            MigrationEntry noted = started with
            {
                State = MigrationState.Applied,
                Attempts = started.Attempts - 1,
                Revision = migration.Revision,
                FinishedAt = Now(),
                Sequence = sequence,
            };
            return await RecordAsync(noted, cancellationToken).ConfigureAwait(false);
        }

        // A cancellation that cut off these two records would leave the migration dirty, although it is known how it stands.
        cancellationToken.ThrowIfCancellationRequested();
        await RecordAsync(started, CancellationToken.None).ConfigureAwait(false);
        await DoAsync(step, migration, started, cancellationToken).ConfigureAwait(false);
        MigrationEntry ended = await RecordAsync(
            started.IsUndo
                ? started with { State = MigrationState.Undone, FinishedAt = Now(), Revision = null, Sequence = 0 }
                : started with { State = MigrationState.Applied, FinishedAt = Now(), Revision = migration.Revision, Sequence = sequence },
            CancellationToken.None).ConfigureAwait(false);
        await ForgetCheckpointsAsync(step.MigrationId).ConfigureAwait(false);
        return ended;
    }

    private async Task DoAsync(MigrationStep step, Migration migration, MigrationEntry started, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        using IAmazonDynamoDB client = CreateClient(step.MigrationId);
        var attempt = new MigrationAttempt(
            step, started.Run, client, target.Store, target.Journal, lease, hasTables: target.InMemory is null, host)
        {
            Progressed = progress => reporters.Progressed(step, progress),
        };
        var context = new MigrationContext(attempt, options.TableTimeout);
        try
        {
            lease.ThrowIfLost(step.MigrationId);
            await (started.IsUndo
                ? ((UndoableMigration)migration).DownAsync(context, either.Token)
                : migration.UpAsync(context, either.Token)).ConfigureAwait(false);
        }
        catch (Exception failure) when (lease.IsLost || failure is MigrationLeaseLostException)
        {
            throw new MigrationLeaseLostException(step.MigrationId, failure); // the journal is another runner's now
        }
        catch (Exception failure)
        {
            MigrationEntry failed = started with { State = MigrationState.Failed, FinishedAt = Now(), Error = FailureDescription.Of(failure) };
            await RecordFailureAsync(failed).ConfigureAwait(false);
            if (failure is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            throw new MigrationFailedException(step, failure);
        }
    }

    private MigrationEntry Started(MigrationStep step, MigrationEntry? before, Migration migration)
    {
        bool isUndo = step.Action == MigrationAction.Undo;
        before ??= new MigrationEntry { Id = step.MigrationId };
        // An attempt that failed, or may be repeated, is gone on with; everything else is a new one, without the checkpoints of the last.
        bool goesOn = before.Run > 0 && before.IsUndo == isUndo
            && (isUndo ? before.State == MigrationState.Applied : before.State is MigrationState.Pending or MigrationState.Failed);
        return before with
        {
            State = isUndo ? MigrationState.Undoing : MigrationState.Running,
            Description = migration.Description,
            Attempts = before.Attempts + 1,
            Run = goesOn ? before.Run : before.Run + 1,
            IsUndo = isUndo,
            StartedAt = Now(),
            FinishedAt = null,
            Host = host.Name,
            Error = null,
        };
    }

    private DelegatingClient CreateClient(string migrationId) => target.InMemory?.CreateClient(migrationId)
        ?? new DelegatingClient((request, cancellationToken) =>
        {
            lease.ThrowIfLost(migrationId);
            return target.Client!.SendAsync(request, cancellationToken);
        });

    private async Task<MigrationEntry> RecordAsync(MigrationEntry entry, CancellationToken cancellationToken)
    {
        if (lease.IsLost || !await target.Journal.TryRecordAsync(entry, lease.Fence, cancellationToken).ConfigureAwait(false))
            throw new MigrationLeaseLostException(entry.Id);
        return entry;
    }

    private async Task RecordFailureAsync(MigrationEntry entry)
    {
        try
        {
            await RecordAsync(entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UserStoreException unrecorded)
        {
            // The entry still says that the migration is running, which the next run takes for cut off.
            MigrationLog.FailureNotRecorded(host.Logger, entry.Id, unrecorded);
        }
    }

    private async Task ForgetCheckpointsAsync(string migrationId)
    {
        try
        {
            await target.Journal.ForgetCheckpointsAsync(migrationId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UserStoreException failure)
        {
            MigrationLog.CheckpointsRemain(host.Logger, migrationId, failure); // the next attempt has a number of its own, and does not see them
        }
    }

    private DateTimeOffset Now() => host.Time.GetUtcNow();
}

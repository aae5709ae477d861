namespace UserStore.Migrations.Planning;

/// <summary>Determines what to do next in each state of the journal and the lock.</summary>
internal sealed class NextSteps(MigrationSource source, MigrationOptions options)
{
    public MigrationNextStep Find(IReadOnlyList<MigrationEntry> journal, MigrationLockStatus @lock)
    {
        if (@lock.IsHeld)
            return WaitFor(@lock);
        try
        {
            MigrationPlan plan = new PlanRules(source, options).Plan(MigrationPlanner.Latest, journal);
            if (plan.Steps.Count > 0)
                return Run(plan, journal);
        }
        catch (MigrationDirtyException dirty)
        {
            return source.Has(dirty.MigrationId!)
                ? new MigrationNextStep(MigrationNextAction.Repair, dirty.MigrationId, dirty.Message)
                : OtherVersion(dirty.Entry);
        }
        catch (MigrationPlanException rejected)
        {
            if (rejected.Error == MigrationPlanError.Unfinished && journal.FirstOrDefault(
                entry => entry.Id == rejected.MigrationId && !source.Has(entry.Id)) is { } other)
            {
                return OtherVersion(other);
            }

            return new MigrationNextStep(MigrationNextAction.Correct, rejected.MigrationId, rejected.Message);
        }

        return journal.FirstOrDefault(entry => entry.IsUnfinished && !source.Has(entry.Id)) is { } unknown
            ? OtherVersion(unknown)
            : new MigrationNextStep(MigrationNextAction.None, null, "All migrations are applied. There is nothing to do.");
    }

    private static MigrationNextStep WaitFor(MigrationLockStatus status) => status.Owner is { } owner
        ? new MigrationNextStep(
            MigrationNextAction.Wait,
            null,
            $"Wait for {owner.Host}, which holds the lock. If that process has ended, the next run takes the lock over after {owner.Lease}.")
        : new MigrationNextStep(
            MigrationNextAction.Unlock, null, "Another program holds the lock. Wait until it has ended, or, if it is not running, release the lock by force.");

    private MigrationNextStep Run(MigrationPlan plan, IReadOnlyList<MigrationEntry> journal)
    {
        if (journal.FirstOrDefault(entry => entry.IsUnfinished && plan.Steps.Any(step => step.MigrationId == entry.Id)) is not { } unfinished)
        {
            return new MigrationNextStep(
                MigrationNextAction.Run,
                plan.Steps is [var only] ? only.MigrationId : null,
                plan.Steps is [_] ? "1 migration is not applied. Run it." : $"{plan.Steps.Count} migrations are not applied. Run them.");
        }

        string what = unfinished.IsUndo ? "undo" : "apply";
        string how = unfinished switch
        {
            { State: not MigrationState.Failed } => "was interrupted. The next run",
            { Error: nameof(OperationCanceledException) or nameof(TaskCanceledException) } => "was canceled. The next run",
            _ => "failed. Fix the cause; the next run",
        };
        bool canUndo = source[unfinished.Id] is UndoableMigration;
        string then = unfinished.IsUndo
            ? "applies it again, or Undo completes the undo"
            : "retries it" + (canUndo ? ", or Undo undoes it" : "");
        return new MigrationNextStep(
            MigrationNextAction.Run, unfinished.Id, $"The last attempt to {what} migration '{unfinished.Id}' {how} {then}.")
        {
            CanUndo = canUndo,
        };
    }

    private static MigrationNextStep OtherVersion(MigrationEntry entry) => new(
        MigrationNextAction.RunOtherVersion,
        entry.Id,
        $"Migration '{entry.Id}', which this service does not have, is {entry.State}, and no run is at work. Run the version of the service that has it.");
}

namespace UserStore.Migrations.Planning;

/// <summary>Applies everything that is not applied.</summary>
internal sealed class LatestPlanner : MigrationPlanner
{
    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext situation)
        => situation.Pending.Select(entry => Steps.Of(entry, MigrationAction.Apply));
}

/// <summary>Goes forward or back by a number of migrations.</summary>
internal sealed class StepPlanner(int count) : MigrationPlanner
{
    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext situation)
    {
        (IReadOnlyList<MigrationEntry> entries, MigrationAction action) = count > 0
            ? (situation.Pending, MigrationAction.Apply)
            : (situation.Applied, MigrationAction.Undo);
        long wanted = Math.Abs((long)count);
        return wanted <= entries.Count
            ? entries.Take((int)wanted).Select(entry => Steps.Of(entry, action))
            : throw new MigrationPlanException(
                MigrationPlanError.StepOutOfRange, [], $"{action} of {wanted} migrations was asked for, but there are only {entries.Count}. Ask for fewer.");
    }
}

/// <summary>Undoes the migration that was applied last, and applies it again.</summary>
internal sealed class RedoPlanner : MigrationPlanner
{
    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext situation)
        => new StepPlanner(-1).Plan(situation).SelectMany(undo => new[] { undo, undo with { Action = MigrationAction.Apply } });
}

/// <summary>Undoes everything, and applies everything again or not.</summary>
internal sealed class RewindPlanner(bool appliesAgain) : MigrationPlanner
{
    public override bool NeedsPermission => true;

    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext situation)
    {
        IEnumerable<MigrationStep> undo = situation.Applied.Select(entry => Steps.Of(entry, MigrationAction.Undo));
        return appliesAgain ? undo.Concat(Steps.InOrder(situation.Pending.Concat(situation.Applied), MigrationAction.Apply)) : undo;
    }
}

/// <summary>Goes to a migration, forward or back, or notes that the tables are there already.</summary>
internal sealed class TargetPlanner(string migrationId, MigrationAction action) : MigrationPlanner
{
    private readonly string _migrationId = MigrationId.Check(migrationId);

    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext situation)
    {
        if (!situation.Pending.Concat(situation.Applied).Any(entry => entry.Id == _migrationId))
        {
            throw new MigrationPlanException(
                MigrationPlanError.Missing,
                [_migrationId],
                $"There is no migration '{_migrationId}'. Look up its id in the status, or add it in AddMigrations.");
        }

        IEnumerable<MigrationStep> undo = action == MigrationAction.Baseline
            ? []
            : situation.Applied.Where(entry => !IsUpToTarget(entry)).Select(entry => Steps.Of(entry, MigrationAction.Undo));
        return undo.Concat(Steps.InOrder(situation.Pending.Where(IsUpToTarget), action));
    }

    private bool IsUpToTarget(MigrationEntry entry) => string.CompareOrdinal(entry.Id, _migrationId) <= 0;
}

/// <summary>Makes steps.</summary>
internal static class Steps
{
    public static MigrationStep Of(MigrationEntry entry, MigrationAction action)
        => new(entry.Id, action) { Description = entry.Description };

    public static IEnumerable<MigrationStep> InOrder(IEnumerable<MigrationEntry> entries, MigrationAction action)
        => entries.OrderBy(entry => entry.Id, StringComparer.Ordinal).Select(entry => Of(entry, action));
}

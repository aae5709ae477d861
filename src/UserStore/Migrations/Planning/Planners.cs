namespace UserStore.Migrations.Planning;

/// <summary>Applies all pending migrations.</summary>
internal sealed class LatestPlanner : MigrationPlanner
{
    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext context)
        => context.Pending.Select(entry => Steps.Of(entry, MigrationAction.Apply));
}

/// <summary>Applies or undoes a number of migrations.</summary>
internal sealed class StepPlanner(int count) : MigrationPlanner
{
    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext context)
    {
        (IReadOnlyList<MigrationEntry> entries, MigrationAction action) = count > 0
            ? (context.Pending, MigrationAction.Apply)
            : (context.Applied, MigrationAction.Undo);
        long steps = Math.Abs((long)count);
        return steps <= entries.Count
            ? entries.Take((int)steps).Select(entry => Steps.Of(entry, action))
            : throw new MigrationPlanException(
                MigrationPlanError.StepOutOfRange, [], $"{action} of {steps} migrations was requested, but there are only {entries.Count}. Request fewer.");
    }
}

/// <summary>Undoes the newest migration, and applies it again.</summary>
internal sealed class RedoPlanner : MigrationPlanner
{
    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext context)
        => new StepPlanner(-1).Plan(context).SelectMany(undo => new[] { undo, undo with { Action = MigrationAction.Apply } });
}

/// <summary>Undoes all migrations, and optionally applies all of them again.</summary>
internal sealed class RewindPlanner(bool appliesAgain) : MigrationPlanner
{
    public override bool NeedsPermission => true;

    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext context)
    {
        IEnumerable<MigrationStep> undo = context.Applied.Select(entry => Steps.Of(entry, MigrationAction.Undo));
        IEnumerable<MigrationEntry> all = context.Pending.UnionBy(context.Applied, entry => entry.Id, StringComparer.Ordinal);
        return appliesAgain ? undo.Concat(Steps.InOrder(all, MigrationAction.Apply)) : undo;
    }
}

/// <summary>Applies and undoes migrations up to a target, or records them as applied.</summary>
internal sealed class TargetPlanner(string migrationId, MigrationAction action) : MigrationPlanner
{
    private readonly string _migrationId = MigrationId.Check(migrationId);

    public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext context)
    {
        if (!context.Pending.Concat(context.Applied).Any(entry => entry.Id == _migrationId))
        {
            throw new MigrationPlanException(
                MigrationPlanError.Missing,
                [_migrationId],
                $"There is no migration '{_migrationId}'. Look up its id in the status, or register it in AddMigrations.");
        }

        IEnumerable<MigrationStep> undo = action == MigrationAction.Baseline
            ? []
            : context.Applied.Where(entry => !IsUpToTarget(entry)).Select(entry => Steps.Of(entry, MigrationAction.Undo));
        return undo.Concat(Steps.InOrder(context.Pending.Where(IsUpToTarget), action));
    }

    private bool IsUpToTarget(MigrationEntry entry) => string.CompareOrdinal(entry.Id, _migrationId) <= 0;
}

/// <summary>Creates steps.</summary>
internal static class Steps
{
    public static MigrationStep Of(MigrationEntry entry, MigrationAction action)
        => new(entry.Id, action) { Description = entry.Description };

    public static IEnumerable<MigrationStep> InOrder(IEnumerable<MigrationEntry> entries, MigrationAction action)
        => entries.OrderBy(entry => entry.Id, StringComparer.Ordinal).Select(entry => Of(entry, action));
}

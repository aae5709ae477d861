namespace UserStore.Migrations.Planning;

/// <summary>Creates a plan from the migrations of the service and the journal, and validates all of it before any of it runs.</summary>
internal sealed class PlanRules(MigrationSource source, MigrationOptions options)
{
    private readonly List<string> _warnings = [];

    /// <exception cref="MigrationDirtyException">A migration was interrupted and must be repaired.</exception>
    /// <exception cref="MigrationPlanException">The plan is rejected.</exception>
    public MigrationPlan Plan(MigrationPlanner planner, IReadOnlyList<MigrationEntry> journal)
    {
        MigrationEntry[] entries = [.. journal.OrderBy(entry => entry.Id, StringComparer.Ordinal)];
        if (Array.Find(entries, entry => entry.IsDirty && source.Has(entry.Id)) is { } dirty)
            throw new MigrationDirtyException(dirty);
        CheckRevisions(entries);
        if (planner.NeedsPermission && !options.AllowReset)
        {
            throw new MigrationPlanException(
                MigrationPlanError.NotPermitted,
                [],
                "All migrations would be undone, which is not permitted. If that is intended, set MigrationOptions.AllowReset.");
        }

        var order = new UndoOrder(entries);
        MigrationStep[] steps = [.. planner.Plan(ToContext(entries, order))];
        CheckMissing(entries, steps.Length == 0);
        string[] late = new StepRules(source, options, entries, order).Check(steps);
        if (late.Length > 0)
        {
            Apply(
                options.OutOfOrder,
                MigrationPlanError.OutOfOrder,
                late,
                $"{List(late)} not applied, but later ones are. Give {(late.Length == 1 ? "it a later id" : "them later ids")}, or set "
                    + "MigrationOptions.OutOfOrder if the order makes no difference.");
        }

        return new MigrationPlan(steps, [.. _warnings]);
    }

    /// <summary>Checks that migrations have the revision that was applied.</summary>
    /// <exception cref="MigrationPlanException">Some have another.</exception>
    public void CheckRevisions(IReadOnlyList<MigrationEntry> journal)
    {
        string[] changed = [.. journal.Where(entry => entry is { State: MigrationState.Applied, Revision: { } revision }
            && source.Has(entry.Id) && source[entry.Id].Revision is { } now && now != revision).Select(entry => entry.Id)];
        if (changed.Length > 0)
        {
            throw new MigrationPlanException(
                MigrationPlanError.RevisionChanged,
                changed,
                $"{List(changed)} applied with another revision than the service has now. Make the change in a new migration, or, if it makes no "
                    + "difference, accept the revision by a repair.");
        }
    }

    private MigrationPlanningContext ToContext(MigrationEntry[] entries, UndoOrder order)
    {
        var byId = entries.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        MigrationEntry[] own = [.. source.Ids.Select(
            id => (byId.GetValueOrDefault(id) ?? new MigrationEntry { Id = id }) with { Description = source[id].Description })];
        MigrationEntry[] undoable = [.. own.Where(entry => order.Contains(entry.Id))
            .OrderByDescending(entry => entry.IsPartlyUndone)
            .ThenByDescending(entry => entry.Id, Comparer<string>.Create(order.Compare))];
        return new MigrationPlanningContext(
            [
                .. undoable.Where(entry => entry.IsPartlyUndone),
                .. own.Where(entry => entry.State != MigrationState.Applied && !entry.IsPartlyUndone),
            ],
            undoable);
    }

    // An earlier version of the service that has nothing to do may start: otherwise rolling a service back would be an outage.
    private void CheckMissing(MigrationEntry[] entries, bool isIdle)
    {
        MigrationEntry[] missing = [.. entries.Where(entry => !source.Has(entry.Id)
            && (entry.State == MigrationState.Applied || entry.IsUnfinished) && !IsReplaced(entry, entries))];
        if (missing.Length == 0)
            return;
        if (!isIdle && Array.Find(missing, entry => entry.IsInProgress) is { } interrupted)
            throw new MigrationDirtyException(interrupted);
        if (!isIdle && Array.Find(missing, entry => entry.IsUnfinished) is { } unfinished)
        {
            throw new MigrationPlanException(
                MigrationPlanError.Unfinished,
                [unfinished.Id],
                $"The last attempt of migration '{unfinished.Id}', which this service does not have, did not complete. Run the version that has it.");
        }

        string[] ids = [.. missing.Select(entry => entry.Id)];
        Apply(
            isIdle && options.Missing == MigrationPolicy.Deny ? MigrationPolicy.Warn : options.Missing,
            MigrationPlanError.Missing,
            ids,
            $"{List(ids)} in the journal, but this service does not have {(ids.Length == 1 ? "it" : "them")}. Run a version that does, or set "
                + "MigrationOptions.Missing if earlier versions may run alongside later ones.");
    }

    private bool IsReplaced(MigrationEntry missing, MigrationEntry[] entries)
    {
        if (source.Ids.FirstOrDefault(id => source[id].Replaces == missing.Id) is not { } replacement)
            return false;
        if (!Array.Exists(entries, entry => entry.Id == replacement && entry.State == MigrationState.Applied))
        {
            _warnings.Add($"Migration '{replacement}' replaces '{missing.Id}' of an earlier version, which keeps reservations in another table. Stop all "
                + "services of that version before the run: together, both versions can give one value to two users.");
        }

        return true;
    }

    private void Apply(MigrationPolicy policy, MigrationPlanError problem, string[] ids, string message)
    {
        if (policy == MigrationPolicy.Deny)
            throw new MigrationPlanException(problem, ids, message);
        if (policy == MigrationPolicy.Warn)
            _warnings.Add(message);
    }

    private static string List(string[] ids)
        => $"Migration{(ids.Length == 1 ? "" : "s")} '{string.Join("', '", ids)}' {(ids.Length == 1 ? "is" : "are")}";
}

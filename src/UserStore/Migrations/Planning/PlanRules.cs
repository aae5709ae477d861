namespace UserStore.Migrations.Planning;

/// <summary>Creates a plan from the migrations of the service and the journal, and validates all of it before any of it runs.</summary>
internal sealed class PlanRules(MigrationSource source, MigrationOptions options)
{
    private readonly List<string> _warnings = [];

    /// <exception cref="MigrationDirtyException">A migration was interrupted.</exception>
    /// <exception cref="MigrationPlanException">The plan is rejected.</exception>
    public MigrationPlan Plan(MigrationPlanner planner, IReadOnlyList<MigrationEntry> journal)
    {
        if (journal.OrderBy(entry => entry.Id, StringComparer.Ordinal).FirstOrDefault(entry => entry.IsDirty) is { } dirty)
            throw new MigrationDirtyException(dirty);
        MigrationEntry[] applied = [.. journal.Where(entry => entry.State == MigrationState.Applied)
            .OrderByDescending(entry => entry.Sequence).ThenByDescending(entry => entry.Id, StringComparer.Ordinal)];
        CheckMissing(applied);
        CheckRevisions(applied);
        if (planner.NeedsPermission && !options.AllowReset)
        {
            throw new MigrationPlanException(
                MigrationPlanError.NotPermitted,
                [],
                "All migrations would be undone, which is not permitted. If that is intended, set MigrationOptions.AllowReset.");
        }

        var done = applied.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        var byId = journal.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        MigrationEntry[] pending = [.. source.Ids.Where(id => !done.Contains(id)).Select(id => Describe(byId.GetValueOrDefault(id), id))];
        MigrationStep[] steps = [.. planner.Plan(new MigrationPlanningContext(
            pending, [.. applied.Where(entry => source.Has(entry.Id)).Select(entry => Describe(entry, entry.Id))]))];
        Check(steps, done);
        return new MigrationPlan(steps, [.. _warnings]);
    }

    private MigrationEntry Describe(MigrationEntry? entry, string id)
        => (entry ?? new MigrationEntry { Id = id }) with { Description = source[id].Description };

    private void CheckMissing(MigrationEntry[] applied)
    {
        string[] missing = [.. applied.Select(entry => entry.Id).Where(id => !source.Has(id)).Order(StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            Apply(
                options.Missing,
                MigrationPlanError.Missing,
                missing,
                $"{List(missing)} applied, but this service does not have {(missing.Length == 1 ? "it" : "them")}. Run a version that does, "
                    + "or set MigrationOptions.Missing if earlier versions may run alongside later ones.");
        }
    }

    private void CheckRevisions(MigrationEntry[] applied)
    {
        string[] changed = [.. applied.Where(entry => entry.Revision is { } revision && source.Has(entry.Id)
            && source[entry.Id].Revision is { } now && now != revision).Select(entry => entry.Id)];
        if (changed.Length > 0)
        {
            throw new MigrationPlanException(
                MigrationPlanError.RevisionChanged,
                changed,
                $"{List(changed)} applied with another revision than the service has now. Make the change in a new migration, or, if it makes no "
                    + "difference, accept the revision by a repair.");
        }
    }

    private void Check(MigrationStep[] steps, HashSet<string> done)
    {
        var undone = new HashSet<string>(StringComparer.Ordinal);
        var late = new List<string>();
        foreach (MigrationStep step in steps)
        {
            string id = step.MigrationId;
            if (!source.Has(id) || done.Contains(id) != (step.Action == MigrationAction.Undo))
            {
                throw new MigrationPlanException(
                    MigrationPlanError.Missing,
                    [id],
                    $"The planner returned {step.Action} of migration '{id}', "
                        + (source.Has(id) ? $"which is {(done.Contains(id) ? "already" : "not")} applied." : "which this service does not have."));
            }

            if (step.Action == MigrationAction.Undo)
            {
                if (source[id] is not UndoableMigration)
                {
                    throw new MigrationPlanException(
                        MigrationPlanError.NotUndoable,
                        [id],
                        $"Migration '{id}' cannot be undone: it does not derive from UndoableMigration. Nothing was undone. Reverse it in a new "
                            + "migration.");
                }

                done.Remove(id);
                undone.Add(id);
                continue;
            }

            if (step.Action == MigrationAction.Apply && !undone.Contains(id)
                && done.Any(other => string.CompareOrdinal(other, id) > 0))
            {
                late.Add(id);
            }

            done.Add(id);
        }

        if (late.Count > 0)
        {
            Apply(
                options.OutOfOrder,
                MigrationPlanError.OutOfOrder,
                [.. late],
                $"{List(late)} not applied, but later ones are. Give {(late.Count == 1 ? "it a later id" : "them later ids")}, or set "
                    + "MigrationOptions.OutOfOrder if the order makes no difference.");
        }
    }

    private void Apply(MigrationPolicy policy, MigrationPlanError problem, string[] ids, string message)
    {
        if (policy == MigrationPolicy.Deny)
            throw new MigrationPlanException(problem, ids, message);
        if (policy == MigrationPolicy.Warn)
            _warnings.Add(message);
    }

    private static string List(IReadOnlyList<string> ids)
        => $"Migration{(ids.Count == 1 ? "" : "s")} '{string.Join("', '", ids)}' {(ids.Count == 1 ? "is" : "are")}";
}

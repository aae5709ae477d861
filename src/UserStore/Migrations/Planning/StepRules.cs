namespace UserStore.Migrations.Planning;

/// <summary>Validates the steps of a plan one after the other, each against the state that those before it lead to.</summary>
internal sealed class StepRules
{
    private readonly MigrationSource _source;
    private readonly MigrationOptions _options;
    private readonly UndoOrder _order;
    private readonly string[] _unknown;
    private readonly HashSet<string> _applied;
    private readonly Dictionary<string, MigrationEntry> _unfinished;

    /// <param name="source">The migrations of the service.</param>
    /// <param name="options">The options.</param>
    /// <param name="entries">The journal, in the order of the ids.</param>
    /// <param name="order">The order in which the entries are undone, which the steps change.</param>
    public StepRules(MigrationSource source, MigrationOptions options, IReadOnlyList<MigrationEntry> entries, UndoOrder order)
    {
        (_source, _options, _order) = (source, options, order);
        _unknown = [.. entries.Select(entry => entry.Id).Where(id => !source.Has(id) && _order.Contains(id))];
        _applied = entries.Where(entry => source.Has(entry.Id) && entry.State == MigrationState.Applied).Select(entry => entry.Id)
            .ToHashSet(StringComparer.Ordinal);
        _unfinished = entries.Where(entry => source.Has(entry.Id) && entry.IsUnfinished).ToDictionary(entry => entry.Id, StringComparer.Ordinal);
    }

    /// <summary>Checks the steps.</summary>
    /// <returns>The migrations that are applied although later ones already are.</returns>
    /// <exception cref="MigrationPlanException">A step is not possible.</exception>
    public string[] Check(IReadOnlyList<MigrationStep> steps)
    {
        var undone = new HashSet<string>(StringComparer.Ordinal);
        var late = new List<string>();
        foreach (MigrationStep step in steps)
        {
            string id = step.MigrationId;
            bool isUndo = step.Action == MigrationAction.Undo;
            if (!_source.Has(id) || (isUndo ? !_applied.Contains(id) && !_unfinished.ContainsKey(id) : _applied.Contains(id)))
            {
                throw new MigrationPlanException(
                    MigrationPlanError.Missing,
                    [id],
                    $"The planner returned {step.Action} of migration '{id}', "
                        + (_source.Has(id) ? $"which is {(isUndo ? "not" : "already")} applied." : "which this service does not have."));
            }

            ThrowIfPassedOver(id, _unfinished.Values.FirstOrDefault(other => other.Id != id && IsBefore(other, id, isUndo))?.Id);
            if (isUndo)
            {
                CheckUndo(id);
                undone.Add(id);
                _applied.Remove(id);
                _order.Remove(id);
            }
            else
            {
                ThrowIfUnfinishedBaseline(step);
                // One that was applied before keeps its place.
                bool isNew = !undone.Contains(id) && _unfinished.GetValueOrDefault(id)?.Sequence is null or 0;
                if (step.Action == MigrationAction.Apply && isNew && _applied.Concat(_unfinished.Keys).Any(other => IsLater(other, id)))
                    late.Add(id);
                _applied.Add(id);
                _order.Add(id);
            }

            _unfinished.Remove(id);
        }

        return [.. late];
    }

    // A partly undone migration comes before all others; then those above are undone first, and those with lower ids applied first.
    private bool IsBefore(MigrationEntry unfinished, string id, bool isUndo)
    {
        if (_unfinished.TryGetValue(id, out MigrationEntry? own) && own.IsPartlyUndone)
            return unfinished.IsPartlyUndone && _order.IsAbove(unfinished.Id, id);
        return unfinished.IsPartlyUndone || (isUndo ? _order.IsAbove(unfinished.Id, id) : IsLater(id, unfinished.Id));
    }

    private void CheckUndo(string id)
    {
        // What this service does not have may depend on any migration that was applied before it, whatever its id.
        string? above = Array.Find(_unknown, other => _order.IsAbove(other, id))
            ?? _applied.FirstOrDefault(other => _order.IsAbove(other, id) && IsLater(other, id));
        if (above is not null)
        {
            string whose = _source.Has(above) ? "Undo it first." : "This service does not have it: run the version that does, and undo it first.";
            throw new MigrationPlanException(
                MigrationPlanError.LaterApplied,
                [id],
                $"Migration '{id}' cannot be undone, because migration '{above}' was applied after it. {whose}");
        }

        if (_source[id] is not UndoableMigration)
        {
            throw new MigrationPlanException(
                MigrationPlanError.NotUndoable,
                [id],
                $"Migration '{id}' cannot be undone: it does not derive from UndoableMigration. Nothing was undone. "
                    + (_unfinished.ContainsKey(id)
                        ? "Its last attempt did not complete: run it again, or set its state by a repair."
                        : "Reverse it in a new migration."));
        }

        if (_source[id].UndoDeletesUsers && !_options.AllowReset)
        {
            throw new MigrationPlanException(
                MigrationPlanError.NotPermitted,
                [id],
                $"Undoing migration '{id}' would delete the tables with all users, which is not permitted. If that is intended, set "
                    + "MigrationOptions.AllowReset.");
        }
    }

    private void ThrowIfUnfinishedBaseline(MigrationStep step)
    {
        string id = step.MigrationId;
        if (step.Action != MigrationAction.Baseline || !_unfinished.ContainsKey(id))
            return;
        throw new MigrationPlanException(
            MigrationPlanError.Unfinished,
            [id],
            $"The last attempt of migration '{id}' did not complete, so that it cannot be recorded as applied by a baseline. Use the repair "
                + "MarkApplied if it is.");
    }

    private void ThrowIfPassedOver(string id, string? unfinished)
    {
        if (unfinished is null)
            return;
        string what = _unfinished[unfinished].IsUndo ? "undone" : "applied";
        throw new MigrationPlanException(
            MigrationPlanError.Unfinished,
            [unfinished],
            $"Migration '{unfinished}' was not completely {what}, and must be completed before migration '{id}'. Apply it with Latest, undo it with "
                + "Undo, or set its state by a repair.");
    }

    private static bool IsLater(string id, string other) => string.CompareOrdinal(id, other) > 0;
}

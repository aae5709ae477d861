namespace UserStore.Migrations.Planning;

/// <summary>Validates the steps of a plan one after the other, each against the state that those before it lead to.</summary>
internal sealed class StepRules
{
    private readonly MigrationSource _source;
    private readonly MigrationOptions _options;
    private readonly MigrationEntry[] _unknown;
    private readonly Dictionary<string, long> _applied;
    private readonly Dictionary<string, MigrationEntry> _unfinished;

    /// <param name="source">The migrations of the service.</param>
    /// <param name="options">The options.</param>
    /// <param name="entries">The journal, in the order of the ids.</param>
    public StepRules(MigrationSource source, MigrationOptions options, IReadOnlyList<MigrationEntry> entries)
    {
        (_source, _options) = (source, options);
        _unknown = [.. entries.Where(entry => !source.Has(entry.Id) && (entry.State == MigrationState.Applied || entry.IsUnfinished))];
        _applied = entries.Where(entry => source.Has(entry.Id) && entry.State == MigrationState.Applied)
            .ToDictionary(entry => entry.Id, entry => entry.Sequence, StringComparer.Ordinal);
        _unfinished = entries.Where(entry => source.Has(entry.Id) && entry.IsUnfinished).ToDictionary(entry => entry.Id, StringComparer.Ordinal);
    }

    /// <summary>Checks the steps.</summary>
    /// <returns>The migrations that are applied although later ones already are.</returns>
    /// <exception cref="MigrationPlanException">A step is not possible.</exception>
    public string[] Check(IReadOnlyList<MigrationStep> steps)
    {
        var undone = new HashSet<string>(StringComparer.Ordinal);
        var late = new List<string>();
        long sequence = _applied.Values.Append(0).Max();
        foreach (MigrationStep step in steps)
        {
            string id = step.MigrationId;
            bool isUndo = step.Action == MigrationAction.Undo;
            if (!_source.Has(id) || (isUndo ? !_applied.ContainsKey(id) && !_unfinished.ContainsKey(id) : _applied.ContainsKey(id)))
            {
                throw new MigrationPlanException(
                    MigrationPlanError.Missing,
                    [id],
                    $"The planner returned {step.Action} of migration '{id}', "
                        + (_source.Has(id) ? $"which is {(isUndo ? "not" : "already")} applied." : "which this service does not have."));
            }

            if (isUndo)
            {
                CheckUndo(id);
                undone.Add(id);
                _applied.Remove(id);
            }
            else
            {
                CheckApply(step);
                if (step.Action == MigrationAction.Apply && !undone.Contains(id)
                    && _applied.Keys.Concat(_unfinished.Keys).Any(other => IsLater(other, id)))
                {
                    late.Add(id);
                }

                _applied[id] = ++sequence;
            }

            _unfinished.Remove(id);
        }

        return [.. late];
    }

    private void CheckUndo(string id)
    {
        (long, string) position = PositionOf(id);
        ThrowIfPassedOver(id, _unfinished.Values.FirstOrDefault(other => other.Id != id && IsAbove((other.Order, other.Id), position))?.Id);
        if (FindAbove(id) is { } later)
        {
            string whose = _source.Has(later) ? "Undo it first." : "This service does not have it: run the version that does, and undo it first.";
            throw new MigrationPlanException(
                MigrationPlanError.LaterApplied,
                [id],
                $"Migration '{id}' cannot be undone, because migration '{later}' was applied after it. {whose}");
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

    private void CheckApply(MigrationStep step)
    {
        string id = step.MigrationId;
        ThrowIfPassedOver(id, _unfinished.Keys.FirstOrDefault(other => IsLater(id, other)));
        if (step.Action == MigrationAction.Baseline && _unfinished.ContainsKey(id))
        {
            throw new MigrationPlanException(
                MigrationPlanError.Unfinished,
                [id],
                $"The last attempt of migration '{id}' did not complete, so that it cannot be recorded as applied by a baseline. Use the repair "
                    + "MarkApplied if it is.");
        }
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

    // Migrations that another program applied have no order but their ids. What this service does not have may depend on any migration that was
    // applied before it, whatever its id.
    private string? FindAbove(string id)
    {
        (long Order, string) position = PositionOf(id);
        return Array.Find(_unknown, entry => IsAbove((entry.Order, entry.Id), position))?.Id
            ?? _applied.FirstOrDefault(other => other.Value >= position.Order && IsLater(other.Key, id)).Key;
    }

    private (long Order, string Id) PositionOf(string id) => (_applied.TryGetValue(id, out long sequence) ? sequence : _unfinished[id].Order, id);

    private static bool IsAbove((long Order, string Id) one, (long Order, string Id) other)
        => one.Order > other.Order || (one.Order == other.Order && IsLater(one.Id, other.Id));

    private static bool IsLater(string id, string other) => string.CompareOrdinal(id, other) > 0;
}

using System.Collections.Immutable;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;

namespace UserStore.Tests.Migrations.Exploration;

/// <summary>What the tables contain, and what has really happened to the things that the migrations change.</summary>
internal sealed record ModelState
{
    public ImmutableSortedDictionary<string, MigrationEntry> Entries { get; init; } = ImmutableSortedDictionary<string, MigrationEntry>.Empty;

    public LockRow? Lock { get; init; }

    /// <summary>Gets the migrations that are applied at least in part, in the order of their application; <see langword="true"/> if
    /// completely.</summary>
    public ImmutableList<(string Id, bool IsComplete)> Effects { get; init; } = [];

    /// <summary>Gets the migrations whose attempt was interrupted and that nobody has repaired since.</summary>
    public ImmutableSortedSet<string> Interrupted { get; init; } = [];

    /// <summary>Gets the migrations whose state a person has set, so that the journal may differ from what has happened.</summary>
    public ImmutableSortedSet<string> Asserted { get; init; } = [];

    public bool HasEffect(string id) => Effects.Exists(effect => effect.Id == id);

    public ModelState With(string id, bool isComplete)
        => this with { Effects = Effects.RemoveAll(effect => effect.Id == id).Add((id, isComplete)) };

    public ModelState Without(string id) => this with { Effects = Effects.RemoveAll(effect => effect.Id == id) };

    /// <summary>Returns the state after an entry was recorded. A baseline and a repair assert what the model cannot check; a completed step makes
    /// the journal and what has happened agree again.</summary>
    public ModelState WithEntry(MigrationEntry entry)
    {
        MigrationEntry? old = Entries.GetValueOrDefault(entry.Id);
        bool isAssertion = entry.Repairs.Count > (old?.Repairs.Count ?? 0)
            || (entry.State == MigrationState.Applied && !entry.IsUndo && old?.IsInProgress != true);
        bool agrees = entry.State == MigrationState.Applied
            ? Effects.Contains((entry.Id, true))
            : entry.State == MigrationState.Undone && !HasEffect(entry.Id);
        return this with
        {
            Entries = Entries.SetItem(entry.Id, entry),
            Interrupted = entry.IsInProgress ? Interrupted : Interrupted.Remove(entry.Id),
            Asserted = isAssertion ? Asserted.Add(entry.Id) : agrees ? Asserted.Remove(entry.Id) : Asserted,
        };
    }

    /// <summary>Returns a string that is the same for states between which no run can distinguish.</summary>
    public string ToKey()
    {
        string[] order = [.. Entries.Values.Where(entry => entry.Sequence > 0).OrderBy(entry => entry.Sequence).Select(entry => entry.Id)];
        IEnumerable<string> entries = Entries.Values.Select(entry =>
            $"{entry.Id}:{entry.State},{entry.IsUndo},{entry.InterruptionPolicy},{Array.IndexOf(order, entry.Id)},{Math.Min(entry.Execution, 1)}");
        return string.Join(' ', entries) + $" | {Lock?.IsHeld} | {string.Join(' ', Effects)} | {string.Join(' ', Interrupted)} | "
            + string.Join(' ', Asserted);
    }
}

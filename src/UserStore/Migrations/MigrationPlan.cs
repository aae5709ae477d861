namespace UserStore.Migrations;

/// <summary>Represents the steps of a run, in order.</summary>
/// <param name="Steps">The steps; empty if there is nothing to do.</param>
/// <param name="Warnings">Possible mistakes that the options allow, and what must be done before the run.</param>
public sealed record MigrationPlan(IReadOnlyList<MigrationStep> Steps, IReadOnlyList<string> Warnings)
{
    /// <summary>Gets a value indicating whether this plan is the result of a dry run: created without the lock, so that it may be out of
    /// date.</summary>
    public bool IsAdvisory { get; init; }

    /// <summary>Gets the changes that a dry run recorded, in order: the first 1,000.</summary>
    public IReadOnlyList<RecordedRequest> Requests { get; init; } = [];

    /// <summary>Gets the number of changes that a dry run recorded, including those that <see cref="Requests"/> omits.</summary>
    public long RequestCount { get; init; }
}

/// <summary>Represents one step of a plan.</summary>
/// <param name="MigrationId">The migration.</param>
/// <param name="Action">The action on the migration.</param>
public sealed record MigrationStep(string MigrationId, MigrationAction Action)
{
    /// <summary>Gets the description of the migration, for people.</summary>
    public string? Description { get; init; }
}

/// <summary>Specifies an action on a migration.</summary>
public enum MigrationAction
{
    /// <summary>Applies the migration.</summary>
    Apply,

    /// <summary>Undoes the migration.</summary>
    Undo,

    /// <summary>Records the migration as applied without running it.</summary>
    Baseline,
}

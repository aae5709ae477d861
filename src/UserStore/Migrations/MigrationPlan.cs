namespace UserStore.Migrations;

/// <summary>What a run does, in this order.</summary>
/// <param name="Steps">The steps; empty when there is nothing to do.</param>
/// <param name="Warnings">What was allowed by options and may be a mistake.</param>
public sealed record MigrationPlan(IReadOnlyList<MigrationStep> Steps, IReadOnlyList<string> Warnings)
{
    /// <summary>Gets a value indicating whether this is the result of a dry run: made without the lock, so that it may be out of
    /// date.</summary>
    public bool IsAdvisory { get; init; }

    /// <summary>Gets the changes that a dry run would have requested, in order: the first 1,000.</summary>
    public IReadOnlyList<RecordedRequest> Requests { get; init; } = [];

    /// <summary>Gets how many changes a dry run would have requested, those included that <see cref="Requests"/> leaves out.</summary>
    public long RequestCount { get; init; }
}

/// <summary>One step of a plan.</summary>
/// <param name="MigrationId">The migration.</param>
/// <param name="Action">What happens to it.</param>
public sealed record MigrationStep(string MigrationId, MigrationAction Action)
{
    /// <summary>Gets what the migration does, for people.</summary>
    public string? Description { get; init; }
}

/// <summary>What happens to a migration.</summary>
public enum MigrationAction
{
    /// <summary>It is applied.</summary>
    Apply,

    /// <summary>It is undone.</summary>
    Undo,

    /// <summary>It is noted as applied without being run.</summary>
    Baseline,
}

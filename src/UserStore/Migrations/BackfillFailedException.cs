namespace UserStore.Migrations;

/// <summary>Thrown when a backfill met more items that it cannot change than it may.</summary>
public sealed class BackfillFailedException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="BackfillFailedException"/> class.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="backfill">The name of the backfill.</param>
    /// <param name="poison">The items, as far as they were recorded.</param>
    /// <param name="innerException">Why the last of them cannot be changed.</param>
    public BackfillFailedException(
        string migrationId, string backfill, IReadOnlyList<PoisonItem> poison, Exception? innerException = null)
        : base(migrationId, Describe(migrationId, backfill, poison), innerException)
        => (Backfill, Poison) = (backfill, poison);

    /// <summary>Gets the name of the backfill.</summary>
    public string Backfill { get; }

    /// <summary>Gets the items that cannot be changed, as far as they were recorded.</summary>
    public IReadOnlyList<PoisonItem> Poison { get; }

    private static string Describe(string migrationId, string backfill, IReadOnlyList<PoisonItem> poison)
    {
        ArgumentNullException.ThrowIfNull(poison);
        return $"Backfill '{backfill}' of migration '{migrationId}' met {poison.Count} items that it cannot change, more than it may. "
            + "BackfillFailedException.Poison and the checkpoints name them. Correct them or the transform, or allow more.";
    }
}

namespace UserStore.Migrations;

/// <summary>Thrown when a backfill encounters more poison items than <see cref="BackfillOptions.MaxPoisonItems"/>.</summary>
public sealed class BackfillFailedException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="BackfillFailedException"/> class.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="backfill">The name of the backfill.</param>
    /// <param name="poison">The poison items that were recorded.</param>
    /// <param name="innerException">The failure of the last one.</param>
    public BackfillFailedException(
        string migrationId, string backfill, IReadOnlyList<PoisonItem> poison, Exception? innerException = null)
        : base(migrationId, Describe(migrationId, backfill, poison), innerException)
        => (Backfill, Poison) = (backfill, poison);

    /// <summary>Gets the name of the backfill.</summary>
    public string Backfill { get; }

    /// <summary>Gets the poison items that were recorded.</summary>
    public IReadOnlyList<PoisonItem> Poison { get; }

    private static string Describe(string migrationId, string backfill, IReadOnlyList<PoisonItem> poison)
    {
        ArgumentNullException.ThrowIfNull(poison);
        return $"Backfill '{backfill}' of migration '{migrationId}' encountered {poison.Count} items that it cannot change, more than "
            + "BackfillOptions.MaxPoisonItems. BackfillFailedException.Poison, IMigrationRunner.GetPoisonItemsAsync and 'migrate poison' list them. "
            + "Correct the items or the transform, or increase the maximum.";
    }
}

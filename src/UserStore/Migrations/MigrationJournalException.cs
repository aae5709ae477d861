namespace UserStore.Migrations;

/// <summary>Thrown when the journal contains data that this version does not support.</summary>
public sealed class MigrationJournalException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationJournalException"/> class.</summary>
    /// <param name="tableName">The table.</param>
    /// <param name="rowId">The id of the row.</param>
    /// <param name="problem">The problem and its remedy, as the rest of a sentence.</param>
    public MigrationJournalException(string tableName, string rowId, string problem)
        : base(null, $"Row '{rowId}' of table '{tableName}' {problem}", null)
        => (TableName, RowId) = (tableName, rowId);

    /// <summary>Gets the table.</summary>
    public string TableName { get; }

    /// <summary>Gets the id of the row.</summary>
    public string RowId { get; }
}

namespace UserStore.Migrations;

/// <summary>Thrown when the journal, the lock or a checkpoint holds something that this version does not know.</summary>
public sealed class MigrationJournalException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationJournalException"/> class.</summary>
    /// <param name="tableName">The table.</param>
    /// <param name="rowId">The id of the row.</param>
    /// <param name="problem">What is wrong and what to do about it, as the rest of a sentence.</param>
    public MigrationJournalException(string tableName, string rowId, string problem)
        : base(null, $"Row '{rowId}' of table '{tableName}' {problem}", null)
        => (TableName, RowId) = (tableName, rowId);

    /// <summary>Gets the table.</summary>
    public string TableName { get; }

    /// <summary>Gets the id of the row.</summary>
    public string RowId { get; }
}

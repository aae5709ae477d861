namespace UserStore;

/// <summary>Thrown when a table or index is missing or different from the model, or an item cannot be read as a user.</summary>
public sealed class UserStoreSchemaException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserStoreSchemaException"/> class.</summary>
    /// <param name="tableName">The table, with its prefix.</param>
    /// <param name="indexName">The index, as it is called in the table; <see langword="null"/> when the table itself is meant.</param>
    /// <param name="problem">What is wrong and what to do about it, as sentences.</param>
    /// <param name="innerException">The error the database reported, if one did.</param>
    public UserStoreSchemaException(string tableName, string? indexName, string problem, Exception? innerException = null)
        : base(
            indexName is null ? $"Table '{tableName}': {problem}" : $"Index '{indexName}' of table '{tableName}': {problem}",
            innerException)
        => (TableName, IndexName) = (tableName, indexName);

    /// <summary>Gets the table, with its prefix.</summary>
    public string TableName { get; }

    /// <summary>Gets the index, as it is called in the table; <see langword="null"/> when the table itself is meant.</summary>
    public string? IndexName { get; }
}

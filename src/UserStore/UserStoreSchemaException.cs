namespace UserStore;

/// <summary>Thrown when a table or index does not exist or differs from its definition, or an item cannot be read as a user.</summary>
public sealed class UserStoreSchemaException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserStoreSchemaException"/> class.</summary>
    /// <param name="tableName">The table, with its prefix.</param>
    /// <param name="indexName">The name of the index in the table; <see langword="null"/> if the problem concerns the table itself.</param>
    /// <param name="problem">The problem and its remedy, as the rest of a sentence about the table or index: <c>does not exist. Create
    /// it.</c></param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserStoreSchemaException(string tableName, string? indexName, string problem, Exception? innerException = null)
        : base(
            indexName is null ? $"Table '{tableName}': {problem}" : $"Index '{indexName}' of table '{tableName}': {problem}",
            innerException)
        => (TableName, IndexName, TableNames) = (tableName, indexName, [tableName]);

    /// <summary>Gets the table, with its prefix.</summary>
    public string TableName { get; }

    /// <summary>Gets the name of the index in the table; <see langword="null"/> if the problem concerns the table itself.</summary>
    public string? IndexName { get; }

    /// <summary>Gets the key of the user whose item cannot be read.</summary>
    /// <value><see langword="null"/> if the problem concerns the table or an index, or if the key itself cannot be read.</value>
    public UserKey? Key { get; init; }

    /// <summary>Gets the attribute that cannot be read.</summary>
    /// <value><see langword="null"/> if the problem concerns the table or an index, or if no single attribute causes it.</value>
    public string? AttributeName { get; init; }

    /// <summary>Gets a value indicating whether the call applied its write, although the written item cannot be read.</summary>
    /// <value>The default is <see langword="false"/>. If <see langword="true"/>, do not repeat the call: a patch has changed the user, and
    /// a delete has deleted it.</value>
    public bool WasApplied { get; init; }

    /// <summary>Gets the type of the exception that reading the item caused.</summary>
    internal string? UnreadableBecause { get; init; }
}

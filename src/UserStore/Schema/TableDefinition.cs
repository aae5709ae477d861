namespace UserStore.Schema;

/// <summary>A table as it should be.</summary>
/// <param name="Name">Its name, with the prefix.</param>
/// <param name="PartitionKey">Its partition key.</param>
/// <param name="SortKey">Its sort key, if it has one.</param>
/// <param name="Indexes">Its global secondary indexes, which hold all attributes.</param>
public sealed record TableDefinition(
    string Name, KeyDefinition PartitionKey, KeyDefinition? SortKey, IReadOnlyList<IndexDefinition> Indexes)
{
    /// <summary>Gets the attribute with the epoch second in which an item may be removed; <see langword="null"/> when items stay.</summary>
    public string? TimeToLiveAttribute { get; init; }

    /// <summary>Gets what its stream tells.</summary>
    public TableStreamViewType StreamViewType { get; init; }
}

/// <summary>A global secondary index as it should be.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="PartitionKey">Its partition key.</param>
/// <param name="SortKey">Its sort key, if it has one.</param>
public sealed record IndexDefinition(string Name, KeyDefinition PartitionKey, KeyDefinition? SortKey);

/// <summary>A key attribute.</summary>
/// <param name="AttributeName">Its name in the item.</param>
/// <param name="AttributeType">Its type in DynamoDB: <c>S</c> for text, <c>N</c> for a number.</param>
public sealed record KeyDefinition(string AttributeName, string AttributeType);

/// <summary>The tables of a replication.</summary>
/// <param name="Target">The target.</param>
/// <param name="Guards">The guards: what was seen last of each user.</param>
public sealed record ReplicationDefinition(TableDefinition Target, TableDefinition Guards);

/// <summary>The tables of migrations.</summary>
/// <param name="Journal">The journal: what was applied.</param>
/// <param name="Lock">The lock and the checkpoints.</param>
public sealed record MigrationDefinition(TableDefinition Journal, TableDefinition Lock);

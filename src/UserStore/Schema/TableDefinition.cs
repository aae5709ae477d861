namespace UserStore.Schema;

/// <summary>Describes a table.</summary>
/// <param name="Name">Its name, with the prefix.</param>
/// <param name="PartitionKey">Its partition key.</param>
/// <param name="SortKey">Its sort key, if it has one.</param>
/// <param name="Indexes">Its global secondary indexes, which project all attributes.</param>
public sealed record TableDefinition(
    string Name, KeyDefinition PartitionKey, KeyDefinition? SortKey, IReadOnlyList<IndexDefinition> Indexes)
{
    /// <summary>Gets the attribute with the epoch second after which DynamoDB removes an item; <see langword="null"/> without time to live.</summary>
    public string? TimeToLiveAttribute { get; init; }

    /// <summary>Gets its stream view type.</summary>
    public TableStreamViewType StreamViewType { get; init; }

    /// <summary>Gets a value indicating whether it has deletion protection.</summary>
    public bool DeletionProtection { get; init; }

    /// <summary>Gets a value indicating whether it has point-in-time recovery.</summary>
    public bool PointInTimeRecovery { get; init; }

    /// <summary>Gets the number of days within which it can be restored; <see langword="null"/> for the default.</summary>
    public int? PointInTimeRecoveryDays { get; init; }

    /// <summary>Gets the id, ARN or alias of the KMS key that encrypts it; <see langword="null"/> for a key that DynamoDB owns.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>Gets its table class; <see langword="null"/> for the default.</summary>
    public TableStorageClass? TableClass { get; init; }

    /// <summary>Gets its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the maximum number of read request units per second of the table and of each index; <see langword="null"/> for none.</summary>
    public int? MaxReadRequestUnits { get; init; }

    /// <summary>Gets the maximum number of write request units per second of the table and of each index; <see langword="null"/> for none.</summary>
    public int? MaxWriteRequestUnits { get; init; }

    /// <summary>Gets the warm throughput of the table and of each index, in reads per second; <see langword="null"/> for the default.</summary>
    public int? WarmReadUnitsPerSecond { get; init; }

    /// <summary>Gets the warm throughput of the table and of each index, in writes per second; <see langword="null"/> for the default.</summary>
    public int? WarmWriteUnitsPerSecond { get; init; }
}

/// <summary>Describes a global secondary index.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="PartitionKey">Its partition key.</param>
/// <param name="SortKey">Its sort key, if it has one.</param>
public sealed record IndexDefinition(string Name, KeyDefinition PartitionKey, KeyDefinition? SortKey);

/// <summary>Describes a key attribute.</summary>
/// <param name="AttributeName">Its name in the item.</param>
/// <param name="AttributeType">Its type in DynamoDB: <c>S</c> for a string, <c>N</c> for a number.</param>
public sealed record KeyDefinition(string AttributeName, string AttributeType);

/// <summary>Describes the tables of a replication.</summary>
/// <param name="Target">The target.</param>
/// <param name="Guards">The guards: the last change of each user that was applied.</param>
public sealed record ReplicationDefinition(TableDefinition Target, TableDefinition Guards);

/// <summary>Describes the tables of migrations.</summary>
/// <param name="Journal">The journal of applied migrations.</param>
/// <param name="Lock">The lock and the checkpoints.</param>
public sealed record MigrationDefinition(TableDefinition Journal, TableDefinition Lock);

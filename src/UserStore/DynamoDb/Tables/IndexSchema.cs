using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Tables;

/// <summary>Defines an index of a table.</summary>
/// <param name="Name">The name in DynamoDB.</param>
/// <param name="PartitionKey">The partition key.</param>
/// <param name="SortKey">The sort key, or null.</param>
internal sealed record IndexSchema(string Name, KeyAttribute PartitionKey, KeyAttribute? SortKey)
{
    /// <summary>Gets a value indicating whether the index is created with the table only.</summary>
    public bool IsLocal { get; init; }

    public KeyAttribute[] Keys => SortKey is null ? [PartitionKey] : [PartitionKey, SortKey];

    public static IndexSchema Of(MappedIndex index, UserStoreOptions options) => new(
        NameOf(index, options), KeyAttribute.Of(index.PartitionKey), index.SortKey is null ? null : KeyAttribute.Of(index.SortKey))
    {
        IsLocal = index.IsLocal,
    };

    /// <summary>Returns the name of an index of a type in DynamoDB.</summary>
    public static string NameOf(MappedIndex index, UserStoreOptions options) => options.IndexNames.TryGetValue(index.Name, out string? name)
        ? name
        : index.Name;

    /// <summary>Returns the global index in a description of the table, or null.</summary>
    public GlobalSecondaryIndexDescription? FindIn(TableDescription table)
        => table.GlobalSecondaryIndexes?.Find(candidate => candidate.IndexName == Name);
}

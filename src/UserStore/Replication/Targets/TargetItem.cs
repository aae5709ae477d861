using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;

namespace UserStore.Replication.Targets;

/// <summary>An item of the target as it should be.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Item">All of it, with the user that it is made from.</param>
internal sealed record TargetItem(Dictionary<string, AttributeValue> Key, Dictionary<string, AttributeValue> Item)
{
    /// <summary>The attribute that tells which user an item is made from.</summary>
    public const string SourceAttribute = "source_user_id";

    public static Dictionary<string, AttributeValue> KeyOf(Dictionary<string, AttributeValue> item, TableSchema table)
        => table.Keys.ToDictionary(key => key.AttributeName, key => item[key.AttributeName], StringComparer.Ordinal);

    /// <summary>Tells whether both are keys of the same item, or of none.</summary>
    public static bool SameKey(Dictionary<string, AttributeValue>? one, Dictionary<string, AttributeValue>? other)
        => AttributeValueComparer.ByValue.Equals(one, other);
}

using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Replication.Targets;

/// <summary>Represents a desired item of the target.</summary>
/// <param name="Key">The key.</param>
/// <param name="Item">All attributes, including the user to whom the item belongs.</param>
/// <param name="Size">The size in bytes.</param>
internal sealed record TargetItem(Dictionary<string, AttributeValue> Key, Dictionary<string, AttributeValue> Item, long Size)
{
    /// <summary>The attribute that contains the id of the user to whom an item belongs.</summary>
    public const string SourceAttribute = "source_user_id";

    /// <summary>Returns the user to whom an item of the target belongs; null if there is none.</summary>
    public static string? OwnerOf(Dictionary<string, AttributeValue>? item) => item?.Text(SourceAttribute);

    /// <summary>Returns whether both are keys of the same item, or both null.</summary>
    public static bool SameKey(Dictionary<string, AttributeValue>? one, Dictionary<string, AttributeValue>? other)
        => AttributeValueComparer.ByValue.Equals(one, other);
}

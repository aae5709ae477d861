using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>Reads and writes the keys of users as attributes.</summary>
internal static class KeyItems
{
    /// <summary>Returns the attributes of a valid key.</summary>
    public static Dictionary<string, AttributeValue> ToItem(this KeyModel model, UserKey key)
    {
        var item = new Dictionary<string, AttributeValue>(model.Parts.Count, StringComparer.Ordinal)
        {
            [model.PartitionKey.AttributeName] = model.PartitionKey.ToScalar(key.PartitionKey).ToAttribute(),
        };
        if (model.SortKey is not null)
            item.Add(model.SortKey.AttributeName, model.SortKey.ToScalar(key.SortKey!.Value).ToAttribute());
        return item;
    }

    /// <summary>Returns the key in an item, or null if the item has no key of the type.</summary>
    public static UserKey? FindIn(this KeyModel model, Dictionary<string, AttributeValue> item)
        => model.Find(part => ToScalar(item.GetValueOrDefault(part.AttributeName)));

    private static StoredScalar? ToScalar(AttributeValue? value) => value switch
    {
        { S: { } text } => new StoredScalar(ScalarKind.String, text),
        { N: { } number } => new StoredScalar(ScalarKind.Number, number),
        _ => null,
    };
}

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
            [model.PartitionKey.AttributeName] = ToAttribute(model.PartitionKey, key.PartitionKey),
        };
        if (model.SortKey is not null)
            item.Add(model.SortKey.AttributeName, ToAttribute(model.SortKey, key.SortKey!.Value));
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

    private static AttributeValue ToAttribute(KeyProperty property, UserKeyPart part)
    {
        StoredScalar scalar = property.ToScalar(part);
        return scalar.Kind == ScalarKind.Number ? new AttributeValue { N = scalar.Text } : new AttributeValue(scalar.Text);
    }
}

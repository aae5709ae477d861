using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>Reads and writes the keys of users as attributes.</summary>
internal static class KeyItems
{
    /// <summary>Returns the attributes of an item that are its key in a table.</summary>
    public static Dictionary<string, AttributeValue> KeyIn(this Dictionary<string, AttributeValue> item, TableSchema table)
        => table.Keys.ToDictionary(key => key.AttributeName, key => item[key.AttributeName], StringComparer.Ordinal);

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

    /// <summary>Returns the key in an item, or null if the item has no key of the type, or stores it in another form, such as a Guid in capital
    /// letters: a request with the key would address another item.</summary>
    public static UserKey? FindIn(this KeyModel model, Dictionary<string, AttributeValue> item) => model.FindInAnyForm(item) is { } key
        && (model.HasOneForm || model.Parts.All(part => part.ToScalar(part == model.SortKey ? key.SortKey!.Value : key.PartitionKey).SameAs(
            item[part.AttributeName].ToScalar()!.Value)))
        ? key
        : (UserKey?)null;

    /// <summary>Returns the key that an item stores in this form or another, or null if the item has no key of the type.</summary>
    public static UserKey? FindInAnyForm(this KeyModel model, Dictionary<string, AttributeValue> item)
        => model.Find(part => item.GetValueOrDefault(part.AttributeName).ToScalar());

    /// <summary>Returns the key of an item as it is stored, by which an operator finds the item.</summary>
    public static UserKey StoredIn(this KeyModel model, Dictionary<string, AttributeValue> item)
    {
        UserKeyPart[] parts = [.. model.Parts.Select(part => (UserKeyPart)(item.GetValueOrDefault(part.AttributeName).ToScalar()?.Text ?? ""))];
        return parts is [var partition, var sort] ? UserKey.Of(partition, sort) : UserKey.Of(parts[0]);
    }
}

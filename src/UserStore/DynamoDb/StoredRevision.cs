using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb;

/// <summary>What a stored item tells about its revision, after a write was refused.</summary>
internal readonly record struct StoredRevision(bool Exists, long? Version)
{
    public static StoredRevision Of(Dictionary<string, AttributeValue>? item, UserModel model, DateTimeOffset now)
    {
        if (item is null or { Count: 0 } || Number(item, model.ExpiresAt) <= now.ToUnixTimeSeconds())
            return default;
        return new StoredRevision(true, (long?)Number(item, model[nameof(User.Version)]));
    }

    /// <summary>Returns a number of an item, or null when the attribute is absent or something else.</summary>
    public static decimal? Number(Dictionary<string, AttributeValue> item, UserProperty property)
        => item.TryGetValue(property.AttributeName, out AttributeValue? value)
            && decimal.TryParse(value.N, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;
}

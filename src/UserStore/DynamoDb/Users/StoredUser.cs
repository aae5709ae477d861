using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Users;

/// <summary>The item of a user as DynamoDB returned it, or the absence of one; only its bookkeeping is looked at.</summary>
internal readonly struct StoredUser(Dictionary<string, AttributeValue>? item, UserModel model)
{
    private const int RememberedWrites = 3;

    public Dictionary<string, AttributeValue> Item { get; } = item ?? [];

    public string? UserId => Text(model.Key);

    public string? Email => Text(model[nameof(User.Email)]);

    public long? Version => (long?)Number(model[nameof(User.Version)]);

    public bool IsAbsent => Item.Count == 0;

    public bool IsExpired(DateTimeOffset now) => Number(model.ExpiresAt) <= now.ToUnixTimeSeconds();

    public bool Exists(DateTimeOffset now) => !IsAbsent && !IsExpired(now);

    /// <summary>Tells whether one of the last three writes has this id.</summary>
    public bool WasWrittenBy(string? writeId) => writeId is not null
        && (Text(model[nameof(User.WriteId)]) == writeId
            || Text(model[nameof(User.WriteId2)]) == writeId
            || Text(model[nameof(User.WriteId3)]) == writeId);

    /// <summary>Tells whether a version of this user, if it was ever stored, has been overwritten too often to be recognised by its write
    /// id.</summary>
    public bool HasForgotten(long? version) => Version >= version + RememberedWrites;

    /// <summary>Tells whether this is the item that a user was read from.</summary>
    public bool IsRevisionOf(User user)
        => !IsAbsent && Version == user.Version && Text(model[nameof(User.WriteId)]) == user.WriteId;

    /// <summary>Says that a write expected this user as it was read, and found it as it is here.</summary>
    public UserConflictException Conflict(User user, DateTimeOffset now, Exception? failure = null)
        => new(user.UserId, user.Version, Exists(now) ? Version : null, !Exists(now), failure);

    public bool Has(MappedProperty property) => Item.ContainsKey(property.AttributeName);

    /// <summary>Returns a number, or null when the attribute is absent or something else.</summary>
    public decimal? Number(MappedProperty property)
        => Item.TryGetValue(property.AttributeName, out AttributeValue? value)
            && decimal.TryParse(value.N, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    private string? Text(MappedProperty property) => Item.GetValueOrDefault(property.AttributeName)?.S;
}

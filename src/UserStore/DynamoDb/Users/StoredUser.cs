using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>The item of a user as DynamoDB returned it, or the absence of one; only its bookkeeping is read.</summary>
internal readonly struct StoredUser(Dictionary<string, AttributeValue>? item, UserModel model)
{
    public Dictionary<string, AttributeValue> Item { get; } = item ?? [];

    public string? UserId => StringOf(model.Key);

    public string? Email => StringOf(model[nameof(User.Email)]);

    public Revision Revision => RevisionExpression.RevisionIn(Item, model);

    public bool IsAbsent => Item.Count == 0;

    public bool IsExpired(DateTimeOffset now) => Number(model.ExpiresAt) <= now.ToUnixTimeSeconds();

    public bool Exists(DateTimeOffset now) => !IsAbsent && !IsExpired(now);

    /// <summary>Returns whether this is the item that a user was read from.</summary>
    public bool IsRevisionOf(User user) => !IsAbsent && Revision.IsSameAs(Revision.Of(user));

    /// <summary>Returns the exception for a write that expected this user as it was read, and found it as it is here.</summary>
    public UserConflictException Conflict(User user, DateTimeOffset now, Exception? cause = null)
        => new(user.UserId, user.Version, Exists(now) ? Revision.Version : null, !Exists(now), cause);

    public bool Has(MappedProperty property) => Item.ContainsKey(property.AttributeName);

    /// <summary>Returns a number, or null when the attribute is absent or of another type.</summary>
    public decimal? Number(MappedProperty property)
        => Item.TryGetValue(property.AttributeName, out AttributeValue? value)
            && decimal.TryParse(value.N, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    private string? StringOf(MappedProperty property) => Item.GetValueOrDefault(property.AttributeName)?.S;
}

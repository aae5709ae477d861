using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>The item of a user as DynamoDB returned it, or the absence of one; only its bookkeeping is read.</summary>
internal readonly struct StoredUser(Dictionary<string, AttributeValue>? item, UserModel model)
{
    public Dictionary<string, AttributeValue> Item { get; } = item ?? [];

    public UserKey? Key => model.Key.FindIn(Item);

    public string? Email => StringOf(model[nameof(User.Email)]);

    public Revision Revision => RevisionExpression.RevisionIn(Item, model);

    public bool IsAbsent => Item.Count == 0;

    public bool IsExpired(DateTimeOffset now) => Number(model.ExpiresAt) <= now.ToUnixTimeSeconds();

    public bool Exists(DateTimeOffset now) => !IsAbsent && !IsExpired(now);

    /// <summary>Gets a value indicating whether another program stored something else than a number as the version, which cannot be
    /// incremented.</summary>
    public bool HasVersionOfOtherType => Item.TryGetValue(model[nameof(User.Version)].AttributeName, out AttributeValue? value) && value.N is null;

    /// <summary>Gets a value indicating whether another program stored something else than a whole number as the version.</summary>
    public bool HasUnusableVersion => Has(model[nameof(User.Version)]) && Revision.Version is null;

    /// <summary>Returns whether another item of the same key is the same user: not one that was created after this one was deleted.</summary>
    public bool IsBornAs(StoredUser other) => Revision.BirthId == other.Revision.BirthId;

    /// <summary>Returns whether this is the item that a user was read from.</summary>
    public bool IsRevisionOf(User user) => !IsAbsent && Revision.IsSameAs(Revision.Of(user));

    /// <summary>Returns whether nothing was written since another item of the same key was read.</summary>
    public bool IsRevisionOf(StoredUser other)
    {
        (Dictionary<string, AttributeValue> one, Dictionary<string, AttributeValue> two) = (Item, other.Item);
        return !IsAbsent && new[] { model[nameof(User.Version)], model[nameof(User.WriteId)] }.All(property => AttributeValueComparer.AreEqual(
            one.GetValueOrDefault(property.AttributeName), two.GetValueOrDefault(property.AttributeName)));
    }

    /// <summary>Returns the exception for a write that expected this user as it was read, and found it as it is here.</summary>
    public UserConflictException Conflict(User user, DateTimeOffset now, Exception? cause = null)
        => new(model.Key.Of(user), user.Version, Exists(now) ? Revision.Version : null, !Exists(now), cause);

    public bool Has(MappedProperty property) => Item.ContainsKey(property.AttributeName);

    /// <summary>Returns a number, or null when the attribute is absent or of another type.</summary>
    public decimal? Number(MappedProperty property)
        => Item.TryGetValue(property.AttributeName, out AttributeValue? value)
            && decimal.TryParse(value.N, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    private string? StringOf(MappedProperty property) => Item.GetValueOrDefault(property.AttributeName)?.S;
}

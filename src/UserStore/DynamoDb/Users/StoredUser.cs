using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>The item of a user as DynamoDB returned it, or the absence of one; only its bookkeeping is read.</summary>
internal readonly struct StoredUser(Dictionary<string, AttributeValue>? item, UserModel model)
{
    public Dictionary<string, AttributeValue> Item { get; } = item ?? [];

    /// <summary>Gets what decrypts the item; null if it was not looked for, or nothing is encrypted.</summary>
    public UserCipher? Cipher { get; init; }

    public UserKey? Key => model.Key.FindIn(Item);

    public Revision Revision => RevisionExpression.RevisionIn(Item, model);

    public bool IsAbsent => Item.Count == 0;

    /// <summary>Gets a value indicating whether the item is a user, and not one of another kind in the same table.</summary>
    public bool IsUser
    {
        get
        {
            foreach ((MappedProperty property, StoredScalar value) in model.Discriminators)
            {
                if (ScalarOf(property)?.SameAs(value) != true)
                    return false;
            }

            return !IsAbsent && !IsRestricted;
        }
    }

    /// <summary>Gets a value indicating whether the processing of the user is restricted, so that it counts as absent.</summary>
    public bool IsRestricted => Item.GetValueOrDefault(model.Restricted)?.M is not null;

    /// <summary>Gets a value indicating whether nothing of a restricted user is outside of the attribute for it. An erasure that was interrupted only adds
    /// the attribute, and an update of another program adds others.</summary>
    public bool IsWhollyRestricted => IsRestricted && Item.All(IsKeptOrRestricted);

    /// <summary>Gets the user as it was before it was restricted; the item itself if it is not.</summary>
    public StoredUser Released => !IsRestricted ? this : new StoredUser(
        Item[model.Restricted].M.UnionBy(Item, attribute => attribute.Key).Where(IsOther).ToDictionary(StringComparer.Ordinal), model);

    /// <summary>Returns the user with all attributes but those of the key and the revision in one.</summary>
    public StoredUser ToRestricted()
    {
        Dictionary<string, AttributeValue> restricted = Item.Where(IsKept).ToDictionary(StringComparer.Ordinal);
        restricted[model.Restricted] = new AttributeValue { M = Item.Except(restricted).ToDictionary(StringComparer.Ordinal) };
        return new StoredUser(restricted, model);
    }

    public bool IsExpired(DateTimeOffset now) => model.ExpiresAt is { } property && Number(property) <= now.ToUnixTimeSeconds();

    /// <summary>Returns whether the item is a user that has not expired.</summary>
    public bool Exists(DateTimeOffset now) => IsUser && !IsExpired(now);

    /// <summary>Gets a value indicating whether another program stored something else than a number as the version, which cannot be
    /// incremented.</summary>
    public bool HasVersionOfOtherType => model.Version is { } property
        && Item.TryGetValue(property.AttributeName, out AttributeValue? value) && value.N is null;

    /// <summary>Gets a value indicating whether another program stored something else than a whole number as the version.</summary>
    public bool HasUnusableVersion => model.Version is { } property && Has(property) && Revision.Version is null;

    /// <summary>Returns whether another item of the same key is the same user: not one that was created after this one was deleted.</summary>
    public bool IsBornAs(StoredUser other) => Revision.BirthId == other.Revision.BirthId;

    /// <summary>Returns whether nothing was written since another item of the same key was read.</summary>
    public bool IsRevisionOf(StoredUser other)
    {
        (Dictionary<string, AttributeValue> one, Dictionary<string, AttributeValue> two) = (Item, other.Item);
        return !IsAbsent && ItemRevision.AttributesOf(two, model).All(
            name => AttributeValueComparer.AreEqual(one.GetValueOrDefault(name), two.GetValueOrDefault(name)));
    }

    /// <summary>Returns the exception for a write that expected this user at a version as it was read, and found it as it is here.</summary>
    public UserStoreException Conflict(UserKey key, long? version, DateTimeOffset now, Exception? cause = null) => IsRestricted
        ? new UserRestrictedException(key, cause)
        : new UserConflictException(key, version, Exists(now) ? Revision.Version : null, !Exists(now), cause);

    public bool Has(MappedProperty property) => Item.ContainsKey(property.AttributeName);

    /// <summary>Returns whether an attribute is stored with another value than NULL.</summary>
    public bool HasValue(MappedProperty property)
        => Item.TryGetValue(property.AttributeName, out AttributeValue? value) && value is not { NULL: true };

    /// <summary>Returns a stored value, or null when the attribute is absent or of a type that is not compared. A Boolean can be stored as a number, by
    /// the SDK's V1 conversion.</summary>
    public StoredScalar? ScalarOf(MappedProperty property) => Item.GetValueOrDefault(property.AttributeName) switch
    {
        { S: { } text } => new StoredScalar(ScalarKind.String, text),
        { N: ("0" or "1") and var flag } when property.IsBoolean => new StoredScalar(ScalarKind.Boolean, flag == "1" ? bool.TrueString : bool.FalseString),
        { N: { } number } => new StoredScalar(ScalarKind.Number, number),
        { BOOL: { } flag } => new StoredScalar(ScalarKind.Boolean, flag ? bool.TrueString : bool.FalseString),
        { SS: { Count: > 0 } set } => StoredScalar.OfSet(set),
        { B: not null } when property.IsEncrypted => Item.ScalarOf(property),
        _ => null,
    };

    /// <summary>Returns whether a unique value that the user has is stored in its normalized form. Encrypted values are.</summary>
    public bool HasStored(ReservedValue value) => ScalarOf(value.Unique.Property) is { } stored
        && (stored.Kind == ScalarKind.Hashes || stored.Strings().Contains(value.Value));

    private bool IsOther(KeyValuePair<string, AttributeValue> attribute) => attribute.Key != model.Restricted;

    private bool IsKept(KeyValuePair<string, AttributeValue> attribute)
    {
        UserModel kept = model;
        return kept.IsOfRevision(attribute.Key) || kept.WriteIds.Contains(attribute.Key) || attribute.Key == kept.BirthId;
    }

    private bool IsKeptOrRestricted(KeyValuePair<string, AttributeValue> attribute) => IsKept(attribute) || !IsOther(attribute);

    private decimal? Number(MappedProperty property)
        => Item.TryGetValue(property.AttributeName, out AttributeValue? value)
            && decimal.TryParse(value.N, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;
}

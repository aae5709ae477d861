using System.Globalization;

namespace UserStore.Modeling;

/// <summary>Describes the key of a user type: the properties of its parts, and their conversion to a <see cref="UserKey"/>.</summary>
internal sealed class KeyModel(KeyProperty partitionKey, KeyProperty? sortKey)
{
    public KeyProperty PartitionKey => partitionKey;

    public KeyProperty? SortKey => sortKey;

    /// <summary>Gets the properties of the parts.</summary>
    public IReadOnlyList<KeyProperty> Parts { get; } = sortKey is null ? [partitionKey] : [partitionKey, sortKey];

    /// <summary>Gets a value indicating whether every stored key is that of a user: strings, which are stored as they are.</summary>
    public bool HasOneForm { get; } = partitionKey.IsPlainText && sortKey?.IsPlainText != false;

    public bool Contains(MappedProperty property) => property == partitionKey.Property || property == sortKey?.Property;

    /// <summary>Returns the key of a user, which is not valid if a part of it is missing.</summary>
    public UserKey Of(object user) => sortKey is null
        ? UserKey.Of(partitionKey.PartOf(user))
        : UserKey.Of(partitionKey.PartOf(user), sortKey.PartOf(user));

    /// <summary>Returns the key with the stored values of its properties, or null if they are no key.</summary>
    public UserKey? Find(Func<KeyProperty, StoredScalar?> stored) => Find(stored(partitionKey), sortKey is null ? null : stored(sortKey));

    /// <summary>Returns the key with these stored values, or null if they are no key.</summary>
    public UserKey? Find(StoredScalar? storedPartitionKey, StoredScalar? storedSortKey)
    {
        if (partitionKey.ToPart(storedPartitionKey) is not { } partition)
            return null;
        if (sortKey is null)
            return UserKey.Of(partition);
        return sortKey.ToPart(storedSortKey) is { } sort ? UserKey.Of(partition, sort) : (UserKey?)null;
    }

    /// <summary>Returns the key of a user, or null if it is not valid.</summary>
    public UserKey? FindValid(object user) => FindValid(Of(user));

    /// <summary>Returns the key, or null if it is not valid.</summary>
    public UserKey? FindValid(UserKey key) => IsValid(key) ? key : (UserKey?)null;

    /// <summary>Throws if a key does not fit the type.</summary>
    /// <exception cref="InvalidUserException">The key has other parts, or violates rules; all of them are listed.</exception>
    public void Check(UserKey key)
    {
        if (IsValid(key))
            return;
        List<UserRuleViolation> violations = [];
        AddViolations(key, violations);
        throw new InvalidUserException(violations);
    }

    /// <summary>Adds the rules that a key violates.</summary>
    public void AddViolations(UserKey key, List<UserRuleViolation> violations)
    {
        if (partitionKey.ViolatedRule(key.PartitionKey) is { } rule)
            violations.Add(new UserRuleViolation(partitionKey.Name, rule));
        if (ViolatedSortKeyRule(key) is { } sortRule)
            violations.Add(new UserRuleViolation((sortKey ?? partitionKey).Name, sortRule));
    }

    /// <summary>Returns a string that differs from those of all other valid keys of the type: the part itself, or both parts.</summary>
    public static string ToText(UserKey key) => key.SortKey is not { } sort
        ? key.PartitionKey.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{key.PartitionKey.ToString().Length}:{key.PartitionKey}{sort}");

    /// <summary>Returns the key of a string that <see cref="ToText"/> returned, or null for another string.</summary>
    public UserKey? FromText(string? text)
    {
        if (text is null)
            return null;
        if (sortKey is null)
            return partitionKey.Parse(text) is { } whole ? UserKey.Of(whole) : (UserKey?)null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || length > text.Length - colon - 1)
        {
            return null;
        }

        string rest = text[(colon + 1)..];
        return partitionKey.Parse(rest[..length]) is { } partition && sortKey.Parse(rest[length..]) is { } sort ? UserKey.Of(partition, sort) : (UserKey?)null;
    }

    private bool IsValid(UserKey key) => partitionKey.ViolatedRule(key.PartitionKey) is null && ViolatedSortKeyRule(key) is null;

    private string? ViolatedSortKeyRule(UserKey key) => (sortKey, key.SortKey) switch
    {
        (null, null) => null,
        (null, _) => "is the whole key: use UserKey.Of with one part",
        (_, null) => "is missing in the key: use UserKey.Of with two parts",
        (_, { } part) => sortKey.ViolatedRule(part),
    };
}

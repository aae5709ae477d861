using System.Globalization;

namespace UserStore.Modeling;

/// <summary>Describes a property that is a part of the key: its type as a part of keys, its rules, and the conversion of its values.</summary>
internal sealed class KeyProperty
{
    private readonly int _maxBytes;

    private KeyProperty(MappedProperty property, KeyPartKind kind, int maxBytes)
    {
        (Property, Kind, _maxBytes) = (property, kind, maxBytes);
        IsPlainText = kind == KeyPartKind.String && !property.HasConverter;
    }

    public MappedProperty Property { get; }

    public string Name => Property.Name;

    public string AttributeName => Property.AttributeName;

    public KeyPartKind Kind { get; }

    /// <summary>Gets a value indicating whether the part is a string that is stored as it is.</summary>
    public bool IsPlainText { get; }

    /// <summary>Returns the part of the key, or null if the property has another type than a key can have.</summary>
    public static KeyProperty? Of(MappedProperty property, bool isSortKey)
    {
        Type type = property.ValueType;
        KeyPartKind kind = type == typeof(string) ? KeyPartKind.String
            : type == typeof(Guid) ? KeyPartKind.Guid
            : type != typeof(ulong) && StorableTypes.IsInteger(type) ? KeyPartKind.Integer
            : KeyPartKind.None;
        return kind == KeyPartKind.None || property.KeyKind() is null
            ? null
            : new KeyProperty(property, kind, isSortKey ? UserRules.MaxSortKeyBytes : UserRules.MaxPartitionKeyBytes);
    }

    /// <summary>Returns the part of a user's key; the default part for null.</summary>
    public UserKeyPart PartOf(object user) => ToPart(Property.GetValue(user));

    /// <summary>Returns the part that is stored as this value, or null if there is none.</summary>
    public UserKeyPart? ToPart(StoredScalar? stored)
    {
        if (stored is not { } scalar)
            return null;
        if (IsPlainText)
            return scalar.Kind == ScalarKind.String ? (UserKeyPart?)scalar.Text : null;
        try
        {
            return ToPart(Property.FromScalar(scalar));
        }
        catch (Exception mismatch) when (mismatch is FormatException or InvalidOperationException or InvalidCastException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Returns the part whose string this is, or null.</summary>
    public UserKeyPart? Parse(string text) => Kind switch
    {
        KeyPartKind.String => (UserKeyPart?)text,
        KeyPartKind.Guid => Guid.TryParse(text, out Guid guid) ? (UserKeyPart?)guid : null,
        _ => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? (UserKeyPart?)number : null,
    };

    /// <summary>Returns the stored form of a valid part.</summary>
    public StoredScalar ToScalar(UserKeyPart part)
        => IsPlainText ? new StoredScalar(ScalarKind.String, part.ToString()) : Property.ToScalar(ToValue(part));

    /// <summary>Returns the value of the property for a valid part.</summary>
    public object ToValue(UserKeyPart part) => Kind switch
    {
        KeyPartKind.String => part.ToString(),
        KeyPartKind.Guid => Guid.Parse(part.ToString()),
        _ => Convert.ChangeType(long.Parse(part.ToString(), CultureInfo.InvariantCulture), Property.ValueType, CultureInfo.InvariantCulture),
    };

    /// <summary>Returns the rule that a part violates, or null.</summary>
    public string? ViolatedRule(UserKeyPart part) => ViolatedTypeRule(part) ?? Kind switch
    {
        KeyPartKind.String => UserRules.ViolatedKeyRule(part.ToString(), _maxBytes),
        KeyPartKind.Guid => part == Guid.Empty ? UserRules.NotEmptyRule : null,
        _ => null,
    };

    /// <summary>Returns the rule that a part violates as a value of the property, which need not be a key; or null.</summary>
    public string? ViolatedTypeRule(UserKeyPart part)
    {
        if (part.Kind == KeyPartKind.None)
            return UserRules.NotEmptyRule;
        if (part.Kind != Kind)
            return $"must be {(Kind == KeyPartKind.Guid ? "a Guid" : Kind == KeyPartKind.Integer ? "an integer" : "a string")}";
        return Kind switch
        {
            KeyPartKind.String => UserRules.Utf8Length(part.ToString()) is null ? UserRules.WellFormedRule : null,
            KeyPartKind.Integer => IsInRange(part) ? null : $"must be in the range of {Property.ValueType.Name}",
            _ => null,
        };
    }

    private bool IsInRange(UserKeyPart part) => StorableTypes.RangeOf(Property.ValueType) is { } range
        && StoredNumber.Find(part.ToString()) is { } number && !(number < range.Min) && !(number > range.Max);

    private static UserKeyPart ToPart(object? value) => value switch
    {
        null => default,
        string text => text,
        Guid guid => guid,
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };
}

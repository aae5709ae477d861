using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UserStore.Modeling;

/// <summary>Describes a property whose values are reserved: a string, or each string of a set.</summary>
/// <param name="Position">The position among the unique values of the type.</param>
/// <param name="Name">The declared name, which is part of every reservation.</param>
/// <param name="Property">The property.</param>
/// <param name="Scope">The property within whose values the values are unique; null for the whole table.</param>
/// <param name="Normalization">How values are normalized.</param>
internal sealed record UniqueValue(
    int Position, string Name, MappedProperty Property, MappedProperty? Scope, UniqueValueNormalization Normalization)
{
    /// <summary>Gets how the values are stored.</summary>
    public ScalarKind Kind { get; } = Property.IsStringSet ? ScalarKind.StringSet : ScalarKind.String;

    /// <summary>Gets a value indicating whether several users can have a value, so that it is reserved for each of them, and indexed.</summary>
    public bool IsShared { get; init; }

    /// <summary>Returns whether a store reserves the values.</summary>
    public bool IsReservedBy(UserStoreOptions options) => IsShared || options.UniqueEmails || Normalization != UniqueValueNormalization.Email;
}

/// <summary>A value that is reserved for a user.</summary>
/// <param name="Unique">The property.</param>
/// <param name="Value">The normalized value.</param>
/// <param name="Scope">The stored value of the scope; the user itself for a value that is shared; null if there is no scope, or the user has
/// none.</param>
internal sealed record ReservedValue(UniqueValue Unique, string Value, StoredScalar? Scope)
{
    private const string HashPrefix = "sha256:";

    /// <summary>Gets the key of the reservation: name, scope and value, each prefixed with its length, so that no two are the same.</summary>
    public string Key
    {
        get
        {
            string scope = TextOf(Scope);
            return KeyOf(string.Create(
                CultureInfo.InvariantCulture, $"{Unique.Name.Length}:{Unique.Name}{scope.Length}:{scope}{Value.Length}:{Value}"));
        }
    }

    /// <summary>Gets what the reservations of the value have in common, for whichever user.</summary>
    public string IndexKey => KeyOf(string.Create(CultureInfo.InvariantCulture, $"{Unique.Name.Length}:{Unique.Name}{Value.Length}:{Value}"));

    /// <summary>Gets the number of actions of a transaction that reserve the value: another one checks an owner that is not valid.</summary>
    public int MaxActions => Unique.IsShared ? 1 : 2;

    /// <summary>Returns the property and the value of a reservation, as far as its key shows them.</summary>
    public static (UniqueValue? Unique, string? Value) Parse(string key, UserModel model)
    {
        if (key.StartsWith(HashPrefix, StringComparison.Ordinal) || Take(ref key) is not { } name || Take(ref key) is null || Take(ref key) is not { } value)
            return (null, null);
        return (model.UniqueValues.FirstOrDefault(unique => unique.Name == name), value);
    }

    private static string? Take(ref string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || length > text.Length - colon - 1)
        {
            return null;
        }

        string part = text.Substring(colon + 1, length);
        text = text[(colon + 1 + length)..];
        return part;
    }

    // A string and a number are different scopes.
    private static string TextOf(StoredScalar? scope) => scope is { } value ? $"{(value.Kind == ScalarKind.Number ? 'N' : 'S')}{value.Text}" : "";

    private static string KeyOf(string parts) => UserRules.Utf8Length(parts) <= UserRules.MaxPartitionKeyBytes
        ? parts
        : HashPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts)));
}

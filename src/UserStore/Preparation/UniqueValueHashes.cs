using System.Globalization;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>Hashes the values of unique properties that are encrypted: for the reservations, and for the items, which show by the hashes what a user
/// holds although its values cannot be read.</summary>
/// <remarks>
/// A reservation has the hash of name, scope and value. The hashes in an item are masked by the key of the user, so that two items do not show that their
/// users have the same value in different scopes.
/// </remarks>
/// <param name="secret">The secret key.</param>
internal sealed class UniqueValueHashes(byte[] secret)
{
    private readonly KeyedHash _values = new(secret, "unique values");
    private readonly KeyedHash _reservations = new(secret, "reservations of unique values");
    private readonly KeyedHash _masks = new(secret, "unique values of users");

    /// <summary>Returns the hashes of a store; null if no unique value is encrypted.</summary>
    /// <exception cref="InvalidOperationException">The options have no secret key.</exception>
    public static UniqueValueHashes? For(UserModel model, UserStoreOptions options)
    {
        if (!model.UniqueValues.Any(unique => unique.Property.IsEncrypted))
            return null;
        return options.Privacy.HashKey is { } secret ? new UniqueValueHashes(secret) : throw new InvalidOperationException(
            $"UserStoreOptions.Privacy.HashKey is null, but {model.UserType.Name} has encrypted properties, which require it.");
    }

    /// <summary>Returns the hash of a normalized value.</summary>
    public string Of(UniqueValue unique, string value)
        => _values.Of(string.Create(CultureInfo.InvariantCulture, $"{unique.Name.Length}:{unique.Name}{value}"));

    /// <summary>Returns the hashes of normalized values as an item has them.</summary>
    /// <param name="unique">The property.</param>
    /// <param name="keyText">The key of the user.</param>
    /// <param name="values">The values.</param>
    public StoredScalar Of(UniqueValue unique, string keyText, IEnumerable<string> values)
    {
        IEnumerable<string> hashes = values.Select(value => Of(unique, value)).Order(StringComparer.Ordinal);
        return new StoredScalar(ScalarKind.Hashes, string.Concat(hashes.Select((hash, position) => Masked(unique, keyText, hash, position))));
    }

    /// <summary>Returns the hashes of the values that an item has.</summary>
    public IEnumerable<string> Read(UniqueValue unique, string keyText, StoredScalar stored)
        => stored.Strings().Select((hash, position) => Masked(unique, keyText, hash, position));

    /// <summary>Returns what a reservation has in place of a value.</summary>
    public string Reserved(UniqueValue unique, StoredScalar? scope, string hash) => _reservations.Of(string.Create(
        CultureInfo.InvariantCulture, $"{unique.Name.Length}:{unique.Name}{hash}{(scope is { } within ? $"{within.Kind}:{within.Text}" : "")}"));

    // Its own inverse.
    private string Masked(UniqueValue unique, string keyText, string hash, int position)
    {
        byte[] bytes = Convert.FromHexString(hash);
        byte[] mask = Convert.FromHexString(_masks.Of(string.Create(
            CultureInfo.InvariantCulture, $"{position}:{unique.Name.Length}:{unique.Name}{keyText}")));
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] ^= mask[i];
        return Convert.ToHexStringLower(bytes);
    }
}

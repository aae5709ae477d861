using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Encryption;

/// <summary>Encrypts the values of one user, and decrypts them (AES-256-GCM). User and attribute are authenticated, so that a value cannot be moved to
/// another user or attribute.</summary>
/// <param name="model">The model of the user type.</param>
/// <param name="values">The unique values of the store; null if nothing is encrypted.</param>
/// <param name="key">The user.</param>
/// <param name="dataKey">The data key; null if there is none.</param>
internal sealed class UserCipher(UserModel model, UniqueValues? values, UserKey key, DataKey? dataKey)
{
    private readonly byte[] _context = ContextOf("UserStore value ", KeyModel.ToText(key));

    /// <summary>Gets the user.</summary>
    public UserKey Key => key;

    public DataKey? DataKey => dataKey;

    /// <summary>Replaces the values of a new item, or of the new values of a patch, by encrypted ones.</summary>
    public void Encrypt(Dictionary<string, AttributeValue> item)
    {
        using var aes = new AesGcm(dataKey!.Bytes, EncryptedValue.TagLength);
        foreach (MappedProperty property in model.Encrypted)
        {
            // NULL is the absence of a value.
            if (item.TryGetValue(property.AttributeName, out AttributeValue? value) && value is not { NULL: true })
                item[property.AttributeName] = Encrypt(aes, property, value);
        }
    }

    /// <summary>Returns an item whose values are those that were encrypted. Values that are not encrypted stay as they are.</summary>
    /// <param name="item">The item, which is not changed.</param>
    /// <param name="omitsErased">Whether values whose data key is erased are left out; otherwise they are an error.</param>
    /// <exception cref="UndecryptableValueException">A value cannot be decrypted.</exception>
    public Dictionary<string, AttributeValue> Decrypt(Dictionary<string, AttributeValue> item, bool omitsErased = false)
    {
        bool isErased = IsErased(item);
        Dictionary<string, AttributeValue>? decrypted = null;
        AesGcm? aes = null;
        try
        {
            foreach (MappedProperty property in model.Encrypted)
            {
                if (!EncryptedValue.TryRead(item.GetValueOrDefault(property.AttributeName), out EncryptedValue value))
                    continue;
                decrypted ??= new Dictionary<string, AttributeValue>(item, StringComparer.Ordinal);
                if (isErased && omitsErased)
                {
                    decrypted.Remove(property.AttributeName);
                    continue;
                }

                if (isErased || !dataKey!.IsUsable)
                    throw new UndecryptableValueException(property, isErased ? UndecryptableReason.Erased : UndecryptableReason.Unusable);
                aes ??= new AesGcm(dataKey.Bytes, EncryptedValue.TagLength);
                decrypted[property.AttributeName] = Decrypt(aes, property, value);
            }
        }
        finally
        {
            aes?.Dispose();
        }

        return decrypted ?? item;
    }

    /// <summary>Returns whether the data key under which an item is encrypted is not stored any more.</summary>
    public bool IsErased(Dictionary<string, AttributeValue> item)
        => dataKey is null || (item.Text(model.DataKeyId!) is { } id && dataKey.IsUsable && id != dataKey.Id);

    /// <summary>Returns whether an item has values that are encrypted.</summary>
    public static bool HasEncrypted(UserModel model, Dictionary<string, AttributeValue> item)
    {
        for (int i = 0; i < model.Encrypted.Count; i++)
        {
            if (EncryptedValue.TryRead(item.GetValueOrDefault(model.Encrypted[i].AttributeName), out _))
                return true;
        }

        return false;
    }

    /// <summary>Returns an item that is as large as the one with encrypted values.</summary>
    public static Dictionary<string, AttributeValue> SizedLikeEncrypted(UserModel model, Dictionary<string, AttributeValue> item)
    {
        var sized = new Dictionary<string, AttributeValue>(item, StringComparer.Ordinal);
        foreach (MappedProperty property in model.Encrypted)
        {
            if (!item.TryGetValue(property.AttributeName, out AttributeValue? value) || value is { NULL: true })
                continue;
            int hashes = model.UniqueValueOf(property) is null ? 0 : value.ToScalar()?.Strings().Count ?? 0;
            StoredScalar? placeholder = hashes == 0 ? null : new StoredScalar(ScalarKind.Hashes, new string('0', hashes * StoredScalar.HashLength));
            sized[property.AttributeName] = EncryptedValue.New(placeholder, PlainValue.Serialize(value).Length).ToAttribute();
        }

        return sized;
    }

    private AttributeValue Encrypt(AesGcm aes, MappedProperty property, AttributeValue value)
    {
        byte[] plain = PlainValue.Serialize(value);
        StoredScalar? hashes = model.UniqueValueOf(property) is null ? null : values!.HashesOf(property, key, value.ToScalar()!.Value.Strings());
        var encrypted = EncryptedValue.New(hashes, plain.Length);
        RandomNumberGenerator.Fill(encrypted.Nonce);
        aes.Encrypt(encrypted.Nonce, plain, encrypted.Ciphertext, encrypted.Tag, ContextOf(property, encrypted));
        return encrypted.ToAttribute();
    }

    private AttributeValue Decrypt(AesGcm aes, MappedProperty property, EncryptedValue value)
    {
        if (!value.HasCiphertext)
            throw new UndecryptableValueException(property, UndecryptableReason.Changed);
        byte[] plain = new byte[value.Ciphertext.Length];
        try
        {
            aes.Decrypt(value.Nonce, value.Ciphertext, value.Tag, plain, ContextOf(property, value));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new UndecryptableValueException(property, UndecryptableReason.Changed);
        }

        return PlainValue.Deserialize(plain);
    }

    private byte[] ContextOf(MappedProperty property, EncryptedValue value)
        => [.. _context, .. ContextOf("", property.AttributeName), .. value.Header];

    // With its length, so that no two users and attributes have the same context.
    private static byte[] ContextOf(string before, string name)
        => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{before}{name.Length}:{name}"));
}

using System.Collections.ObjectModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Encryption;

/// <summary>Finds the data keys of users, to read and to write their encrypted values.</summary>
internal sealed class UserEncryption(UserModel model, UniqueValues values, DataKeyTable keys)
{
    public DataKeyTable Keys => keys;

    /// <summary>Returns the encryption of a store; null if the type has no encrypted properties.</summary>
    /// <exception cref="InvalidOperationException">The options lack what it requires.</exception>
    public static UserEncryption? Of(StoreSchema schema, UniqueValues values, TableReader reader, TimeProvider time)
    {
        if (schema.DataKeys is not { } table)
            return null;
        if (ViolatedRule(schema.Model, schema.Options) is { } rule)
            throw new InvalidOperationException($"UserStoreOptions: {rule}");
        return new UserEncryption(schema.Model, values, new DataKeyTable(table, schema.Options, reader, time));
    }

    /// <summary>Returns what the options lack that encrypted properties require, as a sentence; null if nothing is missing.</summary>
    public static string? ViolatedRule(UserModel model, UserStoreOptions options)
    {
        if (model.Encrypted.Count == 0)
            return null;
        string properties = string.Join(", ", model.Encrypted.Select(property => property.Name));
        if (options.Privacy.HashKey is null)
            return $"Privacy.HashKey is null, but must be set, because {model.UserType.Name} has encrypted properties ({properties}).";
        return options.Privacy.DataKeyWrapper is null
            ? $"{model.UserType.Name} has encrypted properties ({properties}), but nothing wraps their data keys: register an IDataKeyWrapper, or call "
                + "Privacy.UseDataKeyWrapper."
            : null;
    }

    /// <summary>Begins to find the data key of a user whose item is being read.</summary>
    public Task<DataKey?> BeginAsync(StoreCall call, UserKey key) => keys.FindAsync(call, key);

    /// <summary>Returns what decrypts an item; null if nothing in it is encrypted, and it names no data key.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="item">The item.</param>
    /// <param name="key">The user.</param>
    /// <param name="begun">What <see cref="BeginAsync"/> returned, if it was called.</param>
    public async Task<UserCipher?> FindAsync(StoreCall call, Dictionary<string, AttributeValue>? item, UserKey key, Task<DataKey?>? begun = null)
    {
        if (item is null || !NeedsCipher(item))
            return null;
        DataKey? found = begun is null ? null : await begun.ConfigureAwait(false);
        if (found is null || IsOther(found, item)) // what was read before the item says nothing about the key of this one
            found = await keys.FindAsync(call, key, item.Text(model.DataKeyId!)).ConfigureAwait(false);
        return Cipher(key, found);
    }

    /// <summary>Returns what decrypts items, by their users.</summary>
    public async Task<IReadOnlyDictionary<UserKey, UserCipher>> FindManyAsync(StoreCall call, IEnumerable<Dictionary<string, AttributeValue>> items)
    {
        var needed = new Dictionary<UserKey, string?>();
        foreach (Dictionary<string, AttributeValue> item in items)
        {
            if (NeedsCipher(item) && model.Key.FindIn(item) is { } key)
                needed[key] = item.Text(model.DataKeyId!);
        }

        if (needed.Count == 0)
            return ReadOnlyDictionary<UserKey, UserCipher>.Empty;
        Dictionary<UserKey, DataKey> found = await keys.FindManyAsync(call, needed).ConfigureAwait(false);
        return needed.Keys.ToDictionary(key => key, key => Cipher(key, found.GetValueOrDefault(key)));
    }

    public UserCipher Cipher(UserKey key, DataKey? dataKey) => new(model, values, key, dataKey);

    /// <summary>Returns what encrypts a user who is stored for the first time, or in place of any other: under the data key that is stored, if
    /// <paramref name="failure"/> shows one, otherwise under a new one.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="key">The user.</param>
    /// <param name="failure">Why the data key of the attempt before could not be used, if there was one.</param>
    public async Task<WriteCipher> ForNewAsync(StoreCall call, UserKey key, CancellationReason? failure = null)
    {
        if (failure is not null && await FindAfterAsync(call, key, failure).ConfigureAwait(false) is { } stored)
            return new WriteCipher(Usable(key, stored), DataKeyBinding.Stored);
        long drops = keys.Drops;
        return new WriteCipher(Cipher(key, await keys.CreateAsync(call).ConfigureAwait(false)), DataKeyBinding.New) { Drops = drops };
    }

    /// <summary>Keeps the data key of a write that was applied.</summary>
    public void Remember(WriteCipher cipher)
    {
        if (cipher.Binding == DataKeyBinding.New)
            keys.Remember(cipher.Cipher.Key, cipher.Cipher.DataKey!, cipher.Drops);
    }

    /// <summary>Returns what encrypts values of a user whose item was not read.</summary>
    public async Task<WriteCipher> ForUpdateAsync(StoreCall call, UserKey key) => await keys.FindAsync(call, key).ConfigureAwait(false) is { } found
        ? new WriteCipher(Usable(key, found), DataKeyBinding.Bound)
        : await ForNewAsync(call, key).ConfigureAwait(false);

    /// <summary>Returns what encrypts values of a user who is stored.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="key">The user.</param>
    /// <param name="stored">The item of the user.</param>
    /// <param name="cipher">What decrypts the item.</param>
    /// <exception cref="UserStoreSchemaException">The data key of the user was erased.</exception>
    public async Task<WriteCipher> ForUpdateAsync(StoreCall call, UserKey key, Dictionary<string, AttributeValue> stored, UserCipher? cipher)
    {
        if (stored.Text(model.DataKeyId!) is null)
        {
            return await keys.FindAsync(call, key).ConfigureAwait(false) is { } found
                ? new WriteCipher(Usable(key, found), DataKeyBinding.Stored)
                : await ForNewAsync(call, key).ConfigureAwait(false);
        }

        return cipher is { DataKey: { } dataKey } && !cipher.IsErased(stored)
            ? new WriteCipher(Usable(key, dataKey), DataKeyBinding.Bound)
            : throw Erased(key);
    }

    /// <summary>Returns whether a stored user has another data key than a write requires.</summary>
    public bool IsOther(WriteCipher cipher, Dictionary<string, AttributeValue> stored)
        => stored.Text(model.DataKeyId!) != (cipher.Binding == DataKeyBinding.Bound ? cipher.Id : null);

    /// <summary>Returns the actions that are sent in the transaction of a write: none if the user's item shows that the data key is stored.</summary>
    public IReadOnlyList<TransactWriteItem> CompanionsOf(WriteCipher? cipher) => cipher switch
    {
        { Binding: DataKeyBinding.New } => [keys.Put(cipher.Cipher.Key, cipher.Cipher.DataKey!)],
        { Binding: DataKeyBinding.Stored } => [keys.Check(cipher.Cipher.Key, cipher.Cipher.DataKey!)],
        _ => [],
    };

    /// <summary>Accepts a user whose values are encrypted under the data key, or, if the write stores which one it is, under none.</summary>
    public void AndBound(ExpressionWriter writer, WriteCipher? cipher)
    {
        if (cipher is { Binding: DataKeyBinding.Bound })
            writer.And($"{writer.Name(model.DataKeyId!)} = {writer.Value(cipher.Id)}");
        else if (cipher is not null)
            writer.And($"attribute_not_exists({writer.Name(model.DataKeyId!)})");
    }

    /// <summary>Appends the assignment of the data key to an update, if the user has none yet.</summary>
    public void AppendBinding(ExpressionWriter writer, WriteCipher? cipher)
    {
        if (cipher is { Binding: not DataKeyBinding.Bound })
            writer.Append($"{writer.Name(model.DataKeyId!)} = {writer.Value(cipher.Id)}, ");
    }

    private async Task<DataKey?> FindAfterAsync(StoreCall call, UserKey key, CancellationReason failure)
    {
        keys.Drop(key);
        return await keys.FindInAsync(call, failure).ConfigureAwait(false) ?? await keys.FindAsync(call, key).ConfigureAwait(false);
    }

    private bool NeedsCipher(Dictionary<string, AttributeValue> item) => item.Text(model.DataKeyId!) is not null || UserCipher.HasEncrypted(model, item);

    private bool IsOther(DataKey dataKey, Dictionary<string, AttributeValue> item)
        => dataKey is { IsUsable: true } && item.Text(model.DataKeyId!) is { } id && id != dataKey.Id;

    private UserCipher Usable(UserKey key, DataKey dataKey) => dataKey.IsUsable ? Cipher(key, dataKey) : throw new UserStoreUnavailableException(
        $"The data key of user '{key}' cannot be unwrapped, so that nothing can be encrypted. Check the keys of the IDataKeyWrapper.", isTransient: false);

    private UserStoreSchemaException Erased(UserKey key) => new(
        keys.Schema.TableName,
        null,
        $"the data key of user '{key}' was erased, so that nothing can be encrypted. If it cannot have been, check Privacy.DataKeysTable and "
            + "Privacy.HashKey; otherwise delete the user.")
    {
        Key = key,
    };
}

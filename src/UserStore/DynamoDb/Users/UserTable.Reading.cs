using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;

namespace UserStore.DynamoDb.Users;

/// <content>Reads users with what decrypts them.</content>
internal sealed partial class UserTable<TUser>
{
    // Between the read of an item and that of its data key, a user can be deleted and created again.
    private const int MaxUnlocks = 5;

    /// <summary>Gets the encryption; null if the type has no encrypted properties.</summary>
    public UserEncryption? Encryption { get; }

    /// <summary>Reads a user who has not expired.</summary>
    public async Task<TUser?> FindAsync(StoreCall call, UserKey key, ReadConsistency consistency)
    {
        if (Encryption is null)
        {
            ReadItem<TUser> item = await Requests.GetAsync(call, key, consistency).ConfigureAwait(false);
            return Exists(item, Input.Now()) ? ToUser(item) : null;
        }

        Task<DataKey?> begun = Encryption.BeginAsync(call, key);
        try
        {
            ReadItem<TUser> item = await Requests.GetAsync(call, key, consistency).ConfigureAwait(false);
            StoredUser stored = await UnlockAsync(call, new StoredUser(item.Item, Model), begun).ConfigureAwait(false);
            return stored.Exists(Input.Now()) ? ToUser(stored) : null;
        }
        finally
        {
            await ((Task)begun).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a user who does not exist needs no data key
        }
    }

    /// <summary>Finds what decrypts an item that was read.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="stored">The item.</param>
    /// <param name="begun">The data key, if it is being read.</param>
    /// <returns>The item. It is read again if its data key is not stored any more: then the user was deleted, unless the key alone was erased. So
    /// what it returns as encrypted under an erased key is that.</returns>
    /// <exception cref="UserStoreUnavailableException">The user was deleted and created again at every read.</exception>
    public async ValueTask<StoredUser> UnlockAsync(StoreCall call, StoredUser stored, Task<DataKey?>? begun = null)
    {
        for (int round = 1; Encryption is not null && stored.IsUser && stored.Key is { } key; round++)
        {
            UserCipher? cipher = await Encryption.FindAsync(call, stored.Item, key, begun).ConfigureAwait(false);
            if (cipher?.IsErased(stored.Item) != true)
                return stored with { Cipher = cipher };
            if (round == MaxUnlocks)
            {
                throw new UserStoreUnavailableException($"User '{key}' was deleted and created again at each of {MaxUnlocks} reads. Retry later.")
                {
                    TableNames = [TableName],
                };
            }

            StoredUser current = await ReadAsync(call, key).ConfigureAwait(false);
            if (HaveSameDataKey(current, stored))
                return stored with { Cipher = cipher };
            (stored, begun) = (current, null);
        }

        return stored;
    }

    /// <summary>Maps the result of a write, which was applied also if it cannot be read.</summary>
    /// <param name="call">The call that wrote.</param>
    /// <param name="written">The item.</param>
    /// <param name="begun">The data key, if it is being read.</param>
    /// <exception cref="UserNotFoundException">The user was deleted after the write, with its data key.</exception>
    /// <exception cref="UserStoreSchemaException">The item, or its data key, cannot be read.</exception>
    public async ValueTask<TUser> ToWrittenUserAsync(StoreCall call, StoredUser written, Task<DataKey?>? begun = null)
    {
        if (Encryption is null || written.Key is not { } key)
            return ToWrittenUser(written);
        written = written.Released;
        UserCipher? cipher;
        try
        {
            cipher = await Encryption.FindAsync(call, written.Item, key, begun).ConfigureAwait(false);
            if (cipher?.IsErased(written.Item) == true && !HaveSameDataKey(await ReadAsync(call, key).ConfigureAwait(false), written))
                throw new UserNotFoundException(key);
        }
        catch (UserStoreException failure) when (failure is not (UserStoreSchemaException or UserNotFoundException))
        {
            throw new UserStoreSchemaException(
                TableName, null, $"the write was applied, but the data key of user '{key}' cannot be read now. Read the user again.", failure)
            {
                WasApplied = true,
                Key = key,
            };
        }

        return ToWrittenUser(written with { Cipher = cipher });
    }

    /// <summary>Finds what decrypts the items of a page.</summary>
    /// <returns>The items, without those of users who were deleted after the page was read.</returns>
    public async ValueTask<List<(int Position, StoredUser User)>> UnlockAsync(
        StoreCall call, List<(int Position, Dictionary<string, AttributeValue> Item)> items)
    {
        List<(int Position, StoredUser User)> users = items.ConvertAll(item => (item.Position, new StoredUser(item.Item, Model)));
        if (Encryption is null)
            return users;
        var ciphers = await Encryption.FindManyAsync(call, items.Select(item => item.Item)).ConfigureAwait(false);
        var unlocked = new List<(int Position, StoredUser User)>(users.Count);
        foreach ((int position, StoredUser user) in users)
        {
            UserCipher? cipher = user.Key is { } key ? ciphers.GetValueOrDefault(key) : null;
            bool isDeleted = cipher?.IsErased(user.Item) == true && !HaveSameDataKey(await ReadAsync(call, cipher.Key).ConfigureAwait(false), user);
            if (!isDeleted)
                unlocked.Add((position, user with { Cipher = cipher }));
        }

        return unlocked;
    }

    // The data key of a user who is deleted and created again is another one.
    private bool HaveSameDataKey(StoredUser current, StoredUser read)
        => !current.IsAbsent && current.Released.Item.Text(Model.DataKeyId!) == read.Released.Item.Text(Model.DataKeyId!);
}

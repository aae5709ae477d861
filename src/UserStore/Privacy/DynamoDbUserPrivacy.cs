using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tombstones;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Privacy.Places;

namespace UserStore.Privacy;

/// <summary>Exports and erases what DynamoDB stores of users.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
public sealed class DynamoDbUserPrivacy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserPrivacy<TUser>
    where TUser : class
{
    private readonly UserTable<TUser> _users;
    private readonly UserWrites<TUser> _writes;
    private readonly IReadOnlyList<IUserDataPlace> _places;
    private readonly UserErasure? _erasure;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserPrivacy{TUser}"/> class without dependency injection, and so without replications
    /// and migrations.</summary>
    /// <param name="client">The client. The caller disposes of it.</param>
    /// <param name="options">The options of the store. Do not change them afterwards.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public DynamoDbUserPrivacy(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : this(StoreConnection.WithoutLogging(client, options, timeProvider), [])
    {
    }

    internal DynamoDbUserPrivacy(StoreConnection connection, IEnumerable<IUserDataPlace> otherPlaces)
    {
        _users = new UserTable<TUser>(connection);
        _writes = new UserWrites<TUser>(_users);
        var store = new StorePlace<TUser>(_users, _writes.Reservations);
        _places = [store, .. otherPlaces];
        _erasure = _users.Tombstones is { } tombstones
            ? new UserErasure(_users.Client, _users.Sender, tombstones, _users.Schema.Tables, _places, store.FreezeAsync)
            : null;
    }

    /// <inheritdoc/>
    public async Task<bool> ExportAsync(UserKey key, Stream utf8Json, CancellationToken cancellationToken = default)
    {
        _users.Model.Key.Check(key);
        ArgumentNullException.ThrowIfNull(utf8Json);
        return await UserExport.WriteAsync(
            utf8Json, _users.Model, FindAsync(key, cancellationToken), _users.Input.Now(), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<UserErasureReceipt> EraseAsync(UserKey key, CancellationToken cancellationToken = default)
    {
        UserErasure erasure = _erasure ?? throw WithoutKey("Users cannot be erased");
        _users.Model.Key.Check(key);
        Tombstone tombstone = await EraseAsync(erasure, key, cancellationToken).ConfigureAwait(false);
        return new UserErasureReceipt(
            tombstone.Hash, _users.TableName, tombstone.ErasedAt, DateTimeOffset.FromUnixTimeSeconds(tombstone.ExpiresAt));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UserRemnant> VerifyErasedAsync(
        IReadOnlyCollection<UserErasureReceipt> receipts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        if (_erasure is null)
            throw WithoutKey("Erasures cannot be verified");
        UserErasureReceipt.Check(receipts, _users.Tombstones!.Hash);
        HashSet<string> hashes = receipts.Select(receipt => receipt.UserHash).ToHashSet(StringComparer.Ordinal);
        return CheckTablesAsync(receipts, cancellationToken)
            .Concat(ScanAsync((call, owners) => Task.FromResult<IReadOnlySet<string>>(hashes), cancellationToken)
                .Select(found => found.Item.ToRemnant(found.Hash)))
            .Concat(FindDataKeysAsync(new[] { hashes }.ToAsyncEnumerable(), cancellationToken).Select(found => found.Item.ToRemnant(found.Hash)));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<UserRemnant> EraseRemnantsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        UserErasure erasure = _erasure ?? throw WithoutKey("Erased users cannot be found");
        TombstoneTable tombstones = _users.Tombstones!;
        await tombstones.CheckHashKeyAsync(_users.Sender.Begin(cancellationToken)).ConfigureAwait(false);
        await foreach ((string hash, string owner, HeldItem item) in ScanAsync(tombstones.FindErasedAsync, cancellationToken).ConfigureAwait(false))
        {
            bool isErased = true;
            if (item.Kind == UserDataKind.User)
                await EraseAsync(erasure, _users.Model.Key.FromText(owner)!.Value, cancellationToken).ConfigureAwait(false);
            else
                isErased = await erasure.TryDeleteAsync(item, cancellationToken).ConfigureAwait(false);
            yield return item.ToRemnant(hash) with { IsErased = isErased };
        }

        var erased = tombstones.ScanAsync(() => _users.Sender.Begin(cancellationToken));
        await foreach ((string hash, HeldItem item) in FindDataKeysAsync(erased, cancellationToken).ConfigureAwait(false))
            yield return item.ToRemnant(hash) with { IsErased = await erasure.TryDeleteAsync(item, cancellationToken).ConfigureAwait(false) };
    }

    /// <inheritdoc/>
    public async Task RestrictAsync(UserKey key, CancellationToken cancellationToken = default)
    {
        _users.Model.Key.Check(key);
        await _writes.Restriction.RestrictAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(UserKey key, CancellationToken cancellationToken = default)
    {
        _users.Model.Key.Check(key);
        await _writes.Restriction.ReleaseAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindRestrictedAsync(UserKey key, CancellationToken cancellationToken = default)
    {
        _users.Model.Key.Check(key);
        StoreCall call = _users.Sender.Begin(cancellationToken);
        StoredUser stored = await _users.ReadAsync(call, key).ConfigureAwait(false);
        if (!stored.IsRestricted)
            return null;
        StoredUser unlocked = await _users.UnlockAsync(call, stored.Released).ConfigureAwait(false);
        return unlocked.IsRevisionOf(stored) ? _users.ToUser(unlocked) : null; // deleted in the meantime
    }

    private static InvalidOperationException WithoutKey(string what) => new($"{what} without a hash key: set UserStoreOptions.Privacy.HashKey.");

    private async Task<Tombstone> EraseAsync(UserErasure erasure, UserKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await erasure.EraseAsync(key, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _users.Encryption?.Keys.Drop(key);
        }
    }

    // A receipt of another table is one of this store if it has the tombstone: a table of users is restored under another name.
    private async IAsyncEnumerable<UserRemnant> CheckTablesAsync(
        IReadOnlyCollection<UserErasureReceipt> receipts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        UserErasureReceipt[] others = [.. receipts.Where(receipt => receipt.TableName != _users.TableName)];
        IReadOnlySet<string> erased = await _users.Tombstones!.FindErasedAsync(
            _users.Sender.Begin(cancellationToken), [.. others.Select(receipt => receipt.UserHash).Distinct()]).ConfigureAwait(false);
        if (others.FirstOrDefault(receipt => !erased.Contains(receipt.UserHash)) is { } other)
        {
            throw new ArgumentException(
                $"A receipt is of table '{other.TableName}', but the store has '{_users.TableName}', and no tombstone of the user.", nameof(receipts));
        }

        yield break;
    }

    // The table of data keys does not show whose they are.
    private async IAsyncEnumerable<(string Hash, HeldItem Item)> FindDataKeysAsync(
        IAsyncEnumerable<IReadOnlyCollection<string>> erased, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_users.Encryption is not { Keys: var keys })
            yield break;
        await foreach (IReadOnlyCollection<string> hashes in erased.ConfigureAwait(false))
        {
            foreach ((string hash, Dictionary<string, AttributeValue> row) in await keys.FindRowsAsync(
                _users.Sender.Begin(cancellationToken), hashes).ConfigureAwait(false))
            {
                yield return (hash, StorePlace<TUser>.ToHeld(keys, row));
            }
        }
    }

    private async IAsyncEnumerable<HeldItem> FindAsync(UserKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreCall call = _users.Sender.Begin(cancellationToken);
        foreach (IUserDataPlace place in _places)
        {
            foreach (HeldItem item in (await place.FindAsync(call, key).ConfigureAwait(false)).Items)
            {
                if (item.Kind == UserDataKind.User)
                {
                    if (await DecryptedAsync(call, item).ConfigureAwait(false) is { } user)
                        yield return user;
                }
                else if (item.Kind != UserDataKind.DataKey) // the user receives what is encrypted under it
                {
                    yield return item;
                }
            }
        }
    }

    // As it is stored when it is not restricted. Null if it was deleted in the meantime.
    private async Task<HeldItem?> DecryptedAsync(StoreCall call, HeldItem held)
    {
        StoredUser read = new StoredUser(held.Item, _users.Model).Released;
        StoredUser unlocked = await _users.UnlockAsync(call, read).ConfigureAwait(false);
        if (!unlocked.IsRevisionOf(read))
            return unlocked.IsAbsent ? null : await DecryptedAsync(call, held with { Item = unlocked.Item }).ConfigureAwait(false);
        Dictionary<string, AttributeValue> item = _users.Items.Decrypted(unlocked, omitsErased: true);
        return held with { Item = item, ErasedAttributes = [.. unlocked.Item.Keys.Except(item.Keys)] };
    }

    private async IAsyncEnumerable<(string Hash, string Owner, HeldItem Item)> ScanAsync(
        Func<StoreCall, IReadOnlyCollection<string>, Task<IReadOnlySet<string>>> findErased, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TombstoneTable tombstones = _users.Tombstones!;
        foreach (IUserDataPlace place in _places)
        {
            await foreach (IReadOnlyList<OwnedItem> page in place.ScanAsync(() => _users.Sender.Begin(cancellationToken)).ConfigureAwait(false))
            {
                (OwnedItem Found, string Owner, string Hash)[] owned =
                    [.. page.SelectMany(found => found.Owners.Select(owner => (found, owner, tombstones.HashOf(owner))))];
                IReadOnlySet<string> erased = await findErased(
                    _users.Sender.Begin(cancellationToken), [.. owned.Select(found => found.Hash).Distinct()]).ConfigureAwait(false);
                foreach ((OwnedItem found, string owner, string hash) in owned.Where(found => erased.Contains(found.Hash)))
                    yield return (hash, owner, found.Item);
            }
        }
    }
}

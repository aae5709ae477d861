using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Privacy;
using UserStore.Privacy.Places;

namespace UserStore.Testing;

/// <summary>Exports and erases the users of an in-memory store.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <param name="store">The store. <see cref="InMemoryUserStoreOptions.Privacy"/> must have a hash key to erase users.</param>
/// <remarks>An in-memory store has no replications and no tables of migrations: only the users and their reservations are exported and
/// erased.</remarks>
public sealed class InMemoryUserPrivacy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(InMemoryUserStore<TUser> store)
    : IUserPrivacy<TUser>
    where TUser : class
{
    /// <inheritdoc/>
    public async Task<bool> ExportAsync(UserKey key, Stream utf8Json, CancellationToken cancellationToken = default)
    {
        store.Input.Model.Key.Check(key);
        ArgumentNullException.ThrowIfNull(utf8Json);
        HeldItem[] held = await store.RunAsync(
            nameof(ExportAsync), isWrite: false, key, users => HeldOf(users, key).ToArray(), cancellationToken).ConfigureAwait(false);
        return await UserExport.WriteAsync(
            utf8Json, store.Input.Model, held.ToAsyncEnumerable(), store.Input.Now(), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<UserErasureReceipt> EraseAsync(UserKey key, CancellationToken cancellationToken = default)
    {
        Check("Users cannot be erased");
        store.Input.Model.Key.Check(key);
        return await store.RunAsync(nameof(EraseAsync), isWrite: true, key, users => users.Erase(key), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UserRemnant> VerifyErasedAsync(
        IReadOnlyCollection<UserErasureReceipt> receipts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        Check("Erasures cannot be verified");
        UserErasureReceipt.Check(receipts, store.Tombstones!.Hash);
        if (receipts.FirstOrDefault(receipt => receipt.TableName != store.TableName && !store.Tombstones!.Has(receipt.UserHash)) is { } other)
        {
            throw new ArgumentException(
                $"A receipt is of table '{other.TableName}', but the store has '{store.TableName}', and no tombstone of the user.", nameof(receipts));
        }

        HashSet<string> hashes = receipts.Select(receipt => receipt.UserHash).ToHashSet(StringComparer.Ordinal);
        return FindAsync(nameof(VerifyErasedAsync), (_, hash) => hashes.Contains(hash), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UserRemnant> EraseRemnantsAsync(CancellationToken cancellationToken = default)
    {
        Check("Erased users cannot be found");
        // No table can be restored, and every reservation goes with its user.
        return FindAsync(nameof(EraseRemnantsAsync), (key, _) => store.Tombstones!.Find(key) is not null, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RestrictAsync(UserKey key, CancellationToken cancellationToken = default)
        => RestrictAsync(nameof(RestrictAsync), key, isRestricted: true, cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseAsync(UserKey key, CancellationToken cancellationToken = default)
        => RestrictAsync(nameof(ReleaseAsync), key, isRestricted: false, cancellationToken);

    /// <inheritdoc/>
    public async Task<TUser?> FindRestrictedAsync(UserKey key, CancellationToken cancellationToken = default)
    {
        store.Input.Model.Key.Check(key);
        return await store.RunAsync(
            nameof(FindRestrictedAsync),
            isWrite: false,
            key,
            users => InMemoryUsers<TUser>.Copy(users.Table.FindAny(key) is { IsRestricted: true } row ? row : null),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task RestrictAsync(string operation, UserKey key, bool isRestricted, CancellationToken cancellationToken)
    {
        store.Input.Model.Key.Check(key);
        await store.RunAsync(
            operation,
            isWrite: true,
            key,
            users =>
            {
                users.Restrict(key, isRestricted);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<UserRemnant> FindAsync(
        string operation, Func<UserKey, string, bool> isErased, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        UserRemnant[] remnants = await store.RunAsync(
            operation, isWrite: false, key: null, users => RemnantsIn(users, isErased).ToArray(), cancellationToken).ConfigureAwait(false);
        foreach (UserRemnant remnant in remnants)
            yield return remnant;
    }

    private IEnumerable<UserRemnant> RemnantsIn(InMemoryUsers<TUser> users, Func<UserKey, string, bool> isErased)
        => users.Keys().Where(key => isErased(key, store.Tombstones!.HashOf(key))).SelectMany(key => HeldOf(users, key).Select(
            item => item.ToRemnant(store.Tombstones!.HashOf(key))));

    private IEnumerable<HeldItem> HeldOf(InMemoryUsers<TUser> users, UserKey key)
    {
        string reservations = new StoreSchema(store.Input.Model, new UserStoreOptions()).Reservations?.TableName ?? "";
        foreach (ReservedValue value in users.Reservations?.OwnedBy(key) ?? [])
        {
            Dictionary<string, AttributeValue> reservation = new(StringComparer.Ordinal) { [StoreSchema.ReservationKey] = new(value.Key) };
            yield return new HeldItem(
                UserDataKind.Reservation,
                reservations,
                reservation,
                new(reservation, StringComparer.Ordinal) { [StoreSchema.ReservationOwner] = new(KeyModel.ToText(key)) },
                Delete: null);
        }

        if (users.Table.FindAny(key) is { } row)
            yield return new HeldItem(UserDataKind.User, store.TableName, store.Input.Model.Key.ToItem(key), store.Items.ToItem(row.User), Delete: null);
    }

    private void Check(string refusal)
    {
        if (store.Tombstones is null)
            throw new InvalidOperationException($"{refusal} without a hash key: set InMemoryUserStoreOptions.Privacy.HashKey.");
    }
}

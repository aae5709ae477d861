using System.Diagnostics.CodeAnalysis;

namespace UserStore.Privacy;

/// <summary>Exports and erases everything that a store keeps of a user: the item, its data key, the reservations of its values, its items and guards
/// in the targets of replications, and entries of migrations that name it.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <remarks>
/// <para>
/// <c>AddUserStore</c> registers it, and with it the places where the replications and migrations of the same container keep data. Streams, backups,
/// exports and tables that other code writes are not among them; the guide to privacy says how long they keep what.
/// </para>
/// <para>Every call may throw <see cref="UserStoreThrottledException"/>, <see cref="UserStoreUnavailableException"/> and
/// <see cref="UserStoreSchemaException"/>.</para>
/// </remarks>
public interface IUserPrivacy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    /// <summary>Writes everything that is stored of a user as JSON: all attributes, also those that <typeparamref name="TUser"/> does not have, with the
    /// table in which each item lies.</summary>
    /// <param name="key">The key of the user, who may have expired.</param>
    /// <param name="utf8Json">The stream to which the JSON is written. It is not closed. Nothing is written if nothing is stored.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns><see langword="true"/> if anything is stored of the user.</returns>
    /// <exception cref="InvalidUserException">The key is empty, white space or too long, or has other parts than that of
    /// <typeparamref name="TUser"/>.</exception>
    /// <remarks>
    /// The document has the properties <c>exportedAt</c> and <c>items</c>; each item has <c>kind</c> (a <see cref="UserDataKind"/>), <c>table</c> and
    /// <c>attributes</c>, and that of the user also <c>classifications</c>: those of each classified attribute, such as
    /// <c>"email": ["UserStore:Contact"]</c>. Numbers are JSON numbers with all their digits, sets are arrays, and binary values are Base64 strings.
    /// Costs a consistent read of the user, one batch read of its reservations, two reads for each replication, and a scan of the lock table of the
    /// migrations, if there are any.
    /// </remarks>
    Task<bool> ExportAsync(UserKey key, Stream utf8Json, CancellationToken cancellationToken = default);

    /// <summary>Erases everything that is stored of a user, and leaves a tombstone that keeps the user from coming back: from a late record of a stream, a
    /// batch that is retried, or a restored backup.</summary>
    /// <param name="key">The key of the user, who need not exist.</param>
    /// <param name="cancellationToken">A token to cancel the call. What was already sent may still be applied; call again to complete the erasure.</param>
    /// <returns>The receipt. For a user who was erased before, it has the time of the first erasure.</returns>
    /// <exception cref="InvalidOperationException"><see cref="UserPrivacyOptions.HashKey"/> is not set.</exception>
    /// <exception cref="InvalidUserException">The key is empty, white space or too long, or has other parts than that of
    /// <typeparamref name="TUser"/>.</exception>
    /// <remarks>
    /// <para>
    /// Costs the reads of <see cref="ExportAsync"/>, one more of the tombstone, and one transaction of all that is stored. If that is more than 100 items
    /// or 3.5 MB, the tombstone is written first, then each replication and migration, and the user with its reservations last. Then, or if there are
    /// migrations, everything is read once more, to erase what was stored meanwhile. Can be repeated, concurrently and after a failure at any request:
    /// what is left is erased, and nothing else is changed.
    /// </para>
    /// <para>
    /// Until the tombstone expires (<see cref="UserPrivacyOptions.TombstoneRetention"/>), a user with this key is not created
    /// (<see cref="UserErasedException"/>) and not replicated. An unexpired user of another key is never affected, whatever values it has. Reservations
    /// that the item does not show are left: another program changed it, or it expired, and another user took over one of its values, which deletes it.
    /// The cleanup by the stream, or <see cref="EraseRemnantsAsync"/>, finds them.
    /// </para>
    /// </remarks>
    Task<UserErasureReceipt> EraseAsync(UserKey key, CancellationToken cancellationToken = default);

    /// <summary>Looks everywhere for data of erased users.</summary>
    /// <param name="receipts">The receipts of the erasures. They can be from before their tombstones expired.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>What is left of these users; nothing if they are erased.</returns>
    /// <exception cref="InvalidOperationException"><see cref="UserPrivacyOptions.HashKey"/> is not set.</exception>
    /// <exception cref="ArgumentException">A receipt is of another table, or has no valid hash.</exception>
    /// <remarks>Costs a consistent scan of all tables, however many receipts there are. A user who was created again after the tombstone expired is
    /// reported, too.</remarks>
    IAsyncEnumerable<UserRemnant> VerifyErasedAsync(
        IReadOnlyCollection<UserErasureReceipt> receipts, CancellationToken cancellationToken = default);

    /// <summary>Looks everywhere for data of users who have a tombstone, and erases it: after a table was restored from a backup, or where another program
    /// left reservations behind.</summary>
    /// <param name="cancellationToken">A token to cancel the enumeration. What was erased remains so.</param>
    /// <returns>What was found. It is erased during the enumeration, except for <see cref="UserDataKind.MigrationPosition"/>.</returns>
    /// <exception cref="InvalidOperationException"><see cref="UserPrivacyOptions.HashKey"/> is not set.</exception>
    /// <remarks>Costs a consistent scan of all tables, a batch read of tombstones for each 100 users, and an erasure of each user, or a delete of each
    /// other item, that is left.</remarks>
    IAsyncEnumerable<UserRemnant> EraseRemnantsAsync(CancellationToken cancellationToken = default);

    /// <summary>Restricts the processing of a user: it is kept, with the reservations of its values, but counts as absent. Only
    /// <see cref="FindRestrictedAsync"/> and <see cref="ExportAsync"/> read it.</summary>
    /// <param name="key">The key of the user.</param>
    /// <param name="cancellationToken">A token to cancel the call. A write that was already sent may still be applied.</param>
    /// <returns>A task that completes when the user is restricted; at once if it was before.</returns>
    /// <exception cref="UserNotFoundException">There is no such user, or it has expired.</exception>
    /// <exception cref="InvalidUserException">The key is not valid; or the item has so nearly 400 KB, or is so deeply nested, that the attribute around it
    /// does not fit.</exception>
    /// <remarks>
    /// <para>
    /// Costs a consistent read and a conditional put. The item keeps its key and revision; all other attributes are moved into <c>restricted_item</c>. So
    /// it leaves all indexes, also for programs that do not use this library, and DynamoDB does not delete it when it expires. A user with its key or one of
    /// its unique values cannot be created; changes and deletes throw <see cref="UserRestrictedException"/>.
    /// </para>
    /// <para>Handlers of changes and replications receive the restriction as the removal of the user. Backfills do not process restricted
    /// users.</para>
    /// </remarks>
    Task RestrictAsync(UserKey key, CancellationToken cancellationToken = default);

    /// <summary>Ends the restriction of a user, who then is as before.</summary>
    /// <param name="key">The key of the user.</param>
    /// <param name="cancellationToken">A token to cancel the call. A write that was already sent may still be applied.</param>
    /// <returns>A task that completes when the user is released; at once if it is not restricted.</returns>
    /// <exception cref="UserNotFoundException">There is no such user.</exception>
    /// <exception cref="InvalidUserException">The key is not valid.</exception>
    /// <remarks>Costs a consistent read and a conditional put. A user whose expiry has passed in the meantime is expired at once.</remarks>
    Task ReleaseAsync(UserKey key, CancellationToken cancellationToken = default);

    /// <summary>Reads a user whose processing is restricted.</summary>
    /// <param name="key">The key of the user.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The user; <see langword="null"/> if there is none, or if its processing is not restricted.</returns>
    /// <exception cref="InvalidUserException">The key is not valid.</exception>
    /// <remarks>Costs a consistent read.</remarks>
    Task<TUser?> FindRestrictedAsync(UserKey key, CancellationToken cancellationToken = default);
}

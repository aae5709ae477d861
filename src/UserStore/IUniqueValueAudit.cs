using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Compares the users of a store with the reservations of their unique values, and repairs inconsistencies.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// <para>
/// The store itself causes no inconsistencies: it writes users and reservations in one transaction. <see cref="RepairAsync"/> reserves the
/// values of users that other programs wrote, or that were stored before the values were unique.
/// </para>
/// <para>
/// Both sequences first scan the users, then the reservations, page by page in bounded memory. Each page has the position after it, so that
/// an interrupted audit can be resumed; a new one finds the same. Each finding is confirmed by a consistent read before it is reported; only
/// the search for other users with the same value reads an index, if the property is the partition key of one.
/// </para>
/// </remarks>
public interface IUniqueValueAudit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    /// <summary>Reports inconsistencies, and changes nothing.</summary>
    /// <param name="continuationToken">The token of the last page of an interrupted audit, or <see langword="null"/> for a new audit.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>The pages, read while they are enumerated.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or does not belong to an audit.</exception>
    /// <exception cref="InvalidOperationException">The store has no unique values.</exception>
    /// <remarks>Costs a scan of both tables, a consistent batch read for each page, and two or three reads for each finding.</remarks>
    IAsyncEnumerable<UniqueValueAuditPage> CheckAsync(string? continuationToken = null, CancellationToken cancellationToken = default);

    /// <summary>Repairs unambiguous inconsistencies, and reports all of them with the outcome.</summary>
    /// <param name="continuationToken">The token of the last page of an interrupted audit, or <see langword="null"/> for a new audit.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration. Repairs that were made remain.</param>
    /// <returns>The pages, repaired while they are enumerated.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or does not belong to an audit.</exception>
    /// <exception cref="InvalidOperationException">The store has no unique values.</exception>
    /// <remarks>
    /// Reserves the value of a user that has no reservation, and stores it as the store normalizes it, unless
    /// another user has the same value. Reports an invalid value and does not change it. Deletes a reservation without a valid owner. Each
    /// repair is one transaction under the conditions of the store's own writes, so that it can run while the store is used. Costs the same as
    /// <see cref="CheckAsync"/>, and a transaction for each finding that is repaired.
    /// </remarks>
    IAsyncEnumerable<UniqueValueAuditPage> RepairAsync(string? continuationToken = null, CancellationToken cancellationToken = default);
}

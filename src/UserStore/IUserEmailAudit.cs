using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Compares the users of a store with the reservations of their emails, and mends what is not in order.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// <para>
/// The store itself leaves nothing to mend: it writes users and reservations in one transaction. What other programs wrote, or what was
/// there before emails were unique, is adopted by <see cref="RepairAsync"/>.
/// </para>
/// <para>
/// Both sequences first walk the users, then the reservations, page after page in bounded memory. Each page tells the position to go on
/// from, so that a walk that was interrupted can be resumed; one that begins anew finds the same. Each finding was read again consistently
/// before it is reported; only the search for other users with the same email reads an index.
/// </para>
/// </remarks>
public interface IUserEmailAudit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : User
{
    /// <summary>Reports what is not in order, and changes nothing.</summary>
    /// <param name="continuationToken">The token of the last page of an interrupted walk, or <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>The pages, read while they are enumerated.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged or was made by something else.</exception>
    /// <exception cref="InvalidOperationException">The store does not keep emails unique.</exception>
    /// <remarks>Costs a scan of both tables, a consistent batch read for each page, and two or three reads for each finding.</remarks>
    IAsyncEnumerable<UserEmailAuditPage> CheckAsync(string? continuationToken = null, CancellationToken cancellationToken = default);

    /// <summary>Mends what is unambiguous, and reports everything that was not in order with what became of it.</summary>
    /// <param name="continuationToken">The token of the last page of an interrupted walk, or <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the walk. What was mended stays so.</param>
    /// <returns>The pages, mended while they are enumerated.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged or was made by something else.</exception>
    /// <exception cref="InvalidOperationException">The store does not keep emails unique.</exception>
    /// <remarks>
    /// A user without a reservation gets one, and its email in the form that <see cref="UserStoreOptions.NormalizeEmail"/> gives it, unless
    /// another user has the same email; a reservation without a valid holder is withdrawn. Each is one transaction under the conditions of
    /// the store's own writes, so that it may run while the store is used. Costs as <see cref="CheckAsync"/>, and a transaction for each
    /// finding that is mended.
    /// </remarks>
    IAsyncEnumerable<UserEmailAuditPage> RepairAsync(string? continuationToken = null, CancellationToken cancellationToken = default);
}

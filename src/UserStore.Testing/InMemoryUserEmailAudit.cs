using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using UserStore.Paging;

namespace UserStore.Testing;

/// <summary>Checks the email reservations of an in-memory store against its users.</summary>
/// <typeparam name="TUser"><see cref="User"/> or a record derived from it.</typeparam>
/// <param name="store">The store to check.</param>
/// <remarks>Only expiry causes inconsistencies in an in-memory store, because no other program writes to it.</remarks>
public sealed class InMemoryUserEmailAudit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryUserStore<TUser> store) : IUserEmailAudit<TUser>
    where TUser : User
{
    private const int PageSize = 100;

    /// <inheritdoc/>
    public IAsyncEnumerable<UserEmailAuditPage> CheckAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: false, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UserEmailAuditPage> RepairAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: true, cancellationToken);

    private async IAsyncEnumerable<UserEmailAuditPage> WalkAsync(
        string? continuationToken, bool repair, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AuditPosition? position = store.QueryInput.PrepareAudit(continuationToken);
        while (position is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AuditPosition here = position;
            (UserEmailAuditPage page, position) = store.Audit((users, reservations) => here.InReservations
                ? CheckReservations(users, reservations, here, repair)
                : CheckUsers(users, reservations, here));
            yield return page;
            await Task.Yield(); // other callers can use the store between two pages
        }
    }

    private (UserEmailAuditPage Page, AuditPosition? Next) CheckUsers(
        InMemoryTable<TUser> users, InMemoryReservations<TUser> reservations, AuditPosition position)
    {
        InMemoryRow<TUser>[] rows = [.. users.ReadAll(position.After).Take(PageSize)];
        UserEmailFinding[] findings = [.. rows
            .Where(row => row.User.Email is not null && !row.IsExpired(store.Input.Now()))
            .Where(row => reservations.OwnerKeyOf(row.User.Email!) != row.Key)
            .Select(row => new UserEmailFinding(UserEmailProblem.UserWithoutReservation, row.User.Email!, row.Key))];
        AuditPosition? next = position.Next(rows.Length < PageSize ? null : rows[^1].KeyText);
        return (new UserEmailAuditPage(findings, rows.Length, 0, store.QueryInput.TokenOf(next)), next);
    }

    private (UserEmailAuditPage Page, AuditPosition? Next) CheckReservations(
        InMemoryTable<TUser> users, InMemoryReservations<TUser> reservations, AuditPosition position, bool repair)
    {
        (string Email, UserKey OwnerKey)[] entries = [.. reservations.ReadAll(position.After).Take(PageSize)];
        var findings = new List<UserEmailFinding>();
        foreach ((string email, UserKey ownerKey) in entries)
        {
            if (reservations.FindOwner(email, store.Input.Now()) is not null)
                continue;
            findings.Add(new UserEmailFinding(UserEmailProblem.ReservationWithoutOwner, email, ownerKey, IsRepaired: repair));
            if (!repair)
                continue;
            reservations.Withdraw(email);
            if (users.FindExpired(ownerKey, store.Input.Now()) is { } expired && expired.User.Email == email)
                users.Remove(expired, store.Input.Now());
        }

        AuditPosition? next = position.Next(entries.Length < PageSize ? null : entries[^1].Email);
        return (new UserEmailAuditPage(findings, 0, entries.Length, store.QueryInput.TokenOf(next)), next);
    }
}

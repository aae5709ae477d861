using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using UserStore.Modeling;
using UserStore.Paging;

namespace UserStore.Testing;

/// <summary>Checks the reservations of an in-memory store against its users.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <param name="store">The store to check.</param>
/// <remarks>Only expiry causes inconsistencies in an in-memory store, because no other program writes to it.</remarks>
public sealed class InMemoryUniqueValueAudit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryUserStore<TUser> store) : IUniqueValueAudit<TUser>
    where TUser : class
{
    private const int PageSize = 100;

    /// <inheritdoc/>
    public IAsyncEnumerable<UniqueValueAuditPage> CheckAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: false, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UniqueValueAuditPage> RepairAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: true, cancellationToken);

    private async IAsyncEnumerable<UniqueValueAuditPage> WalkAsync(
        string? continuationToken, bool repair, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AuditPosition? position = store.QueryInput.PrepareAudit(continuationToken);
        if (position is { InReservations: false, After: { } text }
            && !(store.Input.Model.Key.FromText(text) is { } key && store.Input.Model.Key.FindValid(key) is not null))
        {
            throw new InvalidContinuationTokenException("contains no key to resume from");
        }

        while (position is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AuditPosition here = position;
            (UniqueValueAuditPage page, position) = store.Audit((users, reservations) => here.InReservations
                ? CheckReservations(users, reservations, here, repair)
                : CheckUsers(users, reservations, here));
            yield return page;
            await Task.Yield(); // other callers can use the store between two pages
        }
    }

    private (UniqueValueAuditPage Page, AuditPosition? Next) CheckUsers(
        InMemoryTable<TUser> users, InMemoryReservations<TUser> reservations, AuditPosition position)
    {
        InMemoryRow<TUser>[] rows = [.. users.ReadAll(position.After).Take(PageSize)];
        UniqueValueFinding[] findings = [.. rows
            .Where(row => !row.IsExpired(store.Input.Now()))
            .SelectMany(row => reservations.ReservedBy(row)
                .Where(value => reservations.OwnerKeyOf(value) != row.Key)
                .Select(value => new UniqueValueFinding(
                    UniqueValueProblem.UserWithoutReservation, value.Unique.Property.Name, value.Value, row.Key)))];
        AuditPosition? next = position.Next(rows.Length < PageSize ? null : rows[^1].KeyText);
        return (new UniqueValueAuditPage(findings, rows.Length, 0, store.QueryInput.TokenOf(next)), next);
    }

    private (UniqueValueAuditPage Page, AuditPosition? Next) CheckReservations(
        InMemoryTable<TUser> users, InMemoryReservations<TUser> reservations, AuditPosition position, bool repair)
    {
        (ReservedValue Value, UserKey OwnerKey)[] entries = [.. reservations.ReadAll(position.After).Take(PageSize)];
        var findings = new List<UniqueValueFinding>();
        foreach ((ReservedValue value, UserKey ownerKey) in entries)
        {
            if (reservations.FindOwner(value, store.Input.Now()) is not null)
                continue;
            findings.Add(new UniqueValueFinding(
                UniqueValueProblem.ReservationWithoutOwner, value.Unique.Property.Name, value.Value, ownerKey, IsRepaired: repair));
            if (!repair)
                continue;
            reservations.Withdraw(value);
            if (users.FindExpired(ownerKey, store.Input.Now()) is { } expired && reservations.Has(expired, value))
                users.Remove(expired, store.Input.Now());
        }

        AuditPosition? next = position.Next(entries.Length < PageSize ? null : entries[^1].Value.Key);
        return (new UniqueValueAuditPage(findings, 0, entries.Length, store.QueryInput.TokenOf(next)), next);
    }
}

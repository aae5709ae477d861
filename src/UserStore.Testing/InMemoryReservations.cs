using System.Diagnostics.CodeAnalysis;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Which user has which email. Not safe for concurrent use: the store locks.</summary>
internal sealed class InMemoryReservations<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> table, UserRequests<TUser> requests)
    where TUser : User
{
    private readonly SortedDictionary<string, string> _holderIds = new(StringComparer.Ordinal);

    /// <summary>Returns the reservations behind an email, in the order of the emails.</summary>
    public IEnumerable<(string Email, string HolderId)> ReadAll(string? afterEmail)
        => _holderIds.Where(reservation => string.CompareOrdinal(reservation.Key, afterEmail) > 0)
            .Select(reservation => (reservation.Key, reservation.Value));

    public string? HolderIdOf(string email) => _holderIds.GetValueOrDefault(email);

    /// <summary>Returns the user who has a right to an email.</summary>
    public InMemoryRow<TUser>? FindHolder(string email, DateTimeOffset now)
        => HolderIdOf(email) is { } holderId && table.Find(holderId, now) is { } row && requests.ReservationOf(row.User.Email) == email
            ? row
            : null;

    /// <summary>Frees one email of a user and reserves another.</summary>
    /// <exception cref="EmailAlreadyInUseException">Another user has a right to it. Nothing was changed.</exception>
    public void Move(string userId, string? from, string? to, DateTimeOffset now)
    {
        if (from == to)
            return;
        if (to is not null)
        {
            if (FindHolder(to, now) is { } holder && holder.User.UserId != userId)
                throw new EmailAlreadyInUseException(holder.User.UserId);

            // As in the table: an expired holder goes, so that no slow clock can revive it.
            if (HolderIdOf(to) is { } holderId && holderId != userId
                && table.FindExpired(holderId, now) is { } expired && expired.User.Email == to)
            {
                table.Remove(expired, now);
            }

            _holderIds[to] = userId;
        }

        if (from is not null && HolderIdOf(from) == userId)
            _holderIds.Remove(from);
    }

    public void Withdraw(string email) => _holderIds.Remove(email);
}

using System.Diagnostics.CodeAnalysis;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Which user has which email. Not safe for concurrent use: the store locks.</summary>
internal sealed class InMemoryReservations<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> table, UserInput<TUser> requests)
    where TUser : User
{
    private readonly SortedDictionary<string, string> _holderIds = new(StringComparer.Ordinal);

    /// <summary>Returns the reservations behind an email, in the order of the emails.</summary>
    public IEnumerable<(string Email, string OwnerUserId)> ReadAll(string? afterEmail)
        => _holderIds.Where(reservation => string.CompareOrdinal(reservation.Key, afterEmail) > 0)
            .Select(reservation => (reservation.Key, reservation.Value));

    public string? OwnerUserIdOf(string email) => _holderIds.GetValueOrDefault(email);

    /// <summary>Returns the user who has a right to an email.</summary>
    public InMemoryRow<TUser>? FindOwner(string email, DateTimeOffset now)
        => OwnerUserIdOf(email) is { } ownerUserId && table.Find(ownerUserId, now) is { } row && requests.ReservationOf(row.User.Email) == email
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
            if (FindOwner(to, now) is { } holder && holder.User.UserId != userId)
                throw new EmailAlreadyInUseException(holder.User.UserId);

            // As in the table: an expired holder goes, so that no slow clock can revive it.
            if (OwnerUserIdOf(to) is { } ownerUserId && ownerUserId != userId
                && table.FindExpired(ownerUserId, now) is { } expired && expired.User.Email == to)
            {
                table.Remove(expired, now);
            }

            _holderIds[to] = userId;
        }

        if (from is not null && OwnerUserIdOf(from) == userId)
            _holderIds.Remove(from);
    }

    public void Withdraw(string email) => _holderIds.Remove(email);
}

using System.Diagnostics.CodeAnalysis;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Maps each reserved email to its owner. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryReservations<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> table, UserInput<TUser> input)
    where TUser : User
{
    private readonly SortedDictionary<string, string> _ownerUserIds = new(StringComparer.Ordinal);

    /// <summary>Returns the reservations after an email, sorted by email.</summary>
    public IEnumerable<(string Email, string OwnerUserId)> ReadAll(string? afterEmail)
        => _ownerUserIds.Where(reservation => string.CompareOrdinal(reservation.Key, afterEmail) > 0)
            .Select(reservation => (reservation.Key, reservation.Value));

    public string? OwnerUserIdOf(string email) => _ownerUserIds.GetValueOrDefault(email);

    /// <summary>Returns the current owner of an email.</summary>
    public InMemoryRow<TUser>? FindOwner(string email, DateTimeOffset now)
        => OwnerUserIdOf(email) is { } ownerUserId && table.Find(ownerUserId, now) is { } row && input.ReservationOf(row.User.Email) == email
            ? row
            : null;

    /// <summary>Releases one email of a user and reserves another.</summary>
    /// <exception cref="EmailAlreadyInUseException">Another user owns the email. Nothing was changed.</exception>
    public void Move(string userId, string? from, string? to, DateTimeOffset now)
    {
        if (from == to)
            return;
        if (to is not null)
        {
            if (FindOwner(to, now) is { } owner && owner.User.UserId != userId)
                throw new EmailAlreadyInUseException(owner.User.UserId);

            // As in the table: an expired owner is deleted, so that a process with a slow clock cannot read it as current again.
            if (OwnerUserIdOf(to) is { } ownerUserId && ownerUserId != userId
                && table.FindExpired(ownerUserId, now) is { } expired && expired.User.Email == to)
            {
                table.Remove(expired, now);
            }

            _ownerUserIds[to] = userId;
        }

        if (from is not null && OwnerUserIdOf(from) == userId)
            _ownerUserIds.Remove(from);
    }

    public void Withdraw(string email) => _ownerUserIds.Remove(email);
}

using System.Diagnostics.CodeAnalysis;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Maps each reserved email to its owner. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryReservations<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> table, UserInput<TUser> input)
    where TUser : User
{
    private readonly SortedDictionary<string, UserKey> _owners = new(StringComparer.Ordinal);

    /// <summary>Returns the reservations after an email, sorted by email.</summary>
    public IEnumerable<(string Email, UserKey OwnerKey)> ReadAll(string? afterEmail)
        => _owners.Where(reservation => string.CompareOrdinal(reservation.Key, afterEmail) > 0)
            .Select(reservation => (reservation.Key, reservation.Value));

    public UserKey? OwnerKeyOf(string email) => _owners.TryGetValue(email, out UserKey key) ? key : (UserKey?)null;

    /// <summary>Returns the current owner of an email.</summary>
    public InMemoryRow<TUser>? FindOwner(string email, DateTimeOffset now)
        => OwnerKeyOf(email) is { } ownerKey && table.Find(ownerKey, now) is { } row && input.ReservationOf(row.User.Email) == email
            ? row
            : null;

    /// <summary>Releases one email of a user and reserves another.</summary>
    /// <exception cref="EmailAlreadyInUseException">Another user owns the email. Nothing was changed.</exception>
    public void Move(UserKey key, string? from, string? to, DateTimeOffset now)
    {
        if (from == to)
            return;
        if (to is not null)
        {
            if (FindOwner(to, now) is { } owner && owner.Key != key)
                throw new EmailAlreadyInUseException(owner.Key);

            // As in the table: an expired owner is deleted, so that a process with a slow clock cannot read it as current again.
            if (OwnerKeyOf(to) is { } ownerKey && ownerKey != key
                && table.FindExpired(ownerKey, now) is { } expired && expired.User.Email == to)
            {
                table.Remove(expired, now);
            }

            _owners[to] = key;
        }

        if (from is not null && OwnerKeyOf(from) == key)
            _owners.Remove(from);
    }

    public void Withdraw(string email) => _owners.Remove(email);
}

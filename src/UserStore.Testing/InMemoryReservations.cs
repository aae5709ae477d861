using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Maps each reserved value to its owner. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryReservations<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> table, UserInput<TUser> input)
    where TUser : class
{
    private readonly SortedDictionary<string, (ReservedValue Value, UserKey OwnerKey)> _owners = new(StringComparer.Ordinal);

    /// <summary>Returns the reservations after a key of one, sorted by key.</summary>
    public IEnumerable<(ReservedValue Value, UserKey OwnerKey)> ReadAll(string? after)
        => _owners.Where(reservation => string.CompareOrdinal(reservation.Key, after) > 0).Select(reservation => reservation.Value);

    /// <summary>Returns the values that are reserved for a user, whether or not the user still has them.</summary>
    public IEnumerable<ReservedValue> OwnedBy(UserKey key) => _owners.Values.Where(entry => entry.OwnerKey == key).Select(entry => entry.Value);

    public UserKey? OwnerKeyOf(ReservedValue value) => _owners.TryGetValue(value.Key, out var reservation) ? reservation.OwnerKey : (UserKey?)null;

    /// <summary>Returns the current owner of a value, who may be restricted.</summary>
    public InMemoryRow<TUser>? FindOwner(ReservedValue value, DateTimeOffset now)
        => OwnerKeyOf(value) is { } ownerKey && table.FindAny(ownerKey) is { } row && !row.IsExpired(now) && Has(row, value) ? row : null;

    /// <summary>Returns the keys of the users for whom an indexed value is reserved, sorted.</summary>
    public IEnumerable<UserKey> OwnersOf(ReservedValue wanted)
        => _owners.Values.Where(entry => entry.Value.Unique == wanted.Unique && entry.Value.Value == wanted.Value).Select(entry => entry.OwnerKey);

    /// <summary>Returns the values that a user reserves.</summary>
    public IReadOnlyList<ReservedValue> ReservedBy(InMemoryRow<TUser> row) => input.UniqueValues.ReservedIn(row.ScalarOf);

    /// <summary>Releases the values that a user had, and reserves those that it has now: nothing before the first, or after the last write.</summary>
    /// <exception cref="UserValueInUseException">Another user owns a value. Nothing was changed.</exception>
    public void Move(UserKey key, IReadOnlyList<ReservedValue> from, IReadOnlyList<ReservedValue> to, DateTimeOffset now)
    {
        ReservedValue[] acquired = [.. to.Except(from)], released = [.. from.Except(to)];
        UniqueValues.CheckChange(acquired, released);
        foreach (ReservedValue value in acquired)
        {
            if (FindOwner(value, now) is { } owner && owner.Key != key)
                throw new UserValueInUseException(value.Unique.Property.Name, owner.Key);
        }

        foreach (ReservedValue value in acquired)
        {
            // As in the table: an expired owner is deleted, so that a process with a slow clock cannot read it as current again.
            if (OwnerKeyOf(value) is { } ownerKey && ownerKey != key && table.FindExpired(ownerKey, now) is { } expired && Has(expired, value))
                table.Remove(expired, now);
            _owners[value.Key] = (value, key);
        }

        foreach (ReservedValue value in released)
        {
            if (OwnerKeyOf(value) == key)
                _owners.Remove(value.Key);
        }
    }

    public void Withdraw(ReservedValue value) => _owners.Remove(value.Key);

    public bool Has(InMemoryRow<TUser> row, ReservedValue value) => ReservedBy(row).Contains(value);
}

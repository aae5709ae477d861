using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Users;

namespace UserStore.DynamoDb.Writing;

/// <summary>The writes of one store, wired once for everything that writes.</summary>
internal sealed class UserWrites<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    public UserWrites(UserTable<TUser> table)
    {
        Reservations = table.Schema.Reservations is { } reservations ? new ReservationTable<TUser>(table, reservations) : null;
        Transaction = Reservations is null && table.Tombstones is null && table.Encryption is null
            ? null
            : new ReservingTransaction<TUser>(table, Reservations);
        Creation = new UserCreation<TUser>(table, Transaction);
        Replacement = new UserReplacement<TUser>(table, Transaction);
        Patching = new UserPatching<TUser>(table, Transaction);
        Deletion = new UserDeletion<TUser>(table, Transaction);
        Restriction = new UserRestriction<TUser>(table);
    }

    /// <summary>Gets the reservations; null when no values are unique.</summary>
    public ReservationTable<TUser>? Reservations { get; }

    /// <summary>Gets the transaction of users, reservations, data keys and tombstones; null when no values are unique or encrypted, and no users can be
    /// erased.</summary>
    public ReservingTransaction<TUser>? Transaction { get; }

    public UserCreation<TUser> Creation { get; }

    public UserReplacement<TUser> Replacement { get; }

    public UserPatching<TUser> Patching { get; }

    public UserDeletion<TUser> Deletion { get; }

    public UserRestriction<TUser> Restriction { get; }
}

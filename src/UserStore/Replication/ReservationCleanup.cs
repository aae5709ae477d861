using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Auditing;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Modeling;

namespace UserStore.Replication;

/// <summary>Releases the values of users that DynamoDB deleted when they expired, or that other programs changed or deleted.</summary>
/// <remarks>The change only says where to look. A reservation is deleted if the table shows that its owner does not hold the value, so that duplicate and
/// late records are harmless.</remarks>
internal sealed class ReservationCleanup<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserChangeHandler<TUser>
    where TUser : class
{
    private readonly UserTable<TUser> _users;
    private readonly ReservationInspection<TUser>? _inspection;

    public ReservationCleanup(StoreConnection connection)
    {
        _users = new UserTable<TUser>(connection);
        var writes = new UserWrites<TUser>(_users);
        _inspection = writes.Reservations is null ? null : new ReservationInspection<TUser>(_users, writes);
    }

    public async Task HandleAsync(UserChange<TUser> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (_inspection is null || change.OldUser is null)
            return;
        IEnumerable<ReservedValue> released = ReservedIn(change.OldUser).Except(change.NewUser is null ? [] : ReservedIn(change.NewUser));
        var owner = new ReservationOwner(KeyModel.ToText(change.Key), change.Key);
        foreach (ReservedValue value in released)
            await _inspection.InspectReservationAsync(value.Key, owner, repair: true, cancellationToken).ConfigureAwait(false);
    }

    private IReadOnlyList<ReservedValue> ReservedIn(TUser user) => _users.Input.UniqueValues.ReservedIn(property => property.ScalarOf(user));
}

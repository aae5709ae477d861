using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Auditing;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Modeling;

namespace UserStore.Replication;

/// <summary>Releases the values of users that DynamoDB deleted when they expired, or that other programs changed or deleted, and deletes the data keys of
/// those that were deleted.</summary>
/// <remarks>The change only says where to look. A reservation is deleted if the table shows that its owner does not hold the value, and a data key if there
/// is no user, so that duplicate and late records are harmless.</remarks>
internal sealed class ReservationCleanup<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserChangeHandler<TUser>
    where TUser : class
{
    private readonly UserTable<TUser> _users;
    private readonly UserWrites<TUser> _writes;
    private readonly ReservationInspection<TUser>? _inspection;

    public ReservationCleanup(StoreConnection connection)
    {
        _users = new UserTable<TUser>(connection);
        _writes = new UserWrites<TUser>(_users);
        _inspection = _writes.Reservations is null ? null : new ReservationInspection<TUser>(_users, _writes);
    }

    public async Task HandleAsync(UserChange<TUser> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (_inspection is not null)
        {
            var owner = new ReservationOwner(KeyModel.ToText(change.Key), change.Key);
            foreach (string released in change.ReleasedReservations ?? ReservedIn(change.OldUser).Except(ReservedIn(change.NewUser)))
                await _inspection.InspectReservationAsync(released, owner, repair: true, cancellationToken).ConfigureAwait(false);
        }

        if (change.NewUser is null && _users.Encryption is { } encryption)
            await DeleteDataKeyAsync(change.Key, encryption, cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteDataKeyAsync(UserKey key, UserEncryption encryption, CancellationToken cancellationToken)
    {
        var writer = new ExpressionWriter();
        writer.AppendAbsent(_users.Model);
        List<TransactWriteItem> actions = [writer.ToCheck(_users.Schema.Users, _users.Model.Key.ToItem(key)), encryption.Keys.Delete(key)];
        try
        {
            // The condition fails if the user was created again.
            await _writes.Transaction!.SendOnceAsync(_users.Sender.Begin(cancellationToken), actions).ConfigureAwait(false);
        }
        finally
        {
            encryption.Keys.Drop(key); // also if the response was lost
        }
    }

    private IEnumerable<string> ReservedIn(TUser? user)
        => user is null ? [] : _users.Input.UniqueValues.ReservedIn(property => property.ScalarOf(user)).Select(value => value.Key);
}

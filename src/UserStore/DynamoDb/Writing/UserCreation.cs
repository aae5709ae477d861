using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Stores whole users: new ones, or those that replace whatever is stored.</summary>
internal sealed class UserCreation<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, ReservingTransaction<TUser>? reserving)
    where TUser : class
{
    /// <summary>Stores a new user.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="created">The new user.</param>
    /// <param name="unknown">Attributes of its item that the user type does not have.</param>
    /// <param name="responseWasLost">Whether no response was received to an earlier request with this user, which can still arrive.</param>
    public async Task<TUser> CreateAsync(
        StoreCall call, PreparedUser<TUser> created, Dictionary<string, AttributeValue>? unknown = null, bool responseWasLost = false)
    {
        while (true)
        {
            Put put = ToPut(created);
            foreach ((string name, AttributeValue value) in unknown ?? [])
                put.Item.TryAdd(name, value);
            ConditionFailure? failure = reserving is not null && created.ReservedValues.Any()
                ? await reserving.CommitAsync(
                    call,
                    new TransactWriteItem { Put = put },
                    created.Key,
                    new ReservationChange([.. created.ReservedValues], []),
                    wasApplied: () => WasAppliedAsync(call, created)).ConfigureAwait(false)
                : await PutAsync(call, put, created).ConfigureAwait(false);
            if (failure is null)
                return created.User;

            StoredUser stored = await table.ReadConflictingAsync(call, created.Key, failure).ConfigureAwait(false);
            failure = failure with { ResponseWasLost = failure.ResponseWasLost || responseWasLost };
            bool isTaken = !stored.IsAbsent && !(stored.IsUser && stored.IsExpired(created.Now)); // also by an item of another kind
            UserAlreadyExistsException? refusal = !isTaken ? null
                : stored.IsUser ? new UserAlreadyExistsException(created.Key, failure.Exception)
                : UserAlreadyExistsException.ForOtherKind(created.Key, failure.Exception);
            switch (WriteSettlement.Settle(stored, created.WriteId, failure, isRefused: isTaken, isCreate: true))
            {
                case WriteOutcome.Applied:
                    return created.User;
                case WriteOutcome.Refused:
                    throw refusal!;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, created.Key, refusal ?? (Exception)failure.Exception);
                default:
                    created = await NextAttemptAsync(call, stored, created, failure).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Stores a user in place of any other with its key, whose unique values need no reservation.</summary>
    /// <exception cref="UserAlreadyExistsException">The key holds an item of another kind.</exception>
    public async Task OverwriteAsync(StoreCall call, PreparedUser<TUser> user)
    {
        while (await PutAsync(call, ToReplacingPut(user), user).ConfigureAwait(false) is { } failure)
        {
            StoredUser stored = await table.ReadConflictingAsync(call, user.Key, failure).ConfigureAwait(false);
            bool isOfOtherKind = !stored.IsAbsent && !stored.IsUser;
            switch (WriteSettlement.Settle(stored, user.WriteId, failure, isRefused: isOfOtherKind))
            {
                case WriteOutcome.Applied:
                    return;
                case WriteOutcome.Refused:
                    throw UserAlreadyExistsException.ForOtherKind(user.Key, failure.Exception);
                case WriteOutcome.Superseded:
                    user = await NextAttemptAsync(call, stored, user, failure).ConfigureAwait(false);
                    break;
                default:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, user.Key, failure.Exception);
            }
        }
    }

    /// <summary>Returns the write of a new user itself.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public Put ToPut(PreparedUser<TUser> created)
    {
        var writer = new ExpressionWriter();
        string absent = writer.Absent(table.Model);
        string absentOrExpired = writer.Expired(table.Model, created.Now) is { } expired ? $"({absent} OR {expired})" : absent;
        return ToPut(created, $"{absentOrExpired} AND {NewerThanLast(created, writer)}", writer);
    }

    private Put ToReplacingPut(PreparedUser<TUser> user)
    {
        var writer = new ExpressionWriter();
        string newer = NewerThanLast(user, writer);
        return ToPut(user, writer.IsUser(table.Model) is { } isUser ? $"({writer.Absent(table.Model)} OR {isUser}) AND {newer}" : newer, writer);
    }

    private string NewerThanLast(PreparedUser<TUser> user, ExpressionWriter writer)
        => RevisionExpression.NewerThanLast(RevisionExpression.OwnId(user.WriteId, writer), table.Model, writer);

    private Put ToPut(PreparedUser<TUser> user, string condition, ExpressionWriter writer) => new()
    {
        TableName = table.TableName,
        Item = ToItem(user),
        ConditionExpression = condition,
        ExpressionAttributeNames = writer.Names,
        ExpressionAttributeValues = writer.Values,
        ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
    };

    private Dictionary<string, AttributeValue> ToItem(PreparedUser<TUser> user)
    {
        Dictionary<string, AttributeValue> item = table.Items.ToItem(user.User);
        user.Revision.WriteTo(item, table.Model);
        item[table.Model.BirthId] = new AttributeValue(user.Revision.BirthId);
        return item;
    }

    private async Task<ConditionFailure?> PutAsync(StoreCall call, Put put, PreparedUser<TUser> user)
    {
        PutItemRequest request = put.ToRequest();
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<PutItemResponse> result = await call.WriteAsync(
            "PutItem",
            table.Users,
            token => table.Client.PutItemAsync(request, token),
            wasApplied: () => WasAppliedAsync(call, user)).ConfigureAwait(false);
        return result.Failure;
    }

    private async Task<bool> WasAppliedAsync(StoreCall call, PreparedUser<TUser> user)
        => await table.FindWrittenAsync(call, user.Key, user.WriteId).ConfigureAwait(false) is not null;

    private async Task<PreparedUser<TUser>> NextAttemptAsync(StoreCall call, StoredUser stored, PreparedUser<TUser> user, ConditionFailure failure)
        => table.Input.WithWriteId(
            user, await table.NextWriteIdAsync(call, stored, user.Key, user.WriteId, failure).ConfigureAwait(false));
}

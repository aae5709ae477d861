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
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    /// <summary>Stores a new user.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="created">The new user.</param>
    /// <param name="unknown">Attributes of its item that the user type does not have.</param>
    /// <param name="responseWasLost">Whether no response was received to an earlier request with this user, which can still arrive.</param>
    public async Task<TUser> CreateAsync(
        StoreCall call, TUser created, Dictionary<string, AttributeValue>? unknown = null, bool responseWasLost = false)
    {
        while (true)
        {
            Put put = ToPut(created);
            foreach ((string name, AttributeValue value) in unknown ?? [])
                put.Item.TryAdd(name, value);
            ConditionFailure? failure = emails is not null && created.Email is not null
                ? await emails.CommitAsync(
                    call,
                    new TransactWriteItem { Put = put },
                    table.KeyOf(created),
                    acquire: created.Email,
                    release: null,
                    wasApplied: () => WasAppliedAsync(call, created)).ConfigureAwait(false)
                : await PutAsync(call, put, created).ConfigureAwait(false);
            if (failure is null)
                return created;

            StoredUser stored = await table.ReadConflictingAsync(call, table.KeyOf(created), failure).ConfigureAwait(false);
            failure = failure with { ResponseWasLost = failure.ResponseWasLost || responseWasLost };
            UserAlreadyExistsException? refusal = stored.Exists(created.UpdatedAt)
                ? new UserAlreadyExistsException(table.KeyOf(created), failure.Exception)
                : null;
            switch (WriteSettlement.Settle(stored, created.WriteId!, failure, isRefused: refusal is not null, isCreate: true))
            {
                case WriteOutcome.Applied:
                    return created;
                case WriteOutcome.Refused:
                    throw refusal!;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, table.KeyOf(created), refusal ?? (Exception)failure.Exception);
                default:
                    created = await NextAttemptAsync(call, stored, created, failure).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Stores a user in place of any other with its id, whose email needs no reservation.</summary>
    public async Task OverwriteAsync(StoreCall call, TUser user)
    {
        while (await PutAsync(call, ToReplacingPut(user), user).ConfigureAwait(false) is { } failure)
        {
            StoredUser stored = await table.ReadConflictingAsync(call, table.KeyOf(user), failure).ConfigureAwait(false);
            switch (WriteSettlement.Settle(stored, user.WriteId!, failure, isRefused: false))
            {
                case WriteOutcome.Applied:
                    return;
                case WriteOutcome.Superseded:
                    user = await NextAttemptAsync(call, stored, user, failure).ConfigureAwait(false);
                    break;
                default:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, table.KeyOf(user), failure.Exception);
            }
        }
    }

    /// <summary>Returns the write of a new user itself.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public Put ToPut(TUser created)
    {
        var writer = new ExpressionWriter();
        string absentOrExpired = $"{writer.Absent(table.Model)} OR {writer.Expired(table.Model, created.UpdatedAt)}";
        return ToPut(created, $"({absentOrExpired}) AND {NewerThanLast(created, writer)}", writer);
    }

    private Put ToReplacingPut(TUser user)
    {
        var writer = new ExpressionWriter();
        return ToPut(user, NewerThanLast(user, writer), writer);
    }

    private string NewerThanLast(TUser user, ExpressionWriter writer)
        => RevisionExpression.NewerThanLast(RevisionExpression.OwnId(user.WriteId!, writer), table.Model, writer);

    private Put ToPut(TUser user, string condition, ExpressionWriter writer) => new()
    {
        TableName = table.TableName,
        Item = table.Items.ToItem(user),
        ConditionExpression = condition,
        ExpressionAttributeNames = writer.Names,
        ExpressionAttributeValues = writer.Values,
        ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
    };

    private async Task<ConditionFailure?> PutAsync(StoreCall call, Put put, TUser user)
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

    private async Task<bool> WasAppliedAsync(StoreCall call, TUser user)
        => await table.FindWrittenAsync(call, table.KeyOf(user), user.WriteId!).ConfigureAwait(false) is not null;

    private async Task<TUser> NextAttemptAsync(StoreCall call, StoredUser stored, TUser user, ConditionFailure failure)
    {
        string writeId = await table.NextWriteIdAsync(call, stored, table.KeyOf(user), user.WriteId!, failure).ConfigureAwait(false);
        TUser next = Revision.First(writeId, user.Version!.Value).ApplyTo(user);
        next.MarkAsStored();
        return next;
    }
}

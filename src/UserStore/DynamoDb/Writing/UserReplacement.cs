using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Replaces the revision of a user that was read; in a transaction, when unique values change.</summary>
internal sealed class UserReplacement<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, ReservingTransaction<TUser>? reserving)
    where TUser : class
{
    private UserModel Model => table.Model;

    /// <param name="call">The call that writes.</param>
    /// <param name="user">The user as the caller changed it.</param>
    /// <param name="next">The user as it is to be stored.</param>
    public async Task<TUser> ReplaceAsync(StoreCall call, TUser user, PreparedUser<TUser> next)
    {
        table.Items.Check(next.User);
        UserRevision? known = table.Input.Roles.KnownOf(user);
        long? version = table.Input.Roles.VersionOf(user);
        StoredUser? read = MustRead(known, version, next)
            ? await table.ReadExpectedAsync(call, next.Key, user, known).ConfigureAwait(false)
            : null;
        if (read is { } stored)
            next = Continue(next, stored, known);
        ConditionFailure? failure = await WriteAsync(call, next, known, version, read).ConfigureAwait(false);
        if (failure is not null)
        {
            StoredUser found = await table.ReadConflictingAsync(call, next.Key, failure).ConfigureAwait(false);
            UserConflictException refusal = found.Conflict(next.Key, version, next.Now, failure.Exception);
            switch (WriteSettlement.Settle(found, next.WriteId, failure, isRefused: true, isPinned: true, birthId: next.Revision.BirthId))
            {
                case WriteOutcome.Refused:
                    throw refusal;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, next.Key, refusal);
            }
        }

        return next.User;
    }

    // What is not known of the stored user is read, and never guessed.
    private bool MustRead(UserRevision? known, long? version, PreparedUser<TUser> next)
    {
        if (known is not { WriteId: not null } || version is null || Model.WrittenOnce.Count > 0)
            return true;
        // A fingerprint shows that a value has changed, but not from which.
        return reserving is not null && known.AreFingerprints && table.Input.Roles.ReservedTexts(next.User).Index().Any(
            value => !known.Holds(value.Index, value.Item));
    }

    // The revision follows the one that was read, and values that are written once stay.
    private PreparedUser<TUser> Continue(PreparedUser<TUser> next, StoredUser read, UserRevision? known)
    {
        if (known is null)
            table.Input.CheckExpiry(next); // of which only the stored user showed whether it is a new one
        if (Model.WrittenOnce.Count > 0)
        {
            TUser before = table.ToUser(read);
            foreach (MappedProperty property in Model.WrittenOnce.Where(read.Has))
                property.SetValue(next.User, property.GetValue(before));
            next = next with
            {
                Reserved = table.Input.UniqueValues.ReservedIn(
                    property => property.IsWrittenOnce && read.Has(property) ? read.ScalarOf(property) : property.ScalarOf(next.User)),
            };
        }

        Revision revision = read.Revision.Next(table.Input.WriteIds.NextAbove(read.Revision.WriteId, next.Key));
        table.Input.Roles.Attach(next.User, revision.WriteId, revision.BirthId);
        return next with { Revision = revision };
    }

    private async Task<ConditionFailure?> WriteAsync(
        StoreCall call, PreparedUser<TUser> next, UserRevision? known, long? version, StoredUser? read)
    {
        // Unchanged fingerprints mean that the user holds the values still.
        StoredUser held = read ?? table.Holding(known!.AreFingerprints ? table.Input.Roles.ReservedTexts(next.User) : known.Values);
        Update update = ToUpdate(next, known, version, read, held);
        if (reserving?.ChangeOf(held, next.Reserved) is { IsEmpty: false } change)
        {
            return await reserving.CommitAsync(
                call, new TransactWriteItem { Update = update }, next.Key, change, WasAppliedAsync).ConfigureAwait(false);
        }

        UpdateItemRequest request = update.ToRequest();
        request.ReturnValues = ReturnValue.NONE; // the new user is known
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<UpdateItemResponse> result = await call.WriteAsync(
            "UpdateItem", table.Users, token => table.Client.UpdateItemAsync(request, token), wasApplied: WasAppliedAsync).ConfigureAwait(false);
        return result.Failure;

        async Task<bool> WasAppliedAsync()
            => await table.FindWrittenAsync(call, next.Key, next.WriteId).ConfigureAwait(false) is not null;
    }

    // All attributes of the model, so that others survive, and the ids of earlier writes, which users do not contain, are shifted. The values that
    // the user holds are compared although the revision is: other programs and the audit change values without a new one.
    private Update ToUpdate(PreparedUser<TUser> next, UserRevision? known, long? version, StoredUser? read, StoredUser held)
    {
        Dictionary<string, AttributeValue> item = table.Items.ToItem(next.User); // without the attributes whose value is null
        var writer = new ExpressionWriter();
        List<string> sets = [], removes = [];
        foreach (string attribute in Model.Attributes.Where(attribute => !IsOfRevision(attribute) && !IsKept(attribute, read)))
        {
            if (item.TryGetValue(attribute, out AttributeValue? value))
                sets.Add($"{writer.Name(attribute)} = {writer.Value(value)}");
            else
                removes.Add(writer.Name(attribute));
        }

        string own = RevisionExpression.OwnId(next.WriteId, writer);
        sets.AddRange(RevisionExpression.Advance(own, Model, writer, replacesVersion: read is { } found ? found.Revision.Version is null : version is null));
        string set = $"SET {string.Join(", ", sets)}";
        string sameRevision = read is { } stored
            ? RevisionExpression.SameRevision(stored, Model, writer)
            : Revision.Of(known!, version).ToCondition(Model, writer);
        string condition = ExpressionWriter.Both(sameRevision, writer.Living(Model, next.Now))!;
        return new Update
        {
            TableName = table.TableName,
            Key = Model.Key.ToItem(next.Key),
            UpdateExpression = removes.Count == 0 ? set : $"{set} REMOVE {string.Join(", ", removes)}",
            ConditionExpression = ExpressionWriter.Both(condition, table.SameValues(held, Model.UniqueValues, writer)),
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    // Also NULL: an attribute that is written once is neither written nor removed.
    private bool IsKept(string attribute, StoredUser? read)
        => Model.WrittenOnce.Count > 0 && read is { } stored && Model.WrittenOnce.Any(property => property.AttributeName == attribute && stored.Has(property));

    private bool IsOfRevision(string attribute)
        => attribute == Model.Version?.AttributeName || Model.Key.Parts.Any(part => part.AttributeName == attribute);
}

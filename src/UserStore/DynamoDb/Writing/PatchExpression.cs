using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Turns a patch into an update, with what the store adds to every write.</summary>
internal sealed class PatchExpression<TUser>(UserRequests<TUser> requests, UserModel model, UserEncryption? encryption)
    where TUser : class
{
    /// <param name="patch">The patch.</param>
    /// <param name="values">Its new values.</param>
    /// <param name="writer">The writer of the request.</param>
    /// <param name="begunOn">The user of an earlier attempt, if there was one: no other user with its id is changed.</param>
    /// <param name="cipher">What has encrypted the values; null if none are encrypted.</param>
    public Update ToUpdate(PreparedPatch patch, MappedUser values, ExpressionWriter writer, StoredUser? begunOn, WriteCipher? cipher)
    {
        ExpressionText update = TakeUpdate(patch, values, writer, cipher, out string own);
        AndHolds(patch, writer);
        encryption?.AndBound(writer, cipher);
        writer.AndNewerThanLast(own, model);
        if (patch.ReplacesVersion && model.Version is not null)
            writer.AndNoVersion(model);
        if (begunOn is { } user)
            writer.AndSameBirth(user.Revision.BirthId, model);
        return requests.NewUpdate(writer, patch.Key, update, writer.Take());
    }

    /// <param name="patch">The patch, which sets values that were computed from a stored user.</param>
    /// <param name="values">Its new values.</param>
    /// <param name="writer">The writer of the request.</param>
    /// <param name="cipher">What has encrypted the values; null if none are encrypted.</param>
    /// <param name="andIsUnchanged">Writes the condition that the stored user is still the same: no other revision is replaced.</param>
    public Update ToUpdateOf(
        PreparedPatch patch, MappedUser values, ExpressionWriter writer, WriteCipher? cipher, Action<ExpressionWriter> andIsUnchanged)
    {
        ExpressionText update = TakeUpdate(patch, values, writer, cipher, out _);
        AndHolds(patch, writer);
        encryption?.AndBound(writer, cipher);
        andIsUnchanged(writer);
        return requests.NewUpdate(writer, patch.Key, update, writer.Take());
    }

    private ExpressionText TakeUpdate(PreparedPatch patch, MappedUser values, ExpressionWriter writer, WriteCipher? cipher, out string own)
    {
        own = writer.BeginRevision(patch.WriteId, model);
        writer.Append($"SET ");
        foreach (PatchChange change in patch.Changes)
        {
            string name = writer.Name(change.Property);
            switch (change.Action)
            {
                case PatchAction.Remove:
                    break;
                case PatchAction.Increment:
                    writer.Append(
                        $"{name} = if_not_exists({name}, {writer.Value(0)}) + {writer.Value(change.Property.ToScalar(change.Value!))}, ");
                    break;
                case PatchAction.Append:
                    string empty = writer.Value(new AttributeValue { L = [] });
                    writer.Append($"{name} = list_append(if_not_exists({name}, {empty}), {NewValue(change)}), ");
                    break;
                case PatchAction.Set when change.Property.IsWrittenOnce:
                    writer.Append($"{name} = if_not_exists({name}, {NewValue(change)}), ");
                    break;
                default:
                    writer.Append($"{name} = {NewValue(change)}, ");
                    break;
            }
        }

        if (model.UpdatedAt is { } updatedAt)
            writer.Append($"{writer.Name(updatedAt)} = {writer.Value(UpdatedAt(updatedAt, patch.Now))}, ");
        encryption?.AppendBinding(writer, cipher);
        writer.AppendNextRevision(model, patch.ReplacesVersion);
        string word = " REMOVE ";
        foreach (PatchChange change in patch.Changes)
        {
            if (change.Action != PatchAction.Remove)
                continue;
            writer.Append($"{word}{writer.Name(change.Property)}");
            word = ", ";
        }

        return writer.Take();

        string NewValue(PatchChange change) => values.AddTo(writer, model.PositionOf(change.Property))
            ?? throw new InvalidOperationException($"A new value of {change.Property.Name} is not stored.");
    }

    private static StoredScalar UpdatedAt(MappedProperty property, DateTimeOffset now)
        => property.ToScalar(property.ValueType == typeof(DateTime) ? property.AsReadBack(now.UtcDateTime)! : now);

    private void AndHolds(PreparedPatch patch, ExpressionWriter writer)
    {
        writer.AndExists(model);
        writer.AndWritable(model, patch.Now);
        if (patch.ExpectedVersion is { } version)
            writer.And($"{writer.Name(model.Version!)} = {writer.Value(version)}");

        foreach (PatchChange change in patch.Changes)
        {
            // DynamoDB would store a sum that the property cannot hold.
            if (change.StartBound() is { } limit)
                writer.And($"(NOT {writer.Name(change.Property)} {(limit.IsUpper ? ">" : "<")} {writer.Value(limit.Value)})");
        }

        if (patch.Condition is not null)
            writer.AndCondition(patch.Condition);
    }
}

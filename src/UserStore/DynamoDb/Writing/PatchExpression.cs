using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Turns a patch into an update expression, with what the store adds to every write.</summary>
internal static class PatchExpression
{
    /// <param name="patch">The patch.</param>
    /// <param name="values">The new values by attribute, as the context maps them.</param>
    /// <param name="schema">The tables.</param>
    /// <param name="begunOn">The user of an earlier attempt, if there was one: no other user with its id is changed.</param>
    public static Update ToUpdate(PreparedPatch patch, Dictionary<string, AttributeValue> values, StoreSchema schema, StoredUser? begunOn)
        => ToUpdate(patch, values, schema, (own, writer) =>
        {
            string condition = RevisionExpression.NewerThanLast(own, schema.Model, writer);
            if (patch.ReplacesVersion && schema.Model.Version is not null)
                condition += $" AND {RevisionExpression.HasNoVersion(schema.Model, writer)}";
            return begunOn is { } user ? $"{condition} AND {RevisionExpression.SameBirth(user.Revision.BirthId, schema.Model, writer)}" : condition;
        });

    /// <param name="patch">The patch, which sets values that were computed from a stored user.</param>
    /// <param name="values">The new values by attribute, as the context maps them.</param>
    /// <param name="schema">The tables.</param>
    /// <param name="isUnchanged">Returns the condition that the stored user is still the same: no other revision is replaced.</param>
    public static Update ToUpdateOf(
        PreparedPatch patch, Dictionary<string, AttributeValue> values, StoreSchema schema, Func<ExpressionWriter, string> isUnchanged)
        => ToUpdate(patch, values, schema, (_, writer) => isUnchanged(writer));

    private static Update ToUpdate(
        PreparedPatch patch, Dictionary<string, AttributeValue> values, StoreSchema schema, Func<string, ExpressionWriter, string> onRevision)
    {
        UserModel model = schema.Model;
        var writer = new ExpressionWriter();
        var sets = new List<string>();
        var removes = new List<string>();
        foreach (PatchChange change in patch.Changes)
        {
            string name = writer.Name(change.Property);
            switch (change.Action)
            {
                case PatchAction.Remove:
                    removes.Add(name);
                    break;
                case PatchAction.Increment:
                    sets.Add(
                        $"{name} = if_not_exists({name}, {writer.Value(0)}) + {writer.Value(change.Property.ToScalar(change.Value!))}");
                    break;
                case PatchAction.Append:
                    string empty = writer.Value(new AttributeValue { L = [] });
                    sets.Add(
                        $"{name} = list_append(if_not_exists({name}, {empty}), {writer.Value(values[change.Property.AttributeName])})");
                    break;
                case PatchAction.Set when change.Property.IsWrittenOnce:
                    sets.Add($"{name} = if_not_exists({name}, {writer.Value(values[change.Property.AttributeName])})");
                    break;
                default:
                    sets.Add($"{name} = {writer.Value(values[change.Property.AttributeName])}");
                    break;
            }
        }

        string own = RevisionExpression.OwnId(patch.WriteId, writer);
        if (model.UpdatedAt is { } updatedAt)
            sets.Add($"{writer.Name(updatedAt)} = {writer.Value(UpdatedAt(updatedAt, patch.Now))}");
        sets.AddRange(RevisionExpression.Advance(own, model, writer, patch.ReplacesVersion));
        string set = "SET " + string.Join(", ", sets);
        string condition = $"{Condition(patch, model, writer)} AND {onRevision(own, writer)}";
        return new Update
        {
            TableName = schema.Users.TableName,
            Key = model.Key.ToItem(patch.Key),
            UpdateExpression = removes.Count == 0 ? set : $"{set} REMOVE {string.Join(", ", removes)}",
            ConditionExpression = condition,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    private static StoredScalar UpdatedAt(MappedProperty property, DateTimeOffset now)
        => property.ToScalar(property.ValueType == typeof(DateTime) ? property.AsReadBack(now.UtcDateTime)! : now);

    private static string Condition(PreparedPatch patch, UserModel model, ExpressionWriter writer)
    {
        string condition = ExpressionWriter.Both(writer.Exists(model), writer.Living(model, patch.Now))!;
        if (patch.ExpectedVersion is { } version)
            condition += $" AND {writer.Name(model.Version!)} = {writer.Value(version)}";

        foreach (PatchChange change in patch.Changes)
        {
            // DynamoDB would store a sum that the property cannot hold.
            if (change.StartBound() is { } limit)
                condition += $" AND (NOT {writer.Name(change.Property)} {(limit.IsUpper ? '>' : '<')} {writer.Value(limit.Value)})";
        }

        return patch.Condition is null ? condition : $"{condition} AND {writer.Condition(patch.Condition)}";
    }
}

using UserStore.DynamoDb.Expressions;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Users;

/// <summary>Writes conditions on what is a user: on its presence, its kind and its expiry.</summary>
internal static class UserExpression
{
    /// <summary>Selects the attributes of the model and of the revision: not those of other programs, nor the ids of earlier writes.</summary>
    public static ExpressionText TakeProjection(this ExpressionWriter writer, UserModel model)
    {
        foreach (string attribute in model.Attributes)
            writer.Append($"{writer.Name(attribute)}, ");
        if (model.DataKeyId is { } dataKey)
            writer.Append($"{writer.Name(dataKey)}, ");
        writer.Append($"{writer.Name(model.WriteIds[0])}, {writer.Name(model.BirthId)}, {writer.Name(model.Restricted)}");
        return writer.Take();
    }

    /// <summary>Accepts any item, but not the absence of one.</summary>
    public static void AndExists(this ExpressionWriter writer, UserModel model)
        => writer.And($"attribute_exists({writer.Name(model.Key.PartitionKey.Property)})");

    /// <summary>Accepts the absence of an item only.</summary>
    public static void AppendAbsent(this ExpressionWriter writer, UserModel model)
        => writer.Append($"attribute_not_exists({writer.Name(model.Key.PartitionKey.Property)})");

    /// <summary>Accepts the absence of an item, and users that are expired.</summary>
    public static void AndAbsentOrExpired(this ExpressionWriter writer, UserModel model, DateTimeOffset now)
    {
        writer.And();
        if (model.ExpiresAt is null)
        {
            writer.AppendAbsent(model);
            return;
        }

        writer.Append($"(");
        writer.AppendAbsent(model);
        writer.Append($" OR ");
        writer.AppendExpired(model, now);
        writer.Append($")");
    }

    /// <summary>Accepts users that are expired, of a type whose users expire.</summary>
    public static void AppendExpired(this ExpressionWriter writer, UserModel model, DateTimeOffset now)
    {
        bool hasKinds = model.Discriminators.Count > 0;
        writer.Append($"{(hasKinds ? "(" : "")}{writer.Name(model.ExpiresAt!)} <= {writer.Value(now.ToUnixTimeSeconds())}");
        if (!hasKinds)
            return;
        writer.AndIsUser(model);
        writer.Append($")");
    }

    /// <summary>Accepts items that are users, if the table has others.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="model">The model.</param>
    /// <param name="without">The keys of the queried index, by which DynamoDB cannot filter.</param>
    public static void AndIsUser(this ExpressionWriter writer, UserModel model, params ReadOnlySpan<MappedProperty?> without)
    {
        foreach ((MappedProperty property, StoredScalar value) in model.Discriminators)
        {
            if (without.Contains(property))
                continue;
            writer.And();
            writer.AppendEqual(property, value);
        }
    }

    /// <summary>Accepts users that can be changed: they are neither expired nor restricted.</summary>
    public static void AndWritable(this ExpressionWriter writer, UserModel model, DateTimeOffset now)
    {
        writer.AndLiving(model, now);
        writer.And($"attribute_not_exists({writer.Name(model.Restricted)})");
    }

    /// <summary>Accepts users that are not expired, including those without an expiry.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="model">The model.</param>
    /// <param name="now">The present time.</param>
    /// <param name="without">The keys of the queried index, by which DynamoDB cannot filter.</param>
    public static void AndLiving(
        this ExpressionWriter writer, UserModel model, DateTimeOffset now, params ReadOnlySpan<MappedProperty?> without)
    {
        if (model.ExpiresAt is { } property)
            writer.And($"(NOT {writer.Name(property)} <= {writer.Value(now.ToUnixTimeSeconds())})");
        writer.AndIsUser(model, without);
    }
}

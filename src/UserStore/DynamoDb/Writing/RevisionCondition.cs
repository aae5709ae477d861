using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Writing;

/// <summary>
/// Accepts the item that a user was read from, unless it was written since: by version and write id, or by the absence of a version.
/// </summary>
internal static class RevisionCondition
{
    /// <summary>Returns the condition for the SDK's context, which also refuses a user that has expired, and one to which the write was
    /// applied already.</summary>
    /// <param name="user">The user as it was read.</param>
    /// <param name="next">The user as it is to be stored.</param>
    public static ContextExpression ForSave<TUser>(TUser user, TUser next)
        where TUser : User
    {
        var condition = new ContextExpression();
        (string id, long? version, string? writeId) = (user.UserId, user.Version, user.WriteId);
        (string? own, DateTimeOffset now) = (next.WriteId, next.UpdatedAt);
        if (version is null)
        {
            // The context has no "attribute_not_exists" for numbers; no number is below the smallest.
            condition.SetFilter<TUser>(stored => stored.UserId == id && !(stored.Version >= long.MinValue) && !(stored.ExpiresAt <= now)
                && stored.WriteId != own && stored.WriteId2 != own && stored.WriteId3 != own);
        }
        else if (writeId is null)
        {
            condition.SetFilter<TUser>(stored => stored.Version == version && ContextExpression.AttributeNotExists(stored.WriteId)
                && !(stored.ExpiresAt <= now) && stored.WriteId2 != own && stored.WriteId3 != own);
        }
        else
        {
            condition.SetFilter<TUser>(stored => stored.Version == version && stored.WriteId == writeId && !(stored.ExpiresAt <= now)
                && stored.WriteId2 != own && stored.WriteId3 != own);
        }

        return condition;
    }

    /// <summary>Returns the condition for a request of the client.</summary>
    public static string Write(User user, UserModel model, ExpressionWriter writer)
    {
        UserProperty versionProperty = model[nameof(User.Version)];
        string version = writer.Name(versionProperty);
        string writeId = writer.Name(model[nameof(User.WriteId)]);
        string sameVersion = user.Version is { } expected
            ? $"{version} = {writer.Value(versionProperty.ToScalar(expected))}"
            : $"attribute_exists({writer.Name(model.Key)}) AND attribute_not_exists({version})";
        string sameWrite = user.WriteId is null
            ? $"attribute_not_exists({writeId})"
            : $"{writeId} = {writer.Value(new Primitive(user.WriteId))}";
        return $"{sameVersion} AND {sameWrite}";
    }

    /// <summary>Accepts an item with this email, as the table holds it, or without one.</summary>
    public static string SameEmail(string? email, UserModel model, ExpressionWriter writer)
    {
        string name = writer.Name(model[nameof(User.Email)]);
        return email is null ? $"attribute_not_exists({name})" : $"{name} = {writer.Value(new Primitive(email))}";
    }
}

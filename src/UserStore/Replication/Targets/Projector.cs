using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Replication.Targets;

/// <summary>Creates the items of the target, mapped as the store maps users, and rejects items that the target cannot store.</summary>
internal sealed class Projector<TUser, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    IUserProjection<TUser, TView> projection, ReplicationSchema schema)
    where TUser : class
    where TView : class
{
    private readonly Lazy<IDynamoDBContext> _context = new(
        () => UserContext.CreateForMapping(schema.Source.Options, schema.View.Properties));

    /// <summary>Returns the desired item of a user, or null for none.</summary>
    /// <exception cref="UserProjectionException">The projection failed, or returned an item that the target cannot store.</exception>
    public TargetItem? Project(TUser user)
    {
        UserKey key = schema.Source.Model.Key.Of(user);
        TView? view;
        try
        {
            view = projection.Project(user);
        }
        catch (Exception failure)
        {
            throw new UserProjectionException(key, "failed; see the inner exception.", failure);
        }

        if (view is null)
            return null;
        Dictionary<string, AttributeValue> item = Map(key, view);
        foreach (KeyAttribute attribute in schema.Target.Keys)
        {
            if (ViolatedRule(item.GetValueOrDefault(attribute.AttributeName), attribute) is { } rule)
                throw new UserProjectionException(key, $"returned an item whose key '{attribute.AttributeName}' {rule}.");
        }

        item[TargetItem.SourceAttribute] = new AttributeValue(KeyModel.ToText(key));
        try
        {
            return new TargetItem(item.KeyIn(schema.Target), item, ItemRules.Check(item, schema.View.Properties));
        }
        catch (InvalidUserException broken)
        {
            throw new UserProjectionException(
                key, "returned an item that DynamoDB would reject; the inner exception lists the broken rules.", broken);
        }
    }

    /// <summary>Guesses the key of the previous item of a user. A wrong guess is detected when the guard is written.</summary>
    public Dictionary<string, AttributeValue>? GuessKey(TUser? user)
    {
        try
        {
            return user is null ? null : Project(user)?.Key;
        }
        catch (UserProjectionException)
        {
            return null; // a user that cannot be projected was not written either
        }
    }

    private Dictionary<string, AttributeValue> Map(UserKey key, TView view)
    {
        try
        {
            return _context.Value.ToDocument(view).ToAttributeMap(DynamoDBEntryConversion.V2, isEmptyStringValueEnabled: true);
        }
        catch (Exception failure)
        {
            throw new UserProjectionException(key, "returned a view that cannot be mapped; see the inner exception.", failure);
        }
    }

    private string? ViolatedRule(AttributeValue? value, KeyAttribute key)
    {
        if (key.AttributeType == ScalarAttributeType.N)
            return value?.N is null ? "is missing" : null;
        int maxBytes = key == schema.Target.Key ? UserRules.MaxPartitionKeyBytes : UserRules.MaxSortKeyBytes;
        if (value?.S is not { Length: > 0 } text)
            return "is missing or empty";
        return UserRules.Utf8Length(text) switch
        {
            null => UserRules.WellFormedRule,
            int length when length > maxBytes => $"is longer than {maxBytes} bytes of UTF-8",
            _ => null,
        };
    }
}

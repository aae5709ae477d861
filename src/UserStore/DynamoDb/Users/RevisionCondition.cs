using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using Expression = System.Linq.Expressions.Expression;

namespace UserStore.DynamoDb.Users;

/// <summary>
/// Accepts the item that a user was read from, unless it was written since: by version and write id, or by the absence of a version.
/// </summary>
internal static class RevisionCondition
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly PropertyInfo Id = typeof(User).GetProperty(nameof(User.UserId))!;
    private static readonly PropertyInfo Version = typeof(User).GetProperty(nameof(User.Version))!;
    private static readonly PropertyInfo WriteId = typeof(User).GetProperty(nameof(User.WriteId), Members)!;
    private static readonly PropertyInfo ExpiresAt = typeof(User).GetProperty(nameof(User.ExpiresAt))!;
    private static readonly MethodInfo NotExists = typeof(ContextExpression).GetMethod(nameof(ContextExpression.AttributeNotExists))!;

    /// <summary>Returns the condition for the SDK's context, which also refuses a user that has expired.</summary>
    /// <remarks>
    /// A save that was applied changed version and write id, so that the revision also tells the save from its repetition. The revision
    /// includes the expiry as it was read: only one that has passed, or is not known, needs to be compared. The expression is made by hand,
    /// because the SDK takes twice as long over variables that a lambda captures as over constants.
    /// </remarks>
    public static ContextExpression ForSave<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        TUser user, DateTimeOffset now)
        where TUser : User
    {
        ParameterExpression stored = Expression.Parameter(typeof(TUser), nameof(stored));
        // The context has no "attribute_not_exists" for numbers; no number is below the smallest.
        Expression condition = user.Version is { } version
            ? Compare(ExpressionType.Equal, stored, Version, (long?)version)
            : Expression.AndAlso(
                Compare(ExpressionType.Equal, stored, Id, user.UserId),
                Expression.Not(Compare(ExpressionType.GreaterThanOrEqual, stored, Version, (long?)long.MinValue)));
        if (user.WriteId is { } writeId)
            condition = Expression.AndAlso(condition, Compare(ExpressionType.Equal, stored, WriteId, writeId));
        else if (user.Version is not null)
            condition = Expression.AndAlso(condition, Expression.Call(NotExists, Expression.Property(stored, WriteId)));
        if (user.WriteId is null || user.StoredExpiresAt <= now)
        {
            condition = Expression.AndAlso(
                condition, Expression.Not(Compare(ExpressionType.LessThanOrEqual, stored, ExpiresAt, (DateTimeOffset?)now)));
        }

        var expression = new ContextExpression();
        expression.SetFilter(Expression.Lambda<Func<TUser, bool>>(condition, stored));
        return expression;
    }

    /// <summary>Returns the condition for a request of the client.</summary>
    public static string Write(User user, UserModel model, ExpressionWriter writer)
    {
        MappedProperty versionProperty = model[nameof(User.Version)];
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

    private static BinaryExpression Compare<T>(ExpressionType comparison, ParameterExpression user, PropertyInfo property, T value)
        => Expression.MakeBinary(comparison, Expression.Property(user, property), Expression.Constant(value, typeof(T)));
}

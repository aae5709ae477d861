using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Preparation;
using Expression = System.Linq.Expressions.Expression;

namespace UserStore.DynamoDb.Users;

/// <summary>States a <see cref="Revision"/> to DynamoDB: as a condition, as an update, and in an item.</summary>
internal static class RevisionExpression
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly string[] WriteIdProperties = [nameof(User.WriteId), nameof(User.WriteId2), nameof(User.WriteId3)];

    private static readonly PropertyInfo Id = typeof(User).GetProperty(nameof(User.UserId))!;
    private static readonly PropertyInfo Version = typeof(User).GetProperty(nameof(User.Version))!;
    private static readonly PropertyInfo WriteId = typeof(User).GetProperty(nameof(User.WriteId), Members)!;
    private static readonly PropertyInfo ExpiresAt = typeof(User).GetProperty(nameof(User.ExpiresAt))!;
    private static readonly MethodInfo NotExists = typeof(ContextExpression).GetMethod(nameof(ContextExpression.AttributeNotExists))!;

    /// <summary>Returns the condition that the stored user has the revision of <paramref name="user"/> and has not expired, for a save by the
    /// SDK's context.</summary>
    /// <remarks>
    /// An applied save changes version and write id, so that the condition also fails for a retry of the save. The revision includes the
    /// expiry as it was read: only one that has passed, or is not known, needs a comparison. The expression is built by hand, because the
    /// SDK takes twice as long over variables that a lambda captures as over constants.
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

    /// <summary>Returns the condition that the stored user has this revision.</summary>
    public static string ToCondition(this Revision revision, UserModel model, ExpressionWriter writer)
    {
        MappedProperty versionProperty = model[nameof(User.Version)];
        string version = writer.Name(versionProperty);
        string writeId = writer.Name(model[nameof(User.WriteId)]);
        string sameVersion = revision.Version is { } expected
            ? $"{version} = {writer.Value(versionProperty.ToScalar(expected))}"
            : $"attribute_exists({writer.Name(model.Key)}) AND attribute_not_exists({version})";
        string sameWrite = revision.WriteId is null
            ? $"attribute_not_exists({writeId})"
            : $"{writeId} = {writer.Value(new Primitive(revision.WriteId))}";
        return $"{sameVersion} AND {sameWrite}";
    }

    /// <summary>Returns the condition that a write was not applied yet.</summary>
    /// <param name="own">The placeholder of the write's id.</param>
    /// <param name="model">The model.</param>
    /// <param name="writer">The writer of the expression.</param>
    public static string NotWrittenBy(string own, UserModel model, ExpressionWriter writer)
        => string.Join(" AND ", WriteIdProperties.Select(property => $"{writer.Name(model[property])} <> {own}"));

    /// <summary>Returns the assignments that turn whatever revision is stored into the next one.</summary>
    /// <remarks>Where there is no earlier write id, the own one fills the place, because an absent attribute cannot be copied.</remarks>
    /// <inheritdoc cref="NotWrittenBy" path="/param"/>
    public static IEnumerable<string> Advance(string own, UserModel model, ExpressionWriter writer)
    {
        string version = writer.Name(model[nameof(User.Version)]);
        string[] ids = [.. WriteIdProperties.Select(property => writer.Name(model[property]))];
        return
        [
            $"{version} = if_not_exists({version}, {writer.Value(0)}) + {writer.Value(1)}",
            $"{ids[2]} = if_not_exists({ids[1]}, {own})",
            $"{ids[1]} = if_not_exists({ids[0]}, {own})",
            $"{ids[0]} = {own}",
        ];
    }

    /// <summary>Adds the id of a write to an expression and returns its placeholder.</summary>
    public static string OwnId(string writeId, ExpressionWriter writer) => writer.Value(new Primitive(writeId));

    /// <summary>Returns the revision in an item; a version that is no whole number counts as none.</summary>
    public static Revision RevisionIn(Dictionary<string, AttributeValue> item, UserModel model)
    {
        string?[] ids = Array.ConvertAll(WriteIdProperties, property => item.GetValueOrDefault(model[property].AttributeName)?.S);
        return new Revision(VersionIn(item.GetValueOrDefault(model[nameof(User.Version)].AttributeName)), ids[0], ids[1], ids[2]);
    }

    /// <summary>Writes the revision into an item. Write ids that are not remembered stay as they are.</summary>
    public static void WriteTo(this Revision revision, Dictionary<string, AttributeValue> item, UserModel model)
    {
        item[model[nameof(User.Version)].AttributeName] = new() { N = revision.Version?.ToString(CultureInfo.InvariantCulture) };
        string?[] ids = [revision.WriteId, revision.WriteId2, revision.WriteId3];
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] is { } id)
                item[model[WriteIdProperties[i]].AttributeName] = new AttributeValue(id);
        }
    }

    private static long? VersionIn(AttributeValue? attribute)
        => long.TryParse(attribute?.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long version) ? version : null;

    private static BinaryExpression Compare<T>(ExpressionType comparison, ParameterExpression user, PropertyInfo property, T value)
        => Expression.MakeBinary(comparison, Expression.Property(user, property), Expression.Constant(value, typeof(T)));
}

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
            : $"attribute_exists({writer.Name(model.Key)}) AND {HasNoVersion(model, writer)}";
        string sameWrite = revision.WriteId is null
            ? $"attribute_not_exists({writeId})"
            : $"{writeId} = {writer.Value(new Primitive(revision.WriteId))}";
        return $"{sameVersion} AND {sameWrite}";
    }

    /// <summary>Returns the condition that the stored user has no version, or something else than a number as one.</summary>
    public static string HasNoVersion(UserModel model, ExpressionWriter writer)
    {
        MappedProperty version = model[nameof(User.Version)];
        return $"(NOT {writer.Name(version)} >= {writer.Value(version.ToScalar(long.MinValue))})";
    }

    /// <summary>Returns the condition that the stored user is still the item that was read, whatever its version and write id are.</summary>
    public static string SameRevision(StoredUser read, UserModel model, ExpressionWriter writer)
    {
        string key = writer.Name(model.Key);
        return $"attribute_exists({key}) AND {SameAttribute(nameof(User.Version))} AND {SameAttribute(nameof(User.WriteId))}";

        string SameAttribute(string property)
        {
            string name = writer.Name(model[property]);
            return read.Item.TryGetValue(model[property].AttributeName, out AttributeValue? value)
                ? $"{name} = {writer.Value(value)}"
                : $"attribute_not_exists({name})";
        }
    }

    /// <summary>Returns the condition that a write was not applied yet, and that no write with a greater id was.</summary>
    /// <remarks>
    /// The ids of an item only rise. So an attempt that was applied, or that arrives late after a newer write, is refused for ever. An item
    /// without an id, or with something else than a string, accepts every write.
    /// </remarks>
    /// <param name="own">The placeholder of the write's id.</param>
    /// <param name="model">The model.</param>
    /// <param name="writer">The writer of the expression.</param>
    public static string NewerThanLast(string own, UserModel model, ExpressionWriter writer)
        => $"(NOT {writer.Name(model[nameof(User.WriteId)])} >= {own})";

    /// <summary>Returns the condition that the stored user was created by this write.</summary>
    public static string SameBirth(string? birthId, UserModel model, ExpressionWriter writer)
    {
        string name = writer.Name(model[nameof(User.BirthId)]);
        return birthId is null ? $"attribute_not_exists({name})" : $"{name} = {writer.Value(new Primitive(birthId))}";
    }

    /// <summary>Returns the assignments that turn whatever revision is stored into the next one.</summary>
    /// <remarks>An absent attribute cannot be copied: <see cref="WriteIds.Floor"/> takes the place of an earlier id that is not stored.</remarks>
    /// <param name="own">The placeholder of the write's id.</param>
    /// <param name="model">The model.</param>
    /// <param name="writer">The writer of the expression.</param>
    /// <param name="replacesVersion">Whether the stored version is not a number that can be incremented.</param>
    public static IEnumerable<string> Advance(string own, UserModel model, ExpressionWriter writer, bool replacesVersion)
    {
        string version = writer.Name(model[nameof(User.Version)]);
        string[] ids = [.. User.WriteIdProperties.Select(property => writer.Name(model[property]))];
        string floor = writer.Value(new Primitive(WriteIds.Floor));
        return
        [
            replacesVersion ? $"{version} = {writer.Value(1)}" : $"{version} = if_not_exists({version}, {writer.Value(0)}) + {writer.Value(1)}",
            .. ids.Index().Skip(1).Select(id => $"{id.Item} = if_not_exists({ids[id.Index - 1]}, {floor})").Reverse(),
            $"{ids[0]} = {own}",
        ];
    }

    /// <summary>Adds the id of a write to an expression and returns its placeholder.</summary>
    public static string OwnId(string writeId, ExpressionWriter writer) => writer.Value(new Primitive(writeId));

    /// <summary>Returns the revision in an item; a version that is no whole number counts as none.</summary>
    public static Revision RevisionIn(Dictionary<string, AttributeValue> item, UserModel model) => new(
        VersionIn(item.GetValueOrDefault(model[nameof(User.Version)].AttributeName)),
        Array.ConvertAll(User.WriteIdProperties, property => StringIn(item, model[property])),
        StringIn(item, model[nameof(User.BirthId)]));

    /// <summary>Writes the revision into an item. Write ids that are not remembered stay as they are.</summary>
    public static void WriteTo(this Revision revision, Dictionary<string, AttributeValue> item, UserModel model)
    {
        item[model[nameof(User.Version)].AttributeName] = new() { N = revision.Version?.ToString(CultureInfo.InvariantCulture) };
        foreach ((int i, string property) in User.WriteIdProperties.Index())
        {
            if (revision.WriteIds[i] is { } id)
                item[model[property].AttributeName] = new AttributeValue(id);
        }
    }

    private static string? StringIn(Dictionary<string, AttributeValue> item, MappedProperty property)
        => item.GetValueOrDefault(property.AttributeName)?.S;

    private static long? VersionIn(AttributeValue? attribute)
        => long.TryParse(attribute?.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long version) ? version : null;

    private static BinaryExpression Compare<T>(ExpressionType comparison, ParameterExpression user, PropertyInfo property, T value)
        => Expression.MakeBinary(comparison, Expression.Property(user, property), Expression.Constant(value, typeof(T)));
}

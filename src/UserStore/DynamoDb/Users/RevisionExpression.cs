using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>States a <see cref="Revision"/> to DynamoDB: as a condition, as an update, and in an item.</summary>
internal static class RevisionExpression
{
    /// <summary>Returns the condition that the stored user has this revision, which has a version.</summary>
    public static string ToCondition(this Revision revision, UserModel model, ExpressionWriter writer)
    {
        string version = writer.Name(model.Version!);
        string writeId = writer.Name(model.WriteIds[0]);
        string sameVersion = $"{version} = {writer.Value(revision.Version!.Value)}";
        string sameWrite = revision.WriteId is null
            ? $"attribute_not_exists({writeId})"
            : $"{writeId} = {writer.Value(revision.WriteId)}";
        return $"{sameVersion} AND {sameWrite}";
    }

    /// <summary>Returns the condition that the stored user has no version, or something else than a number as one.</summary>
    public static string HasNoVersion(UserModel model, ExpressionWriter writer)
        => $"(NOT {writer.Name(model.Version!)} >= {writer.Value(long.MinValue)})";

    /// <summary>Returns the condition that the stored user is still the item that was read, whatever its version and write id are.</summary>
    /// <remarks>Other programs write no ids, so that an item without one must have the same attributes.</remarks>
    public static string SameRevision(StoredUser read, UserModel model, ExpressionWriter writer)
    {
        return string.Join(" AND ", [writer.Exists(model), .. ItemRevision.AttributesOf(read.Item, model).Select(SameAttribute)]);

        string SameAttribute(string attribute)
        {
            string name = writer.Name(attribute);
            return read.Item.TryGetValue(attribute, out AttributeValue? value)
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
        => $"(NOT {writer.Name(model.WriteIds[0])} >= {own})";

    /// <summary>Returns the condition that the stored user was created by this write.</summary>
    public static string SameBirth(string? birthId, UserModel model, ExpressionWriter writer)
    {
        string name = writer.Name(model.BirthId);
        return birthId is null ? $"attribute_not_exists({name})" : $"{name} = {writer.Value(birthId)}";
    }

    /// <summary>Returns the assignments that turn whatever revision is stored into the next one.</summary>
    /// <remarks>An absent attribute cannot be copied: <see cref="WriteIds.Floor"/> takes the place of an earlier id that is not stored.</remarks>
    /// <param name="own">The placeholder of the write's id.</param>
    /// <param name="model">The model.</param>
    /// <param name="writer">The writer of the expression.</param>
    /// <param name="replacesVersion">Whether the stored version is not a number that can be incremented.</param>
    public static IEnumerable<string> Advance(string own, UserModel model, ExpressionWriter writer, bool replacesVersion)
    {
        string[] ids = [.. model.WriteIds.Select(writer.Name)];
        string floor = writer.Value(WriteIds.Floor);
        return
        [
            .. NextVersion(),
            .. ids.Index().Skip(1).Select(id => $"{id.Item} = if_not_exists({ids[id.Index - 1]}, {floor})").Reverse(),
            $"{ids[0]} = {own}",
        ];

        IEnumerable<string> NextVersion()
        {
            if (model.Version is not { } property)
                return [];
            string version = writer.Name(property);
            return [replacesVersion ? $"{version} = {writer.Value(1)}" : $"{version} = if_not_exists({version}, {writer.Value(0)}) + {writer.Value(1)}"];
        }
    }

    /// <summary>Adds the id of a write to an expression and returns its placeholder.</summary>
    public static string OwnId(string writeId, ExpressionWriter writer) => writer.Value(writeId);

    /// <summary>Returns the revision in an item; a version that is no whole number counts as none.</summary>
    public static Revision RevisionIn(Dictionary<string, AttributeValue> item, UserModel model)
    {
        string?[] ids = new string?[model.WriteIds.Count];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = item.Text(model.WriteIds[i]);
        return new Revision(model.Version is { } version ? VersionIn(item.GetValueOrDefault(version.AttributeName)) : null, ids, item.Text(model.BirthId));
    }

    /// <summary>Writes the revision into an item. Write ids that are not remembered stay as they are.</summary>
    public static void WriteTo(this Revision revision, Dictionary<string, AttributeValue> item, UserModel model)
    {
        if (model.Version is { } version)
            item[version.AttributeName] = new() { N = revision.Version?.ToString(CultureInfo.InvariantCulture) };
        foreach ((int i, string attribute) in model.WriteIds.Index())
        {
            if (revision.WriteIds[i] is { } id)
                item[attribute] = new AttributeValue(id);
        }
    }

    private static long? VersionIn(AttributeValue? attribute)
        => long.TryParse(attribute?.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long version) ? version : null;
}

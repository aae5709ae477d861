using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>States a <see cref="Revision"/> to DynamoDB: as a condition, as an update, and in an item.</summary>
internal static class RevisionExpression
{
    private static readonly string ShiftedIds = string.Concat(
        Enumerable.Range(1, UserModel.RememberedWrites - 1).Reverse().Select(i => $"#{i} = if_not_exists(#{i - 1}, :1), ").Append("#0 = :0"));

    /// <summary>Accepts the stored user if it has this version and write id.</summary>
    public static void AndRevision(this ExpressionWriter writer, long version, string? writeId, UserModel model)
    {
        writer.And($"{writer.Name(model.Version!)} = {writer.Value(version)}");
        writer.AndAttribute(model.WriteIds[0], writeId);
    }

    /// <summary>Accepts the stored user if it has no version, or something else than a number as one.</summary>
    public static void AndNoVersion(this ExpressionWriter writer, UserModel model)
        => writer.And($"(NOT {writer.Name(model.Version!)} >= {writer.Value(long.MinValue)})");

    /// <summary>Accepts the stored user if it is still the item that was read, whatever its version and write id are.</summary>
    /// <remarks>Other programs write no ids, so that an item without one must have the same attributes.</remarks>
    public static void AndSameRevision(this ExpressionWriter writer, StoredUser read, UserModel model)
    {
        writer.AndExists(model);
        foreach (string attribute in ItemRevision.AttributesOf(read.Item, model))
        {
            string name = writer.Name(attribute);
            if (read.Item.TryGetValue(attribute, out AttributeValue? value))
                writer.And($"{name} = {writer.Value(value)}");
            else
                writer.And($"attribute_not_exists({name})");
        }
    }

    /// <summary>Accepts the item if a write was not applied yet, and no write with a greater id was.</summary>
    /// <remarks>
    /// The ids of an item only rise. So an attempt that was applied, or that arrives late after a newer write, is refused for ever. An item
    /// without an id, or with something else than a string, accepts every write.
    /// </remarks>
    /// <param name="writer">The writer of the expression.</param>
    /// <param name="own">The placeholder of the write's id.</param>
    /// <param name="model">The model.</param>
    public static void AndNewerThanLast(this ExpressionWriter writer, string own, UserModel model)
        => writer.And($"(NOT {writer.Name(model.WriteIds[0])} >= {own})");

    /// <summary>Accepts the stored user if it was created by this write.</summary>
    public static void AndSameBirth(this ExpressionWriter writer, string? birthId, UserModel model) => writer.AndAttribute(model.BirthId, birthId);

    /// <summary>Begins an update with the ids of writes, before all other names and values: so the assignments of the ids are always the same.</summary>
    /// <returns>The placeholder of the write's id.</returns>
    public static string BeginRevision(this ExpressionWriter writer, string writeId, UserModel model)
    {
        for (int i = 0; i < model.WriteIds.Count; i++)
            writer.Name(model.WriteIds[i]);
        string own = writer.Value(writeId);
        return writer.Value(WriteIds.Floor) == ":1" ? own : throw new InvalidOperationException("An update begins with the ids of writes.");
    }

    /// <summary>Appends the assignments that turn whatever revision is stored into the next one, to an update that began with
    /// <see cref="BeginRevision"/>.</summary>
    /// <remarks>An absent attribute cannot be copied: <see cref="WriteIds.Floor"/> takes the place of an earlier id that is not stored.</remarks>
    /// <param name="writer">The writer of the expression.</param>
    /// <param name="model">The model.</param>
    /// <param name="replacesVersion">Whether the stored version is not a number that can be incremented.</param>
    public static void AppendNextRevision(this ExpressionWriter writer, UserModel model, bool replacesVersion)
    {
        if (model.Version is { } property)
        {
            string version = writer.Name(property);
            if (replacesVersion)
                writer.Append($"{version} = {writer.Value(1)}, ");
            else
                writer.Append($"{version} = if_not_exists({version}, {writer.Value(0)}) + {writer.Value(1)}, ");
        }

        writer.Append($"{ShiftedIds}");
    }

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

    private static void AndAttribute(this ExpressionWriter writer, string attribute, string? value)
    {
        string name = writer.Name(attribute);
        if (value is null)
            writer.And($"attribute_not_exists({name})");
        else
            writer.And($"{name} = {writer.Value(value)}");
    }

    private static long? VersionIn(AttributeValue? attribute)
        => long.TryParse(attribute?.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long version) ? version : null;
}

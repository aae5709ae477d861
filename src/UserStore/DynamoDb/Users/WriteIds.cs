using Amazon.DynamoDBv2.DocumentModel;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Users;

/// <summary>
/// The ids of the last three writes of an item, by which a write that was applied without an answer is recognised when it is sent again.
/// Three, because others may write between a write and its repetition.
/// </summary>
internal static class WriteIds
{
    private static readonly string[] Properties = [nameof(User.WriteId), nameof(User.WriteId2), nameof(User.WriteId3)];

    /// <summary>Accepts an item that this write was not applied to.</summary>
    /// <param name="own">The placeholder of the write's id.</param>
    /// <param name="model">The model.</param>
    /// <param name="writer">The writer of the expression.</param>
    public static string IsUnseen(string own, UserModel model, ExpressionWriter writer)
        => string.Join(" AND ", Properties.Select(property => $"{writer.Name(model[property])} <> {own}"));

    /// <summary>Moves each id one place on. Where there was none yet, this write's own stands in, because an absent attribute cannot be
    /// copied.</summary>
    /// <inheritdoc cref="IsUnseen" path="/param"/>
    public static IEnumerable<string> Shift(string own, UserModel model, ExpressionWriter writer)
    {
        string[] names = [.. Properties.Select(property => writer.Name(model[property]))];
        return [$"{names[2]} = if_not_exists({names[1]}, {own})", $"{names[1]} = if_not_exists({names[0]}, {own})", $"{names[0]} = {own}"];
    }

    public static string Value(string writeId, ExpressionWriter writer) => writer.Value(new Primitive(writeId));
}

using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations;

/// <summary>Specifies a table of another program whose items are imported as users of the store.</summary>
/// <remarks>
/// <para>
/// Each item is stored as a new user under the rules of the store: defaults are set, the email is normalized and reserved, and attributes
/// that the user type does not have are kept. Existing users are not changed; the log counts them. Items that would become the same user are
/// poison items, and none of them is imported. The external table is only read.
/// </para>
/// <para>
/// Costs a scan of the external table, and one create for each item. Unless the table's only key is the id, so that no two items can have the
/// same one, costs one more scan, and two reads and two writes of the lock table for each item.
/// </para>
/// </remarks>
public sealed class ExternalTable
{
    /// <summary>Gets the name of the table in DynamoDB.</summary>
    public required string TableName { get; init; }

    /// <summary>Gets the attribute names of the store by those of the external table: <c>Attributes = { ["userId"] = "user_id",
    /// ["createdAt"] = "created_at" }</c>. Other attributes keep their names.</summary>
    public IDictionary<string, string> Attributes { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets a function that changes an item after its attributes were renamed, such as one that converts a flag to a
    /// status.</summary>
    /// <value>It changes the item in place. If the table's only key is renamed to the id, it must not change the id. The default is
    /// <see langword="null"/>: none. If it throws, the item becomes a poison item.</value>
    public Action<Dictionary<string, AttributeValue>>? Convert { get; init; }

    /// <summary>Gets the function that derives the id of a user from the external item, for items without an id after renaming. The id is the only
    /// part of the key, if it is a string or a <see cref="Guid"/>, or the part with <see cref="GeneratedKeyAttribute"/>.</summary>
    /// <value>It must return the same id each time, and another one for each item. The default is <see langword="null"/>: a version-8 UUID from
    /// a hash of the item's key, which anybody who knows the key, such as an email, can compute.</value>
    public Func<IReadOnlyDictionary<string, AttributeValue>, string>? UserId { get; init; }

    /// <summary>Gets the settings for throughput and error tolerance.</summary>
    public BackfillOptions Options { get; init; } = new();
}

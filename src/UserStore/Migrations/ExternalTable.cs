using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations;

/// <summary>A table of another program whose items become users of the store.</summary>
/// <remarks>
/// <para>
/// Each item is stored as a new user under the rules of the store: defaults are filled in, the email is normalised and reserved, and
/// attributes that the user type does not know are kept. A user that is there already is left as it is. The other table is only read.
/// </para>
/// <para>Costs a scan of the other table, and one create for each item.</para>
/// </remarks>
public sealed class ExternalTable
{
    /// <summary>Gets the name of the table in DynamoDB.</summary>
    public required string TableName { get; init; }

    /// <summary>Gets what its attributes are called here, by what they are called there: <c>Attributes = { ["userId"] = "user_id",
    /// ["createdAt"] = "created_at" }</c>. Others keep their names.</summary>
    public IDictionary<string, string> Attributes { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets a function that changes an item after its attributes were renamed, such as one that turns a flag into a
    /// status.</summary>
    /// <value>It changes the item in place. The default is <see langword="null"/>: none. An exception makes the item poison.</value>
    public Action<Dictionary<string, AttributeValue>>? Convert { get; init; }

    /// <summary>Gets the function that makes the id of a user from the item, for items without one after renaming.</summary>
    /// <value>It must make the same id each time. The default is <see langword="null"/>: a version-8 UUID from a hash of the item's key.
    /// Who knows the key, which may be an email, can compute it.</value>
    public Func<IReadOnlyDictionary<string, AttributeValue>, string>? UserId { get; init; }

    /// <summary>Gets how fast it goes, and what it bears.</summary>
    public BackfillOptions Options { get; init; } = new();
}

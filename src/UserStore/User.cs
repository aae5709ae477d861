using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

/// <summary>
/// Represents a user as it is stored in the table: one item with the key <see cref="UserId"/>.
/// </summary>
/// <remarks>
/// <para>
/// Services add properties of their own by deriving: <c>record AppUser : User { [DynamoDBProperty("city")] public string? City { get; init; }
/// }</c>. A derived type may declare further global secondary indexes and <c>required</c> members; it needs a public parameterless
/// constructor.
/// </para>
/// <para>
/// The store maintains <see cref="Version"/>, <see cref="UpdatedAt"/> and hidden ids of the last writes; version and write id together are
/// the revision that <see cref="IUserStore{TUser}.UpdateAsync(TUser, CancellationToken)"/> compares. The hidden id travels
/// with copies made by <c>with</c>, not through JSON: change a user that a client sent back by a <see cref="UserPatch{TUser}"/>
/// with an expected version.
/// </para>
/// </remarks>
[DynamoDBTable("Users")]
[GenerateUserMapping]
public record User
{
    internal const string EmailIndex = "email-index";
    internal const string StatusIndex = "status-index";

    /// <summary>Gets the id of the user, the partition key of the table (attribute <c>user_id</c>).</summary>
    /// <value>1 to 2048 bytes of UTF-8, not only white space. When empty, creating the user fills in a version-7 UUID.</value>
    [DynamoDBHashKey("user_id")]
    [GeneratedKey]
    [UserIdentifierData]
    public string UserId { get; init; } = string.Empty;

    /// <summary>Gets the email address, the partition key of <c>email-index</c> (attribute <c>email</c>).</summary>
    /// <value>
    /// <see langword="null"/> when the user has none. Stored as <see cref="UserStoreOptions.NormalizeEmail"/> returns it: by default trimmed
    /// and in invariant lower case.
    /// </value>
    [DynamoDBProperty("email")]
    [DynamoDBGlobalSecondaryIndexHashKey(EmailIndex)]
    [Unique("email", Normalization = UniqueValueNormalization.Email)]
    [UserContactData]
    public string? Email { get; init; }

    /// <summary>Gets the display name (attribute <c>name</c>).</summary>
    [DynamoDBProperty("name")]
    [UserPersonalData]
    public string? Name { get; init; }

    /// <summary>Gets the status, the partition key of <c>status-index</c> (attribute <c>status</c>).</summary>
    /// <value>One of <see cref="UserStatus"/> or a value of your own, 1 to 2048 bytes of UTF-8. The default is
    /// <see cref="UserStatus.Active"/>.</value>
    [DynamoDBProperty("status")]
    [DynamoDBGlobalSecondaryIndexHashKey(StatusIndex)]
    [AlwaysStored]
    [NoDataClassification]
    public string Status { get; init; } = UserStatus.Active;

    /// <summary>Gets when the user was created, the sort key of <c>status-index</c> (attribute <c>created_at</c>).</summary>
    /// <value>Set by the store if it is <see langword="default"/>. Stored with a precision of 100 ns, in UTC.</value>
    [DynamoDBProperty("created_at", typeof(InstantConverter))]
    [DynamoDBGlobalSecondaryIndexRangeKey(StatusIndex)]
    [CreatedAt]
    [NoDataClassification]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when the store last wrote the user (attribute <c>updated_at</c>).</summary>
    /// <value>Set by the store at every write.</value>
    [DynamoDBProperty("updated_at", typeof(InstantConverter))]
    [UpdatedAt]
    [NoDataClassification]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Gets the age in years (attribute <c>age</c>).</summary>
    [DynamoDBProperty("age")]
    [UserPersonalData]
    public int? Age { get; init; }

    /// <summary>Gets the tags, in the order given, duplicates kept (attribute <c>tags</c>).</summary>
    /// <value>Never <see langword="null"/>. Two users whose tags are equal one by one are equal.</value>
    [DynamoDBProperty("tags", typeof(StringListConverter))]
    [UserPersonalData]
    public IReadOnlyList<string> Tags { get; init => field = ValueList.CopyOf(value); } = ValueList<string>.Empty;

    /// <summary>Gets the version, which counts the writes of this user (attribute <c>version</c>).</summary>
    /// <value>1 after creation. <see langword="null"/> for an item that another program wrote and the store has not updated yet.</value>
    [DynamoDBVersion("version")]
    [NoDataClassification]
    public long? Version { get; init; }

    /// <summary>Gets when the user expires (attribute <c>expires_at</c>, the table's time to live).</summary>
    /// <value>
    /// <see langword="null"/> if the user does not expire. Stored in whole seconds; fractions are truncated. From that second on, the user is
    /// no longer returned, although DynamoDB may take days to remove the item.
    /// </value>
    [DynamoDBProperty("expires_at", typeof(EpochSecondsConverter))]
    [ExpiresAt]
    [NoDataClassification]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets or sets what the store knows of the stored user. Set by the store when it reads or writes the user; travels with copies made
    /// by <c>with</c>.</summary>
    [DynamoDBIgnore]
    [Revision]
    internal UserRevision? Revision { get; set; }

    /// <summary>Returns the type, id and version; never an email, a name or another value.</summary>
    /// <returns>A string that is safe to log.</returns>
    public sealed override string ToString() => $"{GetType().Name} {{ UserId = {UserId}, Version = {Version} }}";
}

using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Specifies where and how the users of one type are stored. Each user type has its own instance, named by the full name of the
/// type.</summary>
public sealed class UserStoreOptions
{
    /// <summary>Gets or sets the address of a DynamoDB server to use instead of the service's own, such as
    /// <c>http://localhost:8000</c>.</summary>
    /// <value>
    /// An absolute http or https address. The default is <see langword="null"/>: the environment variable <c>DYNAMODB_ENDPOINT</c> if it is
    /// set, otherwise the address that the AWS SDK is configured to use (<c>AWS_ENDPOINT_URL_DYNAMODB</c>, <c>AWS_ENDPOINT_URL</c>, or
    /// <c>endpoint_url</c> of the profile), otherwise the endpoint of the region. A loopback address requires no credentials. Ignored if the service
    /// registered an <c>IAmazonDynamoDB</c>.
    /// </value>
    [SuppressMessage(
        "Design", "CA1056:URI-like properties should not be strings", Justification = "Bound from configuration; named as in the SDK.")]
    public string? ServiceUrl { get; set; }

    /// <summary>Gets or sets the AWS region, such as <c>eu-central-1</c>.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the region of the environment, profile or machine, and <c>us-east-1</c> if none is set.
    /// Ignored if the service registered an <c>IAmazonDynamoDB</c>.
    /// </value>
    public string? Region { get; set; }

    /// <summary>Gets or sets the prefix of every table name, such as <c>staging-</c>.</summary>
    /// <value>Letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is empty.</value>
    public string TableNamePrefix { get; set; } = string.Empty;

    /// <summary>Gets or sets the table that stores the users, without the prefix.</summary>
    /// <value>Including the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>: the name in
    /// <c>[DynamoDBTable]</c>, which is <c>Users</c> for <see cref="User"/> and inherited by derived types. Each user type requires a table of
    /// its own.</value>
    public string? UsersTable { get; set; }

    /// <summary>Gets or sets a value indicating whether emails are unique: properties with <see cref="UniqueAttribute"/> that are normalized as
    /// <see cref="UniqueValueNormalization.Email"/>, such as <see cref="User.Email"/>.</summary>
    /// <value>
    /// The default is <see langword="true"/>: each email is reserved in a second table, in the transaction that writes the user.
    /// <see langword="false"/> saves those transactions and, if the type has no other unique values, that table. All services that write to the
    /// same table must use the same value.
    /// </value>
    public bool UniqueEmails { get; set; } = true;

    /// <summary>Gets or sets the table that stores the reservations of unique values, without the prefix. Ignored if the type has
    /// none.</summary>
    /// <value>
    /// Including the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>:
    /// <c>UserReservations</c>, or, if the users' table has another name than <c>Users</c>, that name followed by <c>Reservations</c>. Each user
    /// type requires a table of its own.
    /// </value>
    public string? ReservationsTable { get; set; }

    /// <summary>Gets the functions that normalize unique values, by the names of the values, in place of
    /// <see cref="UniqueAttribute.Normalization"/>.</summary>
    /// <value>
    /// The default is empty. A function must return its own result unchanged. If it throws or returns null, the value is not valid. It must not be
    /// replaced while values are reserved. Emails are normalized by <see cref="NormalizeEmail"/>, unless their name is listed here.
    /// </value>
    public IDictionary<string, Func<string, string>> Normalizers { get; } = new Dictionary<string, Func<string, string>>(StringComparer.Ordinal);

    /// <summary>Gets or sets the prefix of the attributes in which the store remembers the last writes of each user: <c>write_id</c>,
    /// <c>write_id_2</c> to <c>write_id_8</c>, and <c>birth_id</c>.</summary>
    /// <value>The default is empty. Set it if the table has attributes with these names. It must not be changed while users are stored.</value>
    public string BookkeepingPrefix { get; set; } = string.Empty;

    /// <summary>Gets the names of indexes in the table, keyed by their names in the attributes of the user type.</summary>
    /// <value>3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. An index that is not listed has its name in the attributes. The
    /// default is empty.</value>
    public IDictionary<string, string> IndexNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets the function that normalizes an email before it is stored, reserved or looked up.</summary>
    /// <value>
    /// The default trims the email and converts it to lower case by the rules of the invariant culture. A function must return its own result
    /// unchanged. It receives only emails without invisible, combining and compatibility characters. If it throws or returns null, the email
    /// is not valid. It must not be replaced while users are stored: another function does not find their emails.
    /// </value>
    public Func<string, string> NormalizeEmail { get; set; } = static email => email.Trim().ToLowerInvariant();

    /// <summary>Gets the keys that encrypt continuation tokens: the first encrypts, all of them decrypt.</summary>
    /// <value>
    /// Each key has 32 random bytes (AES-256), Base64-encoded in configuration. The default is empty: tokens are not encrypted, only protected
    /// against accidental changes, and anyone who decodes a token can read the keys of the last user read, which may be an id or an email. To
    /// rotate keys, insert the new key first and keep the old one until its tokens are no longer used.
    /// </value>
    public IList<byte[]> TokenKeys { get; } = [];

    /// <summary>Gets or sets the billing mode of tables that <see cref="IUserStore{TUser}.EnsureTablesAsync"/> creates.</summary>
    /// <value>The default is <see cref="TableBillingMode.OnDemand"/>.</value>
    public TableBillingMode BillingMode { get; set; } = TableBillingMode.OnDemand;

    /// <summary>Gets or sets the read capacity units of the table and of each index.</summary>
    /// <value>1 to 40,000 (the service's default quota for a table). The default is 5. Ignored unless <see cref="BillingMode"/> is
    /// <see cref="TableBillingMode.Provisioned"/>.</value>
    public int ReadCapacityUnits { get; set; } = 5;

    /// <summary>Gets or sets the write capacity units of the table and of each index.</summary>
    /// <value>1 to 40,000 (the service's default quota for a table). The default is 5. Ignored unless <see cref="BillingMode"/> is
    /// <see cref="TableBillingMode.Provisioned"/>.</value>
    public int WriteCapacityUnits { get; set; } = 5;

    /// <summary>Gets or sets the maximum number of read request units per second of the table and of each index: requests beyond it are
    /// throttled.</summary>
    /// <value>
    /// At least 1. The default is <see langword="null"/>: no maximum is set, and existing tables keep what they have. Requires
    /// <see cref="TableBillingMode.OnDemand"/>. Applies to the users' table and the tables of reservations and data keys.
    /// </value>
    public int? MaxReadRequestUnits { get; set; }

    /// <summary>Gets or sets the maximum number of write request units per second of the table and of each index: requests beyond it are
    /// throttled.</summary>
    /// <value>
    /// At least 1. The default is <see langword="null"/>: no maximum is set, and existing tables keep what they have. Requires
    /// <see cref="TableBillingMode.OnDemand"/>. Applies to the users' table and the tables of reservations and data keys.
    /// </value>
    public int? MaxWriteRequestUnits { get; set; }

    /// <summary>Gets or sets the number of reads per second that the table and each index support at once, without warming up (warm
    /// throughput).</summary>
    /// <value>
    /// At least 12,000 with <see cref="TableBillingMode.OnDemand"/>, at least <see cref="ReadCapacityUnits"/> with
    /// <see cref="TableBillingMode.Provisioned"/>, and not more than <see cref="MaxReadRequestUnits"/>. The default is <see langword="null"/>: what
    /// DynamoDB provides. A table that supports more is left as it is. AWS charges once for each increase, which cannot be undone. Applies to the
    /// users' table and the tables of reservations and data keys.
    /// </value>
    public int? WarmReadUnitsPerSecond { get; set; }

    /// <summary>Gets or sets the number of writes per second that the table and each index support at once, without warming up (warm
    /// throughput).</summary>
    /// <value>
    /// At least 4,000 with <see cref="TableBillingMode.OnDemand"/>, at least <see cref="WriteCapacityUnits"/> with
    /// <see cref="TableBillingMode.Provisioned"/>, and not more than <see cref="MaxWriteRequestUnits"/>. The default is <see langword="null"/>: what
    /// DynamoDB provides. A table that supports more is left as it is. AWS charges once for each increase, which cannot be undone. Applies to the
    /// users' table and the tables of reservations and data keys.
    /// </value>
    public int? WarmWriteUnitsPerSecond { get; set; }

    /// <summary>Gets or sets the table class of the users' table and the tables of reservations and data keys.</summary>
    /// <value>
    /// The default is <see langword="null"/>: new tables have <see cref="TableStorageClass.Standard"/>, and existing tables keep what they have.
    /// DynamoDB permits two changes of a table within 30 days.
    /// </value>
    public TableStorageClass? TableClass { get; set; }

    /// <summary>Gets or sets the AWS KMS key that encrypts the users' table and the tables of reservations and data keys.</summary>
    /// <value>
    /// The id, ARN, alias name or alias ARN of a key of the tables' region; <c>alias/aws/dynamodb</c> for the key that AWS manages. The default is
    /// <see langword="null"/>: DynamoDB encrypts new tables with a key that it owns, and existing tables keep their key. DynamoDB resolves an alias
    /// when it is set; later, a table with any KMS key satisfies an alias, while an id or ARN is compared with the key of the table. The principals
    /// that use the tables need permissions for a key that you manage.
    /// </value>
    public string? EncryptionKey { get; set; }

    /// <summary>Gets the tags of the users' table and the tables of reservations and data keys.</summary>
    /// <value>
    /// At most 50: keys of 1 to 128 characters that do not begin with <c>aws:</c>, values of at most 256 characters. The default is empty. Tags that
    /// are missing or have another value are set; other tags of the tables are kept.
    /// </value>
    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets the stream view type of the users' table.</summary>
    /// <value>The default is <see cref="TableStreamViewType.None"/>: no stream.</value>
    public TableStreamViewType StreamViewType { get; set; } = TableStreamViewType.None;

    /// <summary>Gets or sets a value indicating whether DynamoDB deletes expired users (time to live).</summary>
    /// <value>The default is <see langword="true"/>. The store hides expired users in any case.</value>
    public bool EnableTimeToLive { get; set; } = true;

    /// <summary>Gets or sets a value indicating whether the users' table and the tables of reservations and data keys have deletion protection.</summary>
    /// <value>
    /// The default is <see langword="false"/>: tables are created without it, and existing tables keep what they have. If
    /// <see langword="true"/>, <see cref="IUserStore{TUser}.EnsureTablesAsync"/> and migrations that create the tables enable it, also on existing
    /// tables, and DynamoDB refuses to delete them until an operator disables it. It does not apply to the tables of migrations and
    /// replications.
    /// </value>
    public bool DeletionProtection { get; set; }

    /// <summary>Gets or sets a value indicating whether the users' table and the table of reservations have point-in-time recovery.</summary>
    /// <value>
    /// The default is <see langword="false"/>: it is not enabled, and existing tables keep what they have. If <see langword="true"/>,
    /// <see cref="IUserStore{TUser}.EnsureTablesAsync"/> and migrations that create the tables enable it, also on existing tables. AWS charges for
    /// it by the size of the table. It applies neither to the table of data keys, whose keys must not remain in backups, nor to the tables of migrations and
    /// replications. Local servers do not support it.
    /// </value>
    public bool PointInTimeRecovery { get; set; }

    /// <summary>Gets or sets the number of days within which the tables can be restored to any point in time.</summary>
    /// <value>
    /// 1 to 35. The default is <see langword="null"/>: 35 for tables on which point-in-time recovery is enabled, and existing tables keep what they
    /// have. Requires <see cref="PointInTimeRecovery"/>.
    /// </value>
    public int? PointInTimeRecoveryDays { get; set; }

    /// <summary>Gets or sets how long <see cref="IUserStore{TUser}.EnsureTablesAsync"/> waits for a table or index to become
    /// active.</summary>
    /// <value>1 second to 1 day. The default is 10 minutes.</value>
    public TimeSpan TableCreationTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets what maps users to items and back.</summary>
    /// <value>
    /// The default is <see cref="UserMapping.Context"/>. <see cref="UserMapping.Generated"/> takes a fraction of the time and memory. It requires a type
    /// with <see cref="GenerateUserMappingAttribute"/>, such as <see cref="User"/>, and a client that the store created: otherwise the context maps the
    /// users, and the log and the health check say so.
    /// </value>
    public UserMapping Mapping { get; set; }

    /// <summary>Gets or sets what pages, sequences, batch reads and audits do with an item that cannot be read as the user type.</summary>
    /// <value>The default is <see cref="UnreadableUsers.Throw"/>. A call that reads a single user throws in any case.</value>
    public UnreadableUsers UnreadableUsers { get; set; }

    /// <summary>Gets or sets the callback that receives each item that cannot be read, if <see cref="UnreadableUsers"/> is
    /// <see cref="UnreadableUsers.Report"/>.</summary>
    /// <value>
    /// The default is <see langword="null"/>: log event 104 and the results of pages and batch reads report the items. The callback may be
    /// called concurrently. An exception that it throws ends the call.
    /// </value>
    public Action<UnreadableUser>? OnUnreadableUser { get; set; }

    /// <summary>Gets the options for retries.</summary>
    /// <value>The defaults of <see cref="UserStoreRetryOptions"/>.</value>
    public UserStoreRetryOptions Retry { get; } = new();

    /// <summary>Gets the options for the erasure of users.</summary>
    /// <value>The defaults of <see cref="UserPrivacyOptions"/>.</value>
    public UserPrivacyOptions Privacy { get; } = new();

    /// <summary>What the options say of the user type; null if its attributes say all. A field, because configuration binds properties.</summary>
    internal UserTypeDescription? Description;

    /// <summary>Describes the user type in code, in place of attributes or in addition to them.</summary>
    /// <typeparam name="TUser">The user type of the store.</typeparam>
    /// <param name="describe">Describes the type.</param>
    public void Describe<TUser>(Action<UserTypeBuilder<TUser>> describe)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(describe);
        Description ??= new UserTypeDescription(typeof(TUser));
        describe(new UserTypeBuilder<TUser>(Description));
    }

    /// <summary>Returns the name of the options of a user type.</summary>
    internal static string NameFor(Type userType) => userType.FullName!;
}

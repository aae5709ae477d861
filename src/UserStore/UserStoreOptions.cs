using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Says where the users of one type are kept. There is one instance for each user type, named by the full name of the
/// type.</summary>
public sealed class UserStoreOptions
{
    /// <summary>Gets or sets the address of a DynamoDB server to use instead of the service's own, such as
    /// <c>http://localhost:8000</c>.</summary>
    /// <value>
    /// An absolute http or https address. The default is <see langword="null"/>: the environment variable <c>DYNAMODB_ENDPOINT</c> if it is
    /// set, else the endpoint of the region. A loopback address needs no credentials. Unused when the service registered an
    /// <c>IAmazonDynamoDB</c>.
    /// </value>
    [SuppressMessage(
        "Design", "CA1056:URI-like properties should not be strings", Justification = "Bound from configuration; named as in the SDK.")]
    public string? ServiceUrl { get; set; }

    /// <summary>Gets or sets the AWS region, such as <c>eu-central-1</c>.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the region of the environment, profile or machine, and <c>us-east-1</c> when none is set.
    /// Unused when the service registered an <c>IAmazonDynamoDB</c>.
    /// </value>
    public string? Region { get; set; }

    /// <summary>Gets or sets what is put before every table name, such as <c>staging-</c>.</summary>
    /// <value>Letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is empty.</value>
    public string TableNamePrefix { get; set; } = string.Empty;

    /// <summary>Gets or sets the table that holds the users, without the prefix.</summary>
    /// <value>With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>: as
    /// <c>[DynamoDBTable]</c> says, for <see cref="User"/> <c>Users</c>.</value>
    public string? UsersTable { get; set; }

    /// <summary>Gets or sets a value indicating whether no two users may have the same email.</summary>
    /// <value>
    /// The default is <see langword="true"/>: emails are reserved in a second table, in the same transaction as the user is written.
    /// <see langword="false"/> saves that table and those transactions. All services that write to the same table must agree.
    /// </value>
    public bool UniqueEmails { get; set; } = true;

    /// <summary>Gets or sets the table that holds the reservations of emails, without the prefix. Unused unless
    /// <see cref="UniqueEmails"/>.</summary>
    /// <value>
    /// With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>:
    /// <c>UserEmails</c>, or, when the users' table is not called <c>Users</c>, its name followed by <c>Emails</c>. Tables of users never
    /// share it.
    /// </value>
    public string? EmailsTable { get; set; }

    /// <summary>Gets the names that indexes have in the table, by the name that the attributes of the user type give them.</summary>
    /// <value>3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. An index that is not listed is called as the attributes say. The
    /// default is empty.</value>
    public IDictionary<string, string> IndexNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets how an email is made comparable before it is stored, reserved or looked up.</summary>
    /// <value>
    /// The default trims and lowers it with the rules of the invariant culture. A rule must give the same result for its own result, and
    /// must not change while users are stored: what it made before is not found by another rule.
    /// </value>
    public Func<string, string> NormalizeEmail { get; set; } = static email => email.Trim().ToLowerInvariant();

    /// <summary>Gets the keys that encrypt continuation tokens: the first encrypts, all of them decrypt.</summary>
    /// <value>
    /// Each 32 random bytes (AES-256); from configuration as Base64. The default is empty: tokens are not encrypted, only protected against
    /// accidents, and whoever takes one apart finds the keys of the last user read in it, which may be an id or an email. To change keys,
    /// put the new one first and keep the old one until its tokens are used up.
    /// </value>
    public IList<byte[]> TokenKeys { get; } = [];

    /// <summary>Gets or sets how tables made by <see cref="IUserStore{TUser}.EnsureTablesAsync"/> are paid.</summary>
    /// <value>The default is <see cref="TableBillingMode.OnDemand"/>.</value>
    public TableBillingMode BillingMode { get; set; } = TableBillingMode.OnDemand;

    /// <summary>Gets or sets the read capacity units of the table and of each index.</summary>
    /// <value>1 to 40,000 (the service's default quota for a table). The default is 5. Only with
    /// <see cref="TableBillingMode.Provisioned"/>.</value>
    public int ReadCapacityUnits { get; set; } = 5;

    /// <summary>Gets or sets the write capacity units of the table and of each index.</summary>
    /// <value>1 to 40,000 (the service's default quota for a table). The default is 5. Only with
    /// <see cref="TableBillingMode.Provisioned"/>.</value>
    public int WriteCapacityUnits { get; set; } = 5;

    /// <summary>Gets or sets what the table's stream tells about each change.</summary>
    /// <value>The default is <see cref="TableStreamViewType.None"/>: no stream.</value>
    public TableStreamViewType StreamViewType { get; set; } = TableStreamViewType.None;

    /// <summary>Gets or sets a value indicating whether DynamoDB removes expired users by itself.</summary>
    /// <value>The default is <see langword="true"/>. The store hides expired users in any case.</value>
    public bool EnableTimeToLive { get; set; } = true;

    /// <summary>Gets or sets how long <see cref="IUserStore{TUser}.EnsureTablesAsync"/> waits for a table or index to become
    /// active.</summary>
    /// <value>1 second to 1 day. The default is 10 minutes.</value>
    public TimeSpan TableCreationTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets how requests are repeated.</summary>
    /// <value>The defaults of <see cref="UserStoreRetryOptions"/>.</value>
    public UserStoreRetryOptions Retry { get; } = new();

    /// <summary>Returns the name of the options of a user type.</summary>
    internal static string NameFor(Type userType) => userType.FullName!;
}

/// <summary>Says how a table is paid.</summary>
public enum TableBillingMode
{
    /// <summary>By request; the table grows with its load.</summary>
    OnDemand,

    /// <summary>By reserved capacity units.</summary>
    Provisioned,
}

/// <summary>Says what a table's stream tells about each change.</summary>
public enum TableStreamViewType
{
    /// <summary>There is no stream.</summary>
    None,

    /// <summary>The key of the changed item.</summary>
    KeysOnly,

    /// <summary>The item after the change.</summary>
    NewImage,

    /// <summary>The item before the change.</summary>
    OldImage,

    /// <summary>The item before and after the change.</summary>
    NewAndOldImages,
}

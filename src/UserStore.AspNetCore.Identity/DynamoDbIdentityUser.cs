using System.Globalization;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Compliance.Classification;

namespace UserStore.AspNetCore.Identity;

/// <summary>A user of ASP.NET Core Identity with a string as its id. Derive from it to add properties.</summary>
public class DynamoDbIdentityUser : DynamoDbIdentityUser<string>
{
    /// <summary>Initializes a new instance of the <see cref="DynamoDbIdentityUser"/> class with a new id.</summary>
    public DynamoDbIdentityUser() => Id = Guid.CreateVersion7().ToString();

    /// <summary>Initializes a new instance of the <see cref="DynamoDbIdentityUser"/> class with a new id.</summary>
    /// <param name="userName">The user name.</param>
    public DynamoDbIdentityUser(string userName)
        : this() => UserName = userName;
}

/// <summary>A user of ASP.NET Core Identity. Derive from it to add properties, and change it by <see cref="UserManager{TUser}"/>.</summary>
/// <typeparam name="TKey">The type of the id: a string or a <see cref="Guid"/>.</typeparam>
/// <remarks>
/// One item of DynamoDB contains everything that Identity knows of the user, so one read is enough to sign in. An item has at most 400 KB. The user
/// name, each external login and each passkey are unique, and roles, claims and, unless they are unique, emails are indexed: a user has up to 30
/// unique values, and up to 96 of both, where each unique value counts twice.
/// </remarks>
[DynamoDBTable("IdentityUsers")]
public class DynamoDbIdentityUser<TKey>
    where TKey : IEquatable<TKey>
{
    /// <summary>Gets or sets the id. A create gives an id to a user that has none.</summary>
    [DynamoDBHashKey("id")]
    [PersonalData]
    [UserIdentifierData]
    public TKey Id { get; set; } = default!;

    /// <summary>Gets or sets the user name.</summary>
    [DynamoDBProperty("user_name")]
    [ProtectedPersonalData]
    [UserPersonalData]
    public string? UserName { get; set; }

    /// <summary>Gets or sets the normalized user name, which is unique.</summary>
    [DynamoDBProperty("normalized_user_name")]
    [Unique("user-name")]
    [UserPersonalData]
    public string? NormalizedUserName { get; set; }

    /// <summary>Gets or sets the email.</summary>
    [DynamoDBProperty("email")]
    [ProtectedPersonalData]
    [UserContactData]
    public string? Email { get; set; }

    /// <summary>Gets or sets the normalized email, which is unique if <see cref="UserOptions.RequireUniqueEmail"/> says so.</summary>
    [DynamoDBProperty("normalized_email")]
    [UserContactData]
    public string? NormalizedEmail { get; set => field = value is "" ? null : value; }

    /// <summary>Gets or sets a value indicating whether the user has confirmed the email.</summary>
    [DynamoDBProperty("email_confirmed")]
    [PersonalData]
    [NoDataClassification]
    public bool EmailConfirmed { get; set; }

    /// <summary>Gets or sets the hash of the password; <see langword="null"/> for a user without one.</summary>
    [DynamoDBProperty("password_hash")]
    [UserSensitiveData]
    public string? PasswordHash { get; set; }

    /// <summary>Gets or sets a random value that changes whenever the credentials of the user change.</summary>
    [DynamoDBProperty("security_stamp")]
    [UserSensitiveData]
    public string? SecurityStamp { get; set; }

    /// <summary>Gets or sets the phone number.</summary>
    [DynamoDBProperty("phone_number")]
    [ProtectedPersonalData]
    [UserContactData]
    public string? PhoneNumber { get; set; }

    /// <summary>Gets or sets a value indicating whether the user has confirmed the phone number.</summary>
    [DynamoDBProperty("phone_number_confirmed")]
    [PersonalData]
    [NoDataClassification]
    public bool PhoneNumberConfirmed { get; set; }

    /// <summary>Gets or sets a value indicating whether a sign-in needs a second factor.</summary>
    [DynamoDBProperty("two_factor_enabled")]
    [PersonalData]
    [NoDataClassification]
    public bool TwoFactorEnabled { get; set; }

    /// <summary>Gets or sets when the lockout ends, in UTC; a time in the past, or <see langword="null"/>, for a user that is not locked out.</summary>
    [DynamoDBProperty("lockout_end", typeof(InstantConverter))]
    [NoDataClassification]
    public DateTimeOffset? LockoutEnd { get; set; }

    /// <summary>Gets or sets a value indicating whether the user can be locked out.</summary>
    [DynamoDBProperty("lockout_enabled")]
    [NoDataClassification]
    public bool LockoutEnabled { get; set; }

    /// <summary>Gets or sets the number of failed sign-ins since the last one that succeeded, or since the last lockout.</summary>
    [DynamoDBProperty("access_failed_count")]
    [NoDataClassification]
    public int AccessFailedCount { get; set; }

    /// <summary>Gets or sets the key of the authenticator app.</summary>
    [DynamoDBProperty("authenticator_key")]
    [ProtectedPersonalData]
    [UserSensitiveData]
    public string? AuthenticatorKey { get; set; }

    /// <summary>Gets or sets the recovery codes that the user has left.</summary>
    [DynamoDBProperty("recovery_codes")]
    [UserSensitiveData]
    public List<string>? RecoveryCodes { get; set; }

    /// <summary>Gets or sets the ids of the roles, as strings.</summary>
    [DynamoDBProperty("role_ids")]
    [Indexed("role")]
    [NoDataClassification]
    public HashSet<string>? RoleIds { get; set; }

    /// <summary>Gets or sets the claims.</summary>
    [DynamoDBProperty("claims")]
    [UserPersonalData]
    public List<IdentityClaim>? Claims { get; set; }

    /// <summary>Gets or sets the external logins.</summary>
    [DynamoDBProperty("logins")]
    [UserPersonalData]
    public List<IdentityLogin>? Logins { get; set; }

    /// <summary>Gets or sets the passkeys.</summary>
    [DynamoDBProperty("passkeys")]
    [UserSensitiveData]
    public List<IdentityPasskey>? Passkeys { get; set; }

    /// <summary>Gets or sets the authentication tokens.</summary>
    [DynamoDBProperty("tokens")]
    [UserSensitiveData]
    public List<IdentityToken>? Tokens { get; set; }

    /// <summary>Gets or sets when the user was created, in UTC.</summary>
    [DynamoDBProperty("created_at", typeof(InstantConverter))]
    [CreatedAt]
    [NoDataClassification]
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Gets or sets when the user was last changed, in UTC.</summary>
    [DynamoDBProperty("updated_at", typeof(InstantConverter))]
    [UpdatedAt]
    [NoDataClassification]
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Gets or sets the number of writes; <see langword="null"/> for a user that is not stored.</summary>
    [DynamoDBVersion("version")]
    [NoDataClassification]
    public long? Version { get; set; }

    /// <summary>Gets or sets a value that identifies the stored revision of the user. It changes with every write, and a user with another one than
    /// is stored is not written.</summary>
    [DynamoDBIgnore]
    public string? ConcurrencyStamp
    {
        get => Revision?.ToString();
        set
        {
            if (value != ConcurrencyStamp)
                Revision = value is null ? null : UserRevision.Parse(value) ?? IdentityRevision.Other;
        }
    }

    [DynamoDBIgnore]
    [Revision]
    internal UserRevision? Revision { get; set; }

    // What is unique or indexed follows from the lists, whoever changes them.
    [DynamoDBProperty("login_keys")]
    [Unique("login")]
    [UserPersonalData]
    internal HashSet<string>? LoginKeys
    {
        get => KeysOf(Logins, static login => login.Key);
        set => _ = value;
    }

    [DynamoDBProperty("passkey_ids")]
    [Unique("passkey")]
    [UserSensitiveData]
    internal HashSet<string>? PasskeyIds
    {
        get => KeysOf(Passkeys, static passkey => passkey.CredentialId);
        set => _ = value;
    }

    [DynamoDBProperty("claim_keys")]
    [Indexed("claim")]
    [UserPersonalData]
    internal HashSet<string>? ClaimKeys
    {
        get => KeysOf(Claims, static claim => claim.Key);
        set => _ = value;
    }

    /// <summary>Returns the id, and nothing that identifies a person.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name} {Id}");

    // The store refuses an empty key, and with it a list that contains null.
    private static HashSet<string>? KeysOf<T>(List<T>? items, Func<T, string> key)
        where T : class
        => items is { Count: > 0 } ? items.Select(item => item is null ? "" : key(item)).ToHashSet(StringComparer.Ordinal) : null;
}

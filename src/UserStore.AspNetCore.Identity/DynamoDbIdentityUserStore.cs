using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace UserStore.AspNetCore.Identity;

/// <summary>Stores the users of ASP.NET Core Identity, without roles.</summary>
/// <typeparam name="TUser">The type of the user.</typeparam>
/// <typeparam name="TKey">The type of the id.</typeparam>
/// <remarks>
/// <para>
/// Identity changes a user in place, and <c>UpdateAsync</c> writes it with one conditional request, or one transaction if unique or indexed values
/// change. A user that the caller did not change costs no request, also if others changed it. Lockouts and failed sign-ins of users that a store of
/// Identity has read or created are written without a condition, so that neither an attacker nor the user prevents them by concurrent sign-ins. The
/// count of failed sign-ins is reset unless the security stamp has changed, or a lockout has begun.
/// </para>
/// <para>What the store refuses is an <see cref="IdentityError"/>. Faults, such as throttling, are exceptions derived from
/// <see cref="UserStoreException"/>.</para>
/// </remarks>
public partial class DynamoDbIdentityUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser, TKey> :
    global::Microsoft.AspNetCore.Identity.IUserStore<TUser>,
    IUserPasswordStore<TUser>,
    IUserSecurityStampStore<TUser>,
    IUserEmailStore<TUser>,
    IUserPhoneNumberStore<TUser>,
    IUserLockoutStore<TUser>,
    IUserTwoFactorStore<TUser>,
    IUserAuthenticatorKeyStore<TUser>,
    IUserTwoFactorRecoveryCodeStore<TUser>,
    IUserAuthenticationTokenStore<TUser>,
    IUserClaimStore<TUser>,
    IUserLoginStore<TUser>,
    IUserPasskeyStore<TUser>,
    IProtectedUserStore<TUser>
    where TUser : DynamoDbIdentityUser<TKey>
    where TKey : IEquatable<TKey>
{
    private readonly IdentityItems<TUser> _items;
    private readonly IdentityErrorDescriber _describer;
    private readonly bool _hasUniqueEmails;
    private bool _isDisposed;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbIdentityUserStore{TUser, TKey}"/> class.</summary>
    /// <param name="users">The store of the users.</param>
    /// <param name="options">The options of Identity.</param>
    /// <param name="describer">Describes errors; the default texts if <see langword="null"/>.</param>
    /// <param name="protector">Protects personal data while it is stored, if <see cref="StoreOptions.ProtectPersonalData"/> says so.</param>
    /// <exception cref="InvalidOperationException">Personal data is to be protected, and there is no protector, or a property with
    /// <see cref="ProtectedPersonalDataAttribute"/> is not a string.</exception>
    public DynamoDbIdentityUserStore(
        IUserStore<TUser> users,
        IOptions<IdentityOptions> options,
        IdentityErrorDescriber? describer = null,
        IPersonalDataProtector? protector = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        PersonalDataProtection? protection = !options.Value.Stores.ProtectPersonalData
            ? null
            : new(
                typeof(TUser),
                IdentityItems<TUser>.Properties,
                protector ?? throw new InvalidOperationException("No IPersonalDataProtector is registered: call AddPersonalDataProtection."));
        _items = new IdentityItems<TUser>(users, protection, Explain);
        _hasUniqueEmails = options.Value.User.RequireUniqueEmail;
        _describer = describer ?? new IdentityErrorDescriber();
    }

    /// <summary>Gets the store of the users.</summary>
    protected IUserStore<TUser> Users => _items.Store;

    /// <inheritdoc/>
    public virtual Task<IdentityResult> CreateAsync(TUser user, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        IdentityId.Ensure<TKey>(user.Id, id => user.Id = id);
        return _items.CreateAsync(user, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task<IdentityResult> UpdateAsync(TUser user, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        return IdentityItems<TUser>.ChangesOf(user) is { } changes && IsLockout(changes)
            ? _items.UpdateAsync(user, LockoutOf(user, changes), cancellationToken)
            : _items.UpdateAsync(user, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task<IdentityResult> DeleteAsync(TUser user, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        return _items.DeleteAsync(user, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual async Task<TUser?> FindByIdAsync(string userId, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(userId);
        return IdentityItems<TUser>.FindKey(userId) is { } key
            ? _items.Read(await Users.FindAsync(key, ReadConsistency.Strong, cancellationToken).ConfigureAwait(false))
            : null;
    }

    /// <inheritdoc/>
    public virtual Task<TUser?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(normalizedUserName);
        return FindAsync(() => Users.FindByAsync(
            user => user.NormalizedUserName, normalizedUserName, ReadConsistency.Strong, cancellationToken: cancellationToken));
    }

    /// <inheritdoc/>
    public Task<string> GetUserIdAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => IdentityId.ToText(one.Id), cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetUserNameAsync(TUser user, CancellationToken cancellationToken) => Get(user, static one => one.UserName, cancellationToken);

    /// <inheritdoc/>
    public Task SetUserNameAsync(TUser user, string? userName, CancellationToken cancellationToken)
        => Set(user, () => user.UserName = userName, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetNormalizedUserNameAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.NormalizedUserName, cancellationToken);

    /// <inheritdoc/>
    public Task SetNormalizedUserNameAsync(TUser user, string? normalizedName, CancellationToken cancellationToken)
        => Set(user, () => user.NormalizedUserName = normalizedName, cancellationToken);

    /// <summary>Ends the use of this object. The store of the users stays usable.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        GC.SuppressFinalize(this);
    }

    /// <summary>Prepares a user that was read from <see cref="Users"/> for its use by Identity.</summary>
    /// <param name="user">The user.</param>
    /// <returns>The user.</returns>
    protected TUser Prepare(TUser user) => _items.Read(user);

    /// <summary>Throws if this object is disposed of, or the call is cancelled.</summary>
    /// <param name="cancellationToken">The token of the call.</param>
    protected void Check(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Throws if this object is disposed of, the call is cancelled, or there is no user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">The token of the call.</param>
    protected void Check(TUser user, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(user);
    }

    // No user has a value that cannot be stored.
    private async Task<TUser?> FindAsync(Func<Task<TUser?>> find)
    {
        try
        {
            return _items.Read(await find().ConfigureAwait(false));
        }
        catch (InvalidUserException)
        {
            return null;
        }
    }

    private Task<T> Get<T>(TUser user, Func<TUser, T> value, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        return Task.FromResult(value(user));
    }

    private Task Set(TUser user, Action set, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        set();
        return Task.CompletedTask;
    }

    private IdentityError[]? Explain(UserStoreException refusal, TUser user) => IdentityFailure.Explain(refusal, _describer, property => property switch
    {
        nameof(DynamoDbIdentityUser<>.NormalizedEmail) => _describer.DuplicateEmail(user.Email ?? ""),
        nameof(DynamoDbIdentityUser<>.LoginKeys) => _describer.LoginAlreadyAssociated(),
        nameof(DynamoDbIdentityUser<>.PasskeyIds) => new IdentityError
        {
            Code = "PasskeyAlreadyAssociated",
            Description = "Another user has this passkey.",
        },
        nameof(DynamoDbIdentityUser<>.NormalizedUserName) => _describer.DuplicateUserName(user.UserName ?? ""),
        _ => null,
    });
}

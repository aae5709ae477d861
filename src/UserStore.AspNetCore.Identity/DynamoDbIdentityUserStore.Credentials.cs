using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <content>Password, security stamp, email, phone number, second factor and tokens.</content>
public partial class DynamoDbIdentityUserStore<TUser, TKey>
{
    /// <inheritdoc/>
    public Task<string?> GetPasswordHashAsync(TUser user, CancellationToken cancellationToken) => Get(user, static one => one.PasswordHash, cancellationToken);

    /// <inheritdoc/>
    public Task SetPasswordHashAsync(TUser user, string? passwordHash, CancellationToken cancellationToken)
        => Set(user, () => user.PasswordHash = passwordHash, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasPasswordAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.PasswordHash is not null, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetSecurityStampAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.SecurityStamp, cancellationToken);

    /// <inheritdoc/>
    public Task SetSecurityStampAsync(TUser user, string stamp, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stamp);
        return Set(user, () => user.SecurityStamp = stamp, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Several users have the email, which <see cref="UserOptions.RequireUniqueEmail"/> would
    /// prevent.</exception>
    public virtual Task<TUser?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(normalizedEmail);
        return FindAsync(() => _hasUniqueEmails
            ? Users.FindByAsync(user => user.NormalizedEmail, normalizedEmail, ReadConsistency.Strong, cancellationToken: cancellationToken)
            : FindSingleAsync(normalizedEmail, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<string?> GetEmailAsync(TUser user, CancellationToken cancellationToken) => Get(user, static one => one.Email, cancellationToken);

    /// <inheritdoc/>
    public Task SetEmailAsync(TUser user, string? email, CancellationToken cancellationToken) => Set(user, () => user.Email = email, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> GetEmailConfirmedAsync(TUser user, CancellationToken cancellationToken) => Get(user, static one => one.EmailConfirmed, cancellationToken);

    /// <inheritdoc/>
    public Task SetEmailConfirmedAsync(TUser user, bool confirmed, CancellationToken cancellationToken)
        => Set(user, () => user.EmailConfirmed = confirmed, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetNormalizedEmailAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.NormalizedEmail, cancellationToken);

    /// <inheritdoc/>
    public Task SetNormalizedEmailAsync(TUser user, string? normalizedEmail, CancellationToken cancellationToken)
        => Set(user, () => user.NormalizedEmail = normalizedEmail, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetPhoneNumberAsync(TUser user, CancellationToken cancellationToken) => Get(user, static one => one.PhoneNumber, cancellationToken);

    /// <inheritdoc/>
    public Task SetPhoneNumberAsync(TUser user, string? phoneNumber, CancellationToken cancellationToken)
        => Set(user, () => user.PhoneNumber = phoneNumber, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> GetPhoneNumberConfirmedAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.PhoneNumberConfirmed, cancellationToken);

    /// <inheritdoc/>
    public Task SetPhoneNumberConfirmedAsync(TUser user, bool confirmed, CancellationToken cancellationToken)
        => Set(user, () => user.PhoneNumberConfirmed = confirmed, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> GetTwoFactorEnabledAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.TwoFactorEnabled, cancellationToken);

    /// <inheritdoc/>
    public Task SetTwoFactorEnabledAsync(TUser user, bool enabled, CancellationToken cancellationToken)
        => Set(user, () => user.TwoFactorEnabled = enabled, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetAuthenticatorKeyAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.AuthenticatorKey, cancellationToken);

    /// <inheritdoc/>
    public Task SetAuthenticatorKeyAsync(TUser user, string key, CancellationToken cancellationToken)
        => Set(user, () => user.AuthenticatorKey = key, cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountCodesAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.RecoveryCodes?.Count ?? 0, cancellationToken);

    /// <inheritdoc/>
    public Task ReplaceCodesAsync(TUser user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recoveryCodes);
        return Set(user, () => user.RecoveryCodes = [.. recoveryCodes], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> RedeemCodeAsync(TUser user, string code, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        ArgumentNullException.ThrowIfNull(code);
        return Task.FromResult(user.RecoveryCodes?.Remove(code) == true);
    }

    /// <inheritdoc/>
    public Task<string?> GetTokenAsync(TUser user, string loginProvider, string name, CancellationToken cancellationToken)
        => Get(user, one => FindToken(one, loginProvider, name)?.Value, cancellationToken);

    /// <inheritdoc/>
    public Task SetTokenAsync(TUser user, string loginProvider, string name, string? value, CancellationToken cancellationToken) => Set(user, () =>
    {
        if (FindToken(user, loginProvider, name) is { } token)
            token.Value = value;
        else
            user.Tokens = [.. user.Tokens ?? [], new IdentityToken { LoginProvider = loginProvider, Name = name, Value = value }];
    }, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveTokenAsync(TUser user, string loginProvider, string name, CancellationToken cancellationToken)
        => Set(user, () => user.Tokens?.RemoveAll(token => token.LoginProvider == loginProvider && token.Name == name), cancellationToken);

    private async Task<TUser?> FindSingleAsync(string normalizedEmail, CancellationToken cancellationToken)
    {
        List<TUser> found = await Users.FindAllByAsync(user => user.NormalizedEmail, normalizedEmail, cancellationToken)
            .Take(2).ToListAsync(cancellationToken).ConfigureAwait(false);
        return found.Count < 2 ? found.FirstOrDefault() : throw new InvalidOperationException(
            $"Users '{IdentityId.ToText(found[0].Id)}' and '{IdentityId.ToText(found[1].Id)}' have the same email. Give one of them another email, or find "
                + "them by their names.");
    }

    private static IdentityToken? FindToken(TUser user, string loginProvider, string name)
        => user.Tokens?.Find(token => token.LoginProvider == loginProvider && token.Name == name);
}

using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <content>Claims, external logins and passkeys.</content>
public partial class DynamoDbIdentityUserStore<TUser, TKey>
{
    /// <inheritdoc/>
    public Task<IList<Claim>> GetClaimsAsync(TUser user, CancellationToken cancellationToken)
        => Get<IList<Claim>>(user, static one => [.. (one.Claims ?? []).Select(claim => claim.ToClaim())], cancellationToken);

    /// <inheritdoc/>
    public Task AddClaimsAsync(TUser user, IEnumerable<Claim> claims, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claims);
        return Set(user, () => user.Claims = [.. user.Claims ?? [], .. claims.Select(IdentityClaim.Of)], cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReplaceClaimAsync(TUser user, Claim claim, Claim newClaim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(newClaim);
        var replaced = IdentityClaim.Of(claim);
        return Set(
            user, () => user.Claims = user.Claims?.ConvertAll(stored => stored == replaced ? IdentityClaim.Of(newClaim) : stored), cancellationToken);
    }

    /// <inheritdoc/>
    public Task RemoveClaimsAsync(TUser user, IEnumerable<Claim> claims, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claims);
        HashSet<IdentityClaim> removed = [.. claims.Select(IdentityClaim.Of)];
        return Set(user, () => user.Claims?.RemoveAll(removed.Contains), cancellationToken);
    }

    /// <inheritdoc/>
    public virtual async Task<IList<TUser>> GetUsersForClaimAsync(Claim claim, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(claim);
        try
        {
            return await Users.FindAllByAsync(user => user.ClaimKeys, IdentityClaim.Of(claim).Key, cancellationToken)
                .Select(user => _items.Read(user)).ToListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidUserException)
        {
            return []; // no user has a claim that cannot be stored
        }
    }

    /// <inheritdoc/>
    public Task<IList<UserLoginInfo>> GetLoginsAsync(TUser user, CancellationToken cancellationToken)
        => Get<IList<UserLoginInfo>>(user, static one => [.. (one.Logins ?? []).Select(login => login.ToLogin())], cancellationToken);

    /// <inheritdoc/>
    public Task AddLoginAsync(TUser user, UserLoginInfo login, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(login);
        var added = new IdentityLogin { LoginProvider = login.LoginProvider, ProviderKey = login.ProviderKey, ProviderDisplayName = login.ProviderDisplayName };
        return Set(user, () => user.Logins = [.. user.Logins ?? [], added], cancellationToken);
    }

    /// <inheritdoc/>
    public Task RemoveLoginAsync(TUser user, string loginProvider, string providerKey, CancellationToken cancellationToken)
        => Set(user, () => user.Logins?.RemoveAll(login => login.LoginProvider == loginProvider && login.ProviderKey == providerKey), cancellationToken);

    /// <inheritdoc/>
    public virtual Task<TUser?> FindByLoginAsync(string loginProvider, string providerKey, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(loginProvider);
        ArgumentNullException.ThrowIfNull(providerKey);
        return FindAsync(() => Users.FindByAsync(
            user => user.LoginKeys, IdentityKey.Of(loginProvider, providerKey), cancellationToken: cancellationToken));
    }

    /// <inheritdoc/>
    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(TUser user, CancellationToken cancellationToken)
        => Get<IList<UserPasskeyInfo>>(user, static one => [.. (one.Passkeys ?? []).Select(passkey => passkey.ToPasskey())], cancellationToken);

    /// <inheritdoc/>
    public Task AddOrUpdatePasskeyAsync(TUser user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(passkey);
        var added = IdentityPasskey.Of(passkey);
        return Set(
            user,
            () => user.Passkeys = [.. (user.Passkeys ?? []).Where(stored => stored.CredentialId != added.CredentialId), added],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<UserPasskeyInfo?> FindPasskeyAsync(TUser user, byte[] credentialId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credentialId);
        string id = IdentityPasskey.IdOf(credentialId);
        return Get(user, one => one.Passkeys?.Find(passkey => passkey.CredentialId == id)?.ToPasskey(), cancellationToken);
    }

    /// <inheritdoc/>
    public Task RemovePasskeyAsync(TUser user, byte[] credentialId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credentialId);
        string id = IdentityPasskey.IdOf(credentialId);
        return Set(user, () => user.Passkeys?.RemoveAll(passkey => passkey.CredentialId == id), cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task<TUser?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(credentialId);
        return FindAsync(() => Users.FindByAsync(user => user.PasskeyIds, IdentityPasskey.IdOf(credentialId), cancellationToken: cancellationToken));
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <summary>Stores the roles of ASP.NET Core Identity.</summary>
/// <typeparam name="TRole">The type of the role.</typeparam>
/// <typeparam name="TKey">The type of the id.</typeparam>
/// <param name="roles">The store of the roles.</param>
/// <param name="describer">Describes errors; the default texts if <see langword="null"/>.</param>
public class DynamoDbIdentityRoleStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TRole, TKey>(
    IUserStore<TRole> roles, IdentityErrorDescriber? describer = null) : IRoleClaimStore<TRole>
    where TRole : DynamoDbIdentityRole<TKey>
    where TKey : IEquatable<TKey>
{
    private readonly IdentityItems<TRole> _items = new(
        roles, protection: null, (refusal, role) => Explain(refusal, role, describer ?? new IdentityErrorDescriber()));
    private bool _isDisposed;

    /// <inheritdoc/>
    public Task<IdentityResult> CreateAsync(TRole role, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        IdentityId.Ensure<TKey>(role.Id, id => role.Id = id);
        return _items.CreateAsync(role, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IdentityResult> UpdateAsync(TRole role, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        return _items.UpdateAsync(role, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IdentityResult> DeleteAsync(TRole role, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        return _items.DeleteAsync(role, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<TRole?> FindByIdAsync(string roleId, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(roleId);
        return IdentityItems<TRole>.FindKey(roleId) is { } key
            ? _items.Read(await _items.Store.FindAsync(key, ReadConsistency.Strong, cancellationToken).ConfigureAwait(false))
            : null;
    }

    /// <inheritdoc/>
    public async Task<TRole?> FindByNameAsync(string normalizedRoleName, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        return _items.Read(await IdentityRoles.FindAsync<TRole, TKey>(_items.Store, normalizedRoleName, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public Task<string> GetRoleIdAsync(TRole role, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        return Task.FromResult(IdentityId.ToText(role.Id));
    }

    /// <inheritdoc/>
    public Task<string?> GetRoleNameAsync(TRole role, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        return Task.FromResult(role.Name);
    }

    /// <inheritdoc/>
    public Task SetRoleNameAsync(TRole role, string? roleName, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        role.Name = roleName;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> GetNormalizedRoleNameAsync(TRole role, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        return Task.FromResult(role.NormalizedName);
    }

    /// <inheritdoc/>
    public Task SetNormalizedRoleNameAsync(TRole role, string? normalizedName, CancellationToken cancellationToken)
    {
        Check(role, cancellationToken);
        role.NormalizedName = normalizedName;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IList<Claim>> GetClaimsAsync(TRole role, CancellationToken cancellationToken = default)
    {
        Check(role, cancellationToken);
        return Task.FromResult<IList<Claim>>([.. (role.Claims ?? []).Select(claim => claim.ToClaim())]);
    }

    /// <inheritdoc/>
    public Task AddClaimAsync(TRole role, Claim claim, CancellationToken cancellationToken = default)
    {
        Check(role, cancellationToken);
        ArgumentNullException.ThrowIfNull(claim);
        role.Claims = [.. role.Claims ?? [], IdentityClaim.Of(claim)];
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveClaimAsync(TRole role, Claim claim, CancellationToken cancellationToken = default)
    {
        Check(role, cancellationToken);
        ArgumentNullException.ThrowIfNull(claim);
        role.Claims = [.. (role.Claims ?? []).Where(stored => stored != IdentityClaim.Of(claim))];
        return Task.CompletedTask;
    }

    /// <summary>Ends the use of this object. The store of the roles stays usable.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        GC.SuppressFinalize(this);
    }

    private static IdentityError[]? Explain(UserStoreException refusal, TRole role, IdentityErrorDescriber describer)
        => IdentityFailure.Explain(
            refusal, describer, property => property == nameof(role.NormalizedName) ? describer.DuplicateRoleName(role.Name ?? "") : null);

    private void Check(TRole role, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        ArgumentNullException.ThrowIfNull(role);
    }

    private void Check(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace UserStore.AspNetCore.Identity;

/// <summary>Stores the users of ASP.NET Core Identity, with their roles.</summary>
/// <typeparam name="TUser">The type of the user.</typeparam>
/// <typeparam name="TRole">The type of the role.</typeparam>
/// <typeparam name="TKey">The type of the ids.</typeparam>
/// <param name="users">The store of the users.</param>
/// <param name="roles">The store of the roles.</param>
/// <param name="options">The options of Identity.</param>
/// <param name="describer">Describes errors; the default texts if <see langword="null"/>.</param>
/// <param name="protector">Protects personal data while it is stored, if <see cref="StoreOptions.ProtectPersonalData"/> says so.</param>
public class DynamoDbIdentityUserStore<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TRole,
    TKey>(
    IUserStore<TUser> users,
    IUserStore<TRole> roles,
    IOptions<IdentityOptions> options,
    IdentityErrorDescriber? describer = null,
    IPersonalDataProtector? protector = null)
    : DynamoDbIdentityUserStore<TUser, TKey>(users, options, describer, protector), IUserRoleStore<TUser>
    where TUser : DynamoDbIdentityUser<TKey>
    where TRole : DynamoDbIdentityRole<TKey>
    where TKey : IEquatable<TKey>
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The role does not exist.</exception>
    public virtual async Task AddToRoleAsync(TUser user, string roleName, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        string id = await FindIdAsync(roleName, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"The role '{roleName}' does not exist. Create it before users are added to it.");
        user.RoleIds = [.. user.RoleIds ?? [], id];
    }

    /// <inheritdoc/>
    public virtual async Task RemoveFromRoleAsync(TUser user, string roleName, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        if (await FindIdAsync(roleName, cancellationToken).ConfigureAwait(false) is { } id)
            user.RoleIds?.Remove(id);
    }

    /// <inheritdoc/>
    public virtual async Task<IList<string>> GetRolesAsync(TUser user, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        if (user.RoleIds is not { Count: > 0 } ids)
            return [];
        IEnumerable<UserKey> keys = ids.Select(IdentityItems<TRole>.FindKey).OfType<UserKey>();
        return await roles.FindManyAsync(keys.ToAsyncEnumerable(), ReadConsistency.Strong, cancellationToken)
            .Select(static found => found.User?.Name).OfType<string>().Order(StringComparer.Ordinal).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public virtual async Task<bool> IsInRoleAsync(TUser user, string roleName, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        return await FindIdAsync(roleName, cancellationToken).ConfigureAwait(false) is { } id && user.RoleIds?.Contains(id) == true;
    }

    /// <inheritdoc/>
    public virtual async Task<IList<TUser>> GetUsersInRoleAsync(string roleName, CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        return await FindIdAsync(roleName, cancellationToken).ConfigureAwait(false) is { } id
            ? await Users.FindAllByAsync(user => user.RoleIds, id, cancellationToken)
                .Select(user => Prepare(user)).ToListAsync(cancellationToken).ConfigureAwait(false)
            : [];
    }

    private async Task<string?> FindIdAsync(string normalizedName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(normalizedName);
        return await IdentityRoles.FindAsync<TRole, TKey>(roles, normalizedName, cancellationToken).ConfigureAwait(false) is { } role
            ? IdentityId.ToText(role.Id)
            : null;
    }
}

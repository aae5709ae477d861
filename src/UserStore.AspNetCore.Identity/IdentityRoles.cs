using System.Diagnostics.CodeAnalysis;

namespace UserStore.AspNetCore.Identity;

/// <summary>Finds roles by their names.</summary>
internal static class IdentityRoles
{
    /// <summary>Finds a role, consistently. No role has a name that cannot be stored.</summary>
    public static async Task<TRole?> FindAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TRole, TKey>(
        IUserStore<TRole> roles, string normalizedName, CancellationToken cancellationToken)
        where TRole : DynamoDbIdentityRole<TKey>
        where TKey : IEquatable<TKey>
    {
        ArgumentNullException.ThrowIfNull(normalizedName);
        try
        {
            return await roles.FindByAsync(
                role => role.NormalizedName, normalizedName, ReadConsistency.Strong, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidUserException)
        {
            return null;
        }
    }
}

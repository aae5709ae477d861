namespace UserStore.AspNetCore.Identity;

/// <summary>The revisions of users and roles that concurrency stamps stand for.</summary>
internal static class IdentityRevision
{
    /// <summary>Gets the revision of a stamp that no store returned: none that is stored.</summary>
    public static UserRevision Other { get; } = new("-", "-", version: null, expiresAt: null, default);
}

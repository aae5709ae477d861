namespace UserStore;

/// <summary>The well-known values of <see cref="User.Status"/>. Services can use other values as well.</summary>
public static class UserStatus
{
    /// <summary>The user can use the service. New users have this status by default.</summary>
    public const string Active = "active";

    /// <summary>The user was invited or registered and has not finished signing up.</summary>
    public const string Pending = "pending";

    /// <summary>The user is temporarily barred.</summary>
    public const string Suspended = "suspended";

    /// <summary>The user has left and is kept for reference.</summary>
    public const string Closed = "closed";
}

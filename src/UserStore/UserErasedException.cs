using System.Globalization;

namespace UserStore;

/// <summary>Thrown when a user is created whose key is that of an erased user, for as long as the tombstone of that user exists. Nothing is
/// written.</summary>
public sealed class UserErasedException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserErasedException"/> class.</summary>
    /// <param name="key">The key of the erased user.</param>
    /// <param name="until">When the tombstone expires, if that is known.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserErasedException(UserKey key, DateTimeOffset? until, Exception? innerException = null)
        : base(MessageFor(key, until), innerException)
        => (Key, Until) = (key, until);

    /// <summary>Gets the key of the erased user.</summary>
    public UserKey Key { get; }

    /// <summary>Gets the time at which the tombstone expires, after which a user with this key can be created; <see langword="null"/> if it is
    /// unknown.</summary>
    public DateTimeOffset? Until { get; }

    private static string MessageFor(UserKey key, DateTimeOffset? until)
    {
        string when = until is { } known ? string.Create(CultureInfo.InvariantCulture, $"before {known:u}") : "before its tombstone expires";
        return $"User '{key}' was erased. No user with this key can be created {when}. Choose another key.";
    }
}

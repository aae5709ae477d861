namespace UserStore;

/// <summary>The base of every failure that the store reports. Wrong use of the API throws the framework's argument exceptions
/// instead.</summary>
/// <remarks>Messages hold ids and the names of fields, tables and indexes, never emails, names or other values. The SDK's exception is the
/// inner one.</remarks>
public abstract class UserStoreException : Exception
{
    private protected UserStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Gets a value indicating whether the same call may succeed when it is repeated unchanged.</summary>
    public virtual bool IsTransient => false;
}

namespace UserStore;

/// <summary>Thrown when a user would get an email that another user has. Nothing was written.</summary>
public sealed class EmailAlreadyInUseException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="EmailAlreadyInUseException"/> class.</summary>
    /// <param name="holderId">The user who has the email.</param>
    /// <param name="innerException">The error the database reported, if one did.</param>
    public EmailAlreadyInUseException(string holderId, Exception? innerException = null)
        : base($"The email is in use by user '{holderId}'. Choose another one, or change that user first.", innerException)
        => HolderId = holderId;

    /// <summary>Gets the id of the user who has the email.</summary>
    public string HolderId { get; }
}

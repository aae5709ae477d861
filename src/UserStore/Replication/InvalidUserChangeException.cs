namespace UserStore.Replication;

/// <summary>Thrown, or reported for one record, when a stream record cannot be read as a change of a user.</summary>
public sealed class InvalidUserChangeException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="InvalidUserChangeException"/> class.</summary>
    /// <param name="sequenceNumber">The record's sequence number; <see langword="null"/> if it has none, or for the event as a whole.</param>
    /// <param name="problem">The problem and its remedy, as the rest of a sentence.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public InvalidUserChangeException(string? sequenceNumber, string problem, Exception? innerException = null)
        : base($"{(sequenceNumber is null ? "The event" : $"Stream record '{sequenceNumber}'")} {problem}", innerException)
        => SequenceNumber = sequenceNumber;

    /// <summary>Gets the record's sequence number, if it is known.</summary>
    public string? SequenceNumber { get; }
}

namespace UserStore.Replication;

/// <summary>Thrown, or reported for one record, when what a stream tells cannot be read as a change of a user.</summary>
public sealed class InvalidUserChangeException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="InvalidUserChangeException"/> class.</summary>
    /// <param name="sequenceNumber">The record's place in the stream; <see langword="null"/> when it tells none, or the event as a whole is
    /// meant.</param>
    /// <param name="problem">What is wrong and what to do about it, as the rest of a sentence.</param>
    /// <param name="innerException">The error that shows it, if one does.</param>
    public InvalidUserChangeException(string? sequenceNumber, string problem, Exception? innerException = null)
        : base($"{(sequenceNumber is null ? "The event" : $"Stream record '{sequenceNumber}'")} {problem}", innerException)
        => SequenceNumber = sequenceNumber;

    /// <summary>Gets the record's place in the stream, if it is known.</summary>
    public string? SequenceNumber { get; }
}

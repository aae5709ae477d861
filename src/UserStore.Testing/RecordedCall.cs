namespace UserStore.Testing;

/// <summary>Represents a call of the in-memory store, or the read of one page of a sequence.</summary>
/// <param name="Operation">The name of the member that was called, such as <c>CreateAsync</c>.</param>
/// <param name="Key">The key of the user, or <see langword="null"/> if the call has none.</param>
/// <param name="Timestamp">The time at which the call ended.</param>
/// <param name="Error">The exception that the call threw, or <see langword="null"/>.</param>
public sealed record RecordedCall(string Operation, UserKey? Key, DateTimeOffset Timestamp, Exception? Error);

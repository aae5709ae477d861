namespace UserStore.Testing;

/// <summary>A call of the in-memory store, or the reading of one page of a sequence.</summary>
/// <param name="Operation">The name of the member that was called, such as <c>CreateAsync</c>.</param>
/// <param name="UserId">The id it was about, if there was one.</param>
/// <param name="Timestamp">When it ended.</param>
/// <param name="Error">What it threw, or <see langword="null"/>.</param>
public sealed record RecordedCall(string Operation, string? UserId, DateTimeOffset Timestamp, Exception? Error);

namespace UserStore;

/// <summary>What an audit found in one page of a table.</summary>
/// <param name="Findings">What was not in order.</param>
/// <param name="Users">How many users the page held.</param>
/// <param name="Reservations">How many reservations the page held.</param>
/// <param name="ContinuationToken">The position after the page; <see langword="null"/> at the end of the walk.</param>
public sealed record UserEmailAuditPage(
    IReadOnlyList<UserEmailFinding> Findings, int Users, int Reservations, string? ContinuationToken);

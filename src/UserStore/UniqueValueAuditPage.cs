namespace UserStore;

/// <summary>The findings of an audit in one page of a table.</summary>
/// <param name="Findings">The inconsistencies.</param>
/// <param name="Users">The number of users in the page.</param>
/// <param name="Reservations">The number of reservations in the page.</param>
/// <param name="ContinuationToken">The position after the page; <see langword="null"/> after the last page.</param>
public sealed record UniqueValueAuditPage(
    IReadOnlyList<UniqueValueFinding> Findings, int Users, int Reservations, string? ContinuationToken)
{
    /// <summary>Returns the numbers of the page; never the token, from which a reserved value can be decoded.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"UniqueValueAuditPage {{ Findings = {Findings.Count}, Users = {Users}, Reservations = {Reservations} }}";
}

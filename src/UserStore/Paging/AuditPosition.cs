namespace UserStore.Paging;

/// <summary>How far an audit of emails has come: in the users first, then in the reservations.</summary>
/// <param name="InReservations">Whether the users are done.</param>
/// <param name="After">The last key read, or null before the first.</param>
internal sealed record AuditPosition(bool InReservations = false, string? After = null)
{
    private const char UsersMark = 'U';
    private const char ReservationsMark = 'R';

    /// <summary>Returns the position that a token tells.</summary>
    public static AuditPosition Of(ContinuationToken token)
        => new(token.Position[0] == ReservationsMark, token.Position.Length == 1 ? null : token.Position[1..]);

    public ContinuationToken ToToken() => new((InReservations ? ReservationsMark : UsersMark) + After, null);

    /// <summary>Returns the position after a page, or null after the last.</summary>
    /// <param name="lastKey">The last key of the page, if its table goes on.</param>
    public AuditPosition? Next(string? lastKey) => lastKey is not null
        ? this with { After = lastKey }
        : InReservations ? null : new AuditPosition(InReservations: true);
}

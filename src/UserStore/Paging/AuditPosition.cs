namespace UserStore.Paging;

/// <summary>Represents the position of an audit, which reads the users first and then the reservations.</summary>
/// <param name="InReservations">Whether all users have been read.</param>
/// <param name="After">The last key that was read, or null at the start.</param>
internal sealed record AuditPosition(bool InReservations = false, string? After = null)
{
    private const char UsersMark = 'U';
    private const char ReservationsMark = 'R';

    /// <summary>Returns the position that a token contains.</summary>
    /// <exception cref="InvalidContinuationTokenException">The token contains none.</exception>
    public static AuditPosition Of(ContinuationToken token) => token.Position[0] is UsersMark or ReservationsMark
        ? new(token.Position[0] == ReservationsMark, token.Position.Length == 1 ? null : token.Position[1..])
        : throw new InvalidContinuationTokenException("contains no position of an audit");

    public ContinuationToken ToToken() => new((InReservations ? ReservationsMark : UsersMark) + After, null);

    /// <summary>Returns the position after a page, or null after the last.</summary>
    /// <param name="lastKey">The last key of the page, or null if the page is the last one of its table.</param>
    public AuditPosition? Next(string? lastKey) => lastKey is not null
        ? this with { After = lastKey }
        : InReservations ? null : new AuditPosition(InReservations: true);
}

namespace UserStore.Requests;

/// <summary>How far an audit of emails has come: in the users first, then in the reservations.</summary>
/// <param name="InReservations">Whether the users are done.</param>
/// <param name="After">The last key read, or null before the first.</param>
internal sealed record AuditPosition(bool InReservations = false, string? After = null)
{
    private const char UsersMark = 'U';
    private const char ReservationsMark = 'R';

    /// <summary>Returns the position after a page, or null after the last.</summary>
    /// <param name="lastKey">The last key of the page, if its table goes on.</param>
    public AuditPosition? Next(string? lastKey) => lastKey is not null
        ? this with { After = lastKey }
        : InReservations ? null : new AuditPosition(InReservations: true);

    public string Encode(byte[] fingerprint)
        => new ContinuationToken((InReservations ? ReservationsMark : UsersMark) + After, null).Encode(fingerprint);

    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or was made by something else.</exception>
    public static AuditPosition Decode(string? token, byte[] fingerprint)
    {
        if (token is null)
            return new AuditPosition();
        string text = ContinuationToken.Decode(token, fingerprint).Position;
        return new AuditPosition(text[0] == ReservationsMark, text.Length == 1 ? null : text[1..]);
    }
}

namespace UserStore;

/// <summary>An inconsistency of an email.</summary>
/// <param name="Problem">The kind of the inconsistency.</param>
/// <param name="Email">The email, in the form in which it is reserved; an invalid one as it is stored. Contains personal data; do not log it.
/// <see cref="ToString"/> omits it.</param>
/// <param name="Key">The user that has the email, or for which it is reserved.</param>
/// <param name="OtherKey">The other user with the same email; else <see langword="null"/>.</param>
/// <param name="IsRepaired">Whether it has been repaired.</param>
public sealed record UserEmailFinding(
    UserEmailProblem Problem, string Email, UserKey Key, UserKey? OtherKey = null, bool IsRepaired = false)
{
    /// <summary>Returns the problem and the keys of the users; never the email.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString()
    {
        string other = OtherKey is null ? "" : $", OtherKey = {OtherKey}";
        return $"{Problem} {{ Key = {Key}{other}, IsRepaired = {IsRepaired} }}";
    }
}

/// <summary>Specifies the kind of an inconsistency of an email.</summary>
public enum UserEmailProblem
{
    /// <summary>A user has an email that is not reserved for it, and that no other user has.</summary>
    UserWithoutReservation,

    /// <summary>An email is reserved for a user that does not exist, has expired, or has another email.</summary>
    ReservationWithoutOwner,

    /// <summary>Two users have the same email. To repair it, change the email of one of them and run the audit again.</summary>
    DuplicateEmail,

    /// <summary>A user has an email that is not valid, so that it cannot be reserved or found. A repair does not change it.</summary>
    InvalidEmail,
}

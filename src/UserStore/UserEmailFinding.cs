namespace UserStore;

/// <summary>Something about an email that was not in order.</summary>
/// <param name="Problem">What it was.</param>
/// <param name="Email">The email, in the form in which it is reserved. Personal: not for logs; <see cref="ToString"/> leaves it
/// out.</param>
/// <param name="UserId">The user that has the email, or for which it is reserved.</param>
/// <param name="OtherUserId">The other user with the same email; else <see langword="null"/>.</param>
/// <param name="IsRepaired">Whether it has been mended.</param>
public sealed record UserEmailFinding(
    UserEmailProblem Problem, string Email, string UserId, string? OtherUserId = null, bool IsRepaired = false)
{
    /// <summary>Returns the problem and the ids of the users; never the email.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString()
    {
        string other = OtherUserId is null ? "" : $", OtherUserId = {OtherUserId}";
        return $"{Problem} {{ UserId = {UserId}{other}, IsRepaired = {IsRepaired} }}";
    }
}

/// <summary>Says what is not in order about an email.</summary>
public enum UserEmailProblem
{
    /// <summary>A user has an email that is not reserved for it, nor had by another user.</summary>
    UserWithoutReservation,

    /// <summary>An email is reserved for a user that does not exist, has expired, or has another email.</summary>
    ReservationWithoutOwner,

    /// <summary>Two users have the same email. To mend it, change the email of one of them and run the audit again.</summary>
    DuplicateEmail,
}

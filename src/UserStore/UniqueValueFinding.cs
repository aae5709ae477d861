namespace UserStore;

/// <summary>An inconsistency of a unique value.</summary>
/// <param name="Problem">The kind of the inconsistency.</param>
/// <param name="PropertyName">The name of the property; <see langword="null"/> for a reservation whose key is a hash, or that belongs to no
/// property of the type.</param>
/// <param name="Value">The value, in the form in which it is reserved; an invalid one as it is stored; <see langword="null"/> if only a hash is
/// known. Contains personal data; do not log it. <see cref="ToString"/> omits it.</param>
/// <param name="Key">The user that has the value, or for which it is reserved.</param>
/// <param name="OtherKey">The other user with the same value; else <see langword="null"/>.</param>
/// <param name="IsRepaired">Whether it has been repaired.</param>
public sealed record UniqueValueFinding(
    UniqueValueProblem Problem, string? PropertyName, string? Value, UserKey Key, UserKey? OtherKey = null, bool IsRepaired = false)
{
    /// <summary>Returns the problem, the property and the keys of the users; never the value.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString()
    {
        string other = OtherKey is null ? "" : $", OtherKey = {OtherKey}";
        return $"{Problem} {{ PropertyName = {PropertyName}, Key = {Key}{other}, IsRepaired = {IsRepaired} }}";
    }
}

/// <summary>Specifies the kind of an inconsistency of a unique value.</summary>
public enum UniqueValueProblem
{
    /// <summary>A user has a value that is not reserved for it, and that no other user has.</summary>
    UserWithoutReservation,

    /// <summary>A value is reserved for a user that does not exist, has expired, or has another value.</summary>
    ReservationWithoutOwner,

    /// <summary>Two users have the same value. To repair it, change the value of one of them and run the audit again.</summary>
    DuplicateValue,

    /// <summary>A user has a value that is not valid, so that it cannot be reserved or found. A repair does not change it.</summary>
    InvalidValue,
}

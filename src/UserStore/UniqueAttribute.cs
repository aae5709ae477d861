namespace UserStore;

/// <summary>Marks a string property whose values are unique: no two users, or no two users of one scope, have the same.</summary>
/// <remarks>
/// Each value is reserved in a table of its own, in the transaction that writes the user. A user without a value reserves none. A reservation is
/// valid only while its owner exists, has not expired and has that value.
/// </remarks>
/// <param name="name">The name of the value in the table of reservations, such as <c>email</c>: 1 to 255 characters. It must not be changed while
/// values are reserved; the property can be renamed.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UniqueAttribute(string name) : Attribute
{
    /// <summary>Gets the name of the value in the table of reservations.</summary>
    public string Name { get; } = name;

    /// <summary>Gets or sets how values are normalized before they are stored, reserved and looked up.</summary>
    /// <value>The default is <see cref="UniqueValueNormalization.None"/>. <see cref="UserStoreOptions.Normalizers"/> can replace it.</value>
    public UniqueValueNormalization Normalization { get; set; }

    /// <summary>Gets or sets the property that defines the scope: only users with the same value of it cannot have the same unique value.</summary>
    /// <value>The name of a stored property, such as <c>nameof(Tenant)</c>: a string, a <see cref="Guid"/> or an integer. The default is
    /// <see langword="null"/>: all users of the table.</value>
    public string? Within { get; set; }
}

/// <summary>Specifies how unique values are normalized.</summary>
public enum UniqueValueNormalization
{
    /// <summary>Values are unique as they are, by their characters.</summary>
    None,

    /// <summary>Values are trimmed and converted to lower case by the rules of the invariant culture. Values with invisible, combining or
    /// compatibility characters, with which two spellings look the same, are rejected.</summary>
    CaseInsensitive,

    /// <summary>Values are email addresses, normalized by <see cref="UserStoreOptions.NormalizeEmail"/>: by default as
    /// <see cref="CaseInsensitive"/>. They must have one <c>@</c> between a name and a domain.</summary>
    Email,
}

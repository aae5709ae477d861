using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace UserStore;

/// <summary>Represents the value of a partition key or sort key: a string, a <see cref="Guid"/> or an integer.</summary>
/// <remarks>Convert a value implicitly: <c>UserKey.Of("tenant-7", 42)</c>. An integer property of any size takes the values of
/// <see cref="long"/>.</remarks>
[SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "UserKey.Of takes the values themselves.")]
public readonly struct UserKeyPart : IEquatable<UserKeyPart>
{
    private readonly string? _text;

    private UserKeyPart(KeyPartKind kind, string text) => (Kind, _text) = (kind, text);

    internal KeyPartKind Kind { get; }

    /// <summary>Creates a part from a string.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator UserKeyPart(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new UserKeyPart(KeyPartKind.String, value);
    }

    /// <summary>Creates a part from a <see cref="Guid"/>.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator UserKeyPart(Guid value) => new(KeyPartKind.Guid, value.ToString());

    /// <summary>Creates a part from an integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator UserKeyPart(long value) => new(KeyPartKind.Integer, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Returns whether two parts have the same type and value.</summary>
    /// <param name="left">The first part.</param>
    /// <param name="right">The second part.</param>
    /// <returns>Whether they are equal.</returns>
    public static bool operator ==(UserKeyPart left, UserKeyPart right) => left.Equals(right);

    /// <summary>Returns whether two parts have another type or value.</summary>
    /// <param name="left">The first part.</param>
    /// <param name="right">The second part.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(UserKeyPart left, UserKeyPart right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(UserKeyPart other) => Kind == other.Kind && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UserKeyPart other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? 0 : string.GetHashCode(_text, StringComparison.Ordinal);

    /// <summary>Returns the value as a string: a <see cref="Guid"/> in its default format, an integer in decimal digits.</summary>
    /// <returns>The string; empty for the default part.</returns>
    public override string ToString() => _text ?? "";
}

internal enum KeyPartKind
{
    None,
    String,
    Guid,
    Integer,
}

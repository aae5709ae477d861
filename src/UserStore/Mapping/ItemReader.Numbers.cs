using System.Globalization;
using System.Numerics;
using UserStore.Modeling;

namespace UserStore.Mapping;

/// <content>Numbers.</content>
public ref partial struct ItemReader
{
    /// <summary>Tries to read an integer.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The integer.</param>
    /// <returns>Whether the attribute is one in the range of the type.</returns>
    public bool TryReadInteger<T>(out T value)
        where T : struct, IBinaryInteger<T>
    {
        value = default;
        if (!TryNumber(out ReadOnlySpan<byte> number) || !IsCanonical(number)
            || !T.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return false;
        }

        if (_attribute < 0)
            return true;
        Keep(ScalarKind.Number, number);
        if (_attribute == _layout!.Version)
            Version = long.CreateTruncating(value);
        else if (_attribute == _layout.ExpiresAt)
            ExpiresAt = long.CreateTruncating(value);
        return true;
    }

    /// <summary>Tries to read a number with a fraction or exponent.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The number.</param>
    /// <returns>Whether the attribute is one that the type can hold.</returns>
    public bool TryReadNumber<T>(out T value)
        where T : struct, INumber<T>
    {
        value = default;
        if (!TryNumber(out ReadOnlySpan<byte> number)
            || !T.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || !T.IsFinite(value))
        {
            return false;
        }

        Keep(ScalarKind.Number, number);
        return true;
    }

    // Digits as DynamoDB returns them: another form is another key.
    private static bool IsCanonical(ReadOnlySpan<byte> number)
    {
        ReadOnlySpan<byte> digits = number is [(byte)'-', ..] ? number[1..] : number;
        return digits is [>= (byte)'1' and <= (byte)'9', ..] || number is [(byte)'0'];
    }

    private bool TryNumber(out ReadOnlySpan<byte> number)
        => TryText((byte)'N', "N"u8, "{\"N\":"u8, out number, out bool isEscaped) && !isEscaped;
}

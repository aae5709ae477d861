using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace UserStore.Mapping;

/// <content>Numbers.</content>
public sealed partial class ItemWriter
{
    // Amazon DynamoDB Developer Guide, "Quotas": magnitude of numbers.
    private const double MinMagnitude = 1E-130;
    private const double MaxMagnitude = 1E126;

    private const int MaxDigits = 32;

    private static readonly JsonEncodedText NumberType = JsonEncodedText.Encode("N");

    /// <summary>Writes an integer.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The integer.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteInteger<T>(T? value)
        where T : struct, IBinaryInteger<T>
    {
        if (value is null)
            return false;
        Span<byte> digits = stackalloc byte[24];
        value.Value.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        WriteNumber(digits[..length]);
        return true;
    }

    /// <summary>Writes a number of single precision.</summary>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteSingle(float? value)
    {
        if (value is null)
            return false;
        if (!float.IsFinite(value.Value))
            return SetIrregular();
        Span<byte> digits = stackalloc byte[MaxDigits];
        value.Value.TryFormat(digits, out int length, "r", CultureInfo.InvariantCulture);
        WriteNumber(digits[..length]);
        return true;
    }

    /// <summary>Writes a number of double precision.</summary>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteDouble(double? value)
    {
        if (value is null)
            return false;
        if (value.Value != 0 && !(Math.Abs(value.Value) is >= MinMagnitude and < MaxMagnitude))
            return SetIrregular();
        Span<byte> digits = stackalloc byte[MaxDigits];
        value.Value.TryFormat(digits, out int length, "r", CultureInfo.InvariantCulture);
        WriteNumber(digits[..length]);
        return true;
    }

    /// <summary>Writes a decimal number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteDecimal(decimal? value)
    {
        if (value is null)
            return false;
        Span<byte> digits = stackalloc byte[MaxDigits];
        value.Value.TryFormat(digits, out int length, "g", CultureInfo.InvariantCulture);
        WriteNumber(digits[..length]);
        return true;
    }

    private void WriteNumber(ReadOnlySpan<byte> digits)
    {
        if (_isInSet)
        {
            _json.WriteStringValue(digits);
            return;
        }

        Begin();
        _json.WriteString(NumberType, digits);
        _json.WriteEndObject();
    }
}

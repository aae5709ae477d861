using System.Globalization;
using System.Numerics;

namespace UserStore.Modeling;

/// <summary>Represents a number as DynamoDB stores, compares and adds it: decimal digits and a power of ten, without rounding.</summary>
/// <remarks>The range and precision of <see cref="decimal"/> and <see cref="double"/> are both too small for DynamoDB's numbers.</remarks>
internal readonly record struct StoredNumber : IComparable<StoredNumber>
{
    public const string FiniteRule = "must be a finite number";
    public const string MagnitudeRule = "must be zero or have a magnitude from 1E-130 to 9.9E+125";

    // Amazon DynamoDB Developer Guide, "Quotas": digits and magnitude of numbers.
    private const int MaxDigits = 38;
    private const int LargestMagnitude = 125;
    private const int SmallestMagnitude = -130;

    private const int LongestPlainMagnitude = 40;

    private readonly bool _isNegative;
    private readonly string? _digits;
    private readonly long _exponent;

    /// <param name="isNegative">Whether the number is below zero.</param>
    /// <param name="digits">The digits; zeros around them are removed.</param>
    /// <param name="exponent">The power of ten of the last digit.</param>
    private StoredNumber(bool isNegative, string digits, long exponent)
    {
        string significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        significant = significant.TrimStart('0');
        if (significant.Length > 0)
            (_isNegative, _digits, _exponent) = (isNegative, significant, exponent);
    }

    /// <summary>Gets the largest number that DynamoDB stores.</summary>
    public static StoredNumber Max { get; } = new(isNegative: false, new string('9', MaxDigits), LargestMagnitude - MaxDigits + 1);

    /// <summary>Gets the number of significant digits; 0 for zero.</summary>
    public int DigitCount => Digits.Length;

    private string Digits => _digits ?? "";

    // The power of ten of the first digit.
    private long Magnitude => _exponent + Digits.Length - 1;

    /// <summary>Returns the number that a string contains, or null if it contains none.</summary>
    public static StoredNumber? Find(string? text)
    {
        if (text is null)
            return null;
        int exponentAt = text.IndexOfAny(['e', 'E']);
        string mantissa = exponentAt < 0 ? text : text[..exponentAt];
        int exponent = 0;
        if (exponentAt >= 0
            && !int.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return null;
        }

        bool isNegative = mantissa.StartsWith('-');
        string unsigned = isNegative || mantissa.StartsWith('+') ? mantissa[1..] : mantissa;
        int point = unsigned.IndexOf('.', StringComparison.Ordinal);
        string digits = point < 0 ? unsigned : string.Concat(unsigned.AsSpan(0, point), unsigned.AsSpan(point + 1));
        return digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? null
            : new StoredNumber(isNegative, digits, exponent - (point < 0 ? 0L : unsigned.Length - point - 1));
    }

    public static StoredNumber Of(IFormattable number)
        => Find(number.ToString(null, CultureInfo.InvariantCulture)) ?? throw new ArgumentException("The number is not finite.", nameof(number));

    /// <summary>Returns the rule that DynamoDB's storage of the number violates, or null.</summary>
    public string? ViolatedRule()
    {
        if (Digits.Length > MaxDigits)
            return $"must have at most {MaxDigits} significant digits";
        return Digits.Length > 0 && Magnitude is > LargestMagnitude or < SmallestMagnitude ? MagnitudeRule : null;
    }

    /// <summary>Returns the number without the digits that DynamoDB does not store.</summary>
    public StoredNumber Truncated() => Digits.Length <= MaxDigits
        ? this
        : new StoredNumber(_isNegative, Digits[..MaxDigits], _exponent + Digits.Length - MaxDigits);

    public int CompareTo(StoredNumber other)
    {
        if (Sign != other.Sign)
            return Sign.CompareTo(other.Sign);
        int byMagnitude = Magnitude.CompareTo(other.Magnitude);
        return Sign * (byMagnitude != 0 ? byMagnitude : string.CompareOrdinal(Digits, other.Digits));
    }

    public static StoredNumber operator +(StoredNumber left, StoredNumber right)
    {
        long exponent = Math.Min(left._exponent, right._exponent);
        var sum = left.InUnitsOf(exponent) + right.InUnitsOf(exponent);
        return new StoredNumber(sum.Sign < 0, BigInteger.Abs(sum).ToString(CultureInfo.InvariantCulture), exponent);
    }

    public static StoredNumber operator -(StoredNumber number) => new(!number._isNegative, number.Digits, number._exponent);

    public static bool operator <(StoredNumber left, StoredNumber right) => left.CompareTo(right) < 0;

    public static bool operator >(StoredNumber left, StoredNumber right) => left.CompareTo(right) > 0;

    /// <summary>Returns the digits without zeros around them, with an exponent only if the number is very large or small.</summary>
    public override string ToString()
    {
        string sign = _isNegative ? "-" : "";
        if (Digits.Length == 0)
            return "0";
        if (Magnitude is > LongestPlainMagnitude or < -LongestPlainMagnitude)
        {
            string fraction = Digits.Length == 1 ? "" : $".{Digits[1..]}";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{Digits[0]}{fraction}E{Magnitude}");
        }

        if (_exponent >= 0)
            return sign + Digits + new string('0', (int)_exponent);
        return Magnitude >= 0
            ? $"{sign}{Digits[..(int)(Magnitude + 1)]}.{Digits[(int)(Magnitude + 1)..]}"
            : $"{sign}0.{new string('0', (int)(-Magnitude - 1))}{Digits}";
    }

    private int Sign => Digits.Length == 0 ? 0 : _isNegative ? -1 : 1;

    private BigInteger InUnitsOf(long exponent)
    {
        if (Digits.Length == 0)
            return BigInteger.Zero;
        var units = BigInteger.Parse(Digits, CultureInfo.InvariantCulture) * BigInteger.Pow(10, checked((int)(_exponent - exponent)));
        return _isNegative ? -units : units;
    }
}

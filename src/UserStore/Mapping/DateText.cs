using System.Globalization;

namespace UserStore.Mapping;

/// <summary>Reads and writes dates and times in the formats in which the SDK writes them, and instants in that of the store, without a string.</summary>
internal static class DateText
{
    /// <summary>The length of <c>2026-01-01T00:00:00.000Z</c>.</summary>
    public const int Length = 24;

    /// <summary>The length of <c>2026-01-01T00:00:00.0000000Z</c>, an instant of the store.</summary>
    public const int InstantLength = 28;

    /// <summary>The length of <c>2026-01-01</c>.</summary>
    public const int DayLength = 10;

    /// <summary>The length of <c>00:00:00.000</c>.</summary>
    public const int TimeLength = 12;

    public const string DayFormat = "yyyy-MM-dd";
    public const string TimeFormat = "HH:mm:ss.fff";

    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static void Write(DateTime date, Span<byte> text)
        => date.ToUniversalTime().TryFormat(text, out _, Format, CultureInfo.InvariantCulture);

    public static void Write(DateTimeOffset instant, Span<byte> text)
    {
        // The round-trip format of a UTC date is this format.
        if (!instant.UtcDateTime.TryFormat(text, out int written, "O") || written != InstantLength)
            throw new InvalidOperationException($"The instant {instant:O} has no text of {InstantLength} characters.");
    }

    /// <summary>Returns whether a text is an instant in UTC, with a precision of 100 ns.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        instant = default;
        if (text.Length != InstantLength || text[DayLength] != 'T' || text[^1] != 'Z' || !TryParse(text[..DayLength], out DateOnly day)
            || !TryParse(text.Slice(DayLength + 1, TimeLength), out TimeOnly time) || !TryParse(text[(DayLength + 1 + TimeLength)..^1], out int ticks))
        {
            return false;
        }

        instant = new DateTimeOffset(day, time, TimeSpan.Zero).AddTicks(ticks);
        return true;
    }

    /// <summary>Returns whether a text is a date in UTC with milliseconds.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTime date)
    {
        date = default;
        if (text.Length != Length || text[DayLength] != 'T' || text[^1] != 'Z' || !TryParse(text[..DayLength], out DateOnly day)
            || !TryParse(text[(DayLength + 1)..^1], out TimeOnly time))
        {
            return false;
        }

        date = new DateTime(day, time, DateTimeKind.Utc);
        return true;
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out DateOnly day)
    {
        day = default;
        if (text.Length != DayLength || text[4] != '-' || text[7] != '-'
            || !TryParse(text[..4], out int year) || !TryParse(text[5..7], out int month) || !TryParse(text[8..], out int number)
            || year == 0 || month is 0 or > 12 || number == 0 || number > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        day = new DateOnly(year, month, number);
        return true;
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out TimeOnly time)
    {
        time = default;
        if (text.Length != TimeLength || text[2] != ':' || text[5] != ':' || text[8] != '.'
            || !TryParse(text[..2], out int hour) || !TryParse(text[3..5], out int minute) || !TryParse(text[6..8], out int second)
            || !TryParse(text[9..], out int millisecond) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        time = new TimeOnly(hour, minute, second, millisecond);
        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            number = (number * 10) + digit - '0';
        }

        return true;
    }
}

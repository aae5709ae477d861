namespace UserStore.Mapping;

/// <summary>Reads and writes instants in the format in which the store writes them, without a string.</summary>
internal static class InstantText
{
    /// <summary>The length of <c>2026-01-01T00:00:00.0000000Z</c>.</summary>
    public const int Length = 28;

    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        instant = default;
        if (text.Length != Length || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.'
            || text[27] != 'Z')
        {
            return false;
        }

        if (!TryParse(text[..4], out int year) || !TryParse(text[5..7], out int month) || !TryParse(text[8..10], out int day)
            || !TryParse(text[11..13], out int hour) || !TryParse(text[14..16], out int minute) || !TryParse(text[17..19], out int second)
            || !TryParse(text[20..27], out int ticks)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        instant = new DateTimeOffset(new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + ticks, TimeSpan.Zero);
        return true;
    }

    public static void Format(DateTimeOffset instant, Span<byte> text)
    {
        // The round-trip format of a UTC date is this format.
        if (!instant.UtcDateTime.TryFormat(text, out int written, "O") || written != Length)
            throw new InvalidOperationException($"The instant {instant:O} has no text of {Length} characters.");
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

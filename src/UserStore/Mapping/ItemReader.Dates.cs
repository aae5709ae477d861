using UserStore.Modeling;

namespace UserStore.Mapping;

/// <content>Instants, dates and times.</content>
public ref partial struct ItemReader
{
    private const long MinEpochSeconds = -62_135_596_800;
    private const long MaxEpochSeconds = 253_402_300_799;

    /// <summary>Tries to read an instant as <see cref="InstantConverter"/> does.</summary>
    /// <param name="value">The instant, in UTC.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryReadInstant(out DateTimeOffset value)
    {
        value = default;
        if (!TryText(out ReadOnlySpan<byte> text)
            || (!DateText.TryParse(text, out value) && !InstantConverter.TryParse(JsonScanner.StringOf(text, isEscaped: false), out value)))
        {
            return false;
        }

        Keep(ScalarKind.String, text);
        return true;
    }

    /// <summary>Tries to read epoch seconds.</summary>
    /// <param name="value">The instant, in UTC.</param>
    /// <returns>Whether the attribute is a whole number in the range of instants.</returns>
    public bool TryReadEpochSeconds(out DateTimeOffset value)
    {
        value = default;
        if (!TryReadInteger(out long seconds) || seconds is < MinEpochSeconds or > MaxEpochSeconds)
            return false;
        value = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    /// <summary>Tries to read a date as the SDK writes it: in UTC and in milliseconds.</summary>
    /// <param name="value">The date, in UTC.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryReadDate(out DateTime value)
    {
        value = default;
        if (!TryText(out ReadOnlySpan<byte> text) || !DateText.TryParse(text, out value))
            return false;
        Keep(ScalarKind.String, text);
        return true;
    }

    /// <summary>Tries to read a date that is stored as epoch seconds.</summary>
    /// <param name="value">The date, in UTC.</param>
    /// <returns>Whether the attribute is a whole number in the range of dates.</returns>
    public bool TryReadEpochDate(out DateTime value)
    {
        bool isRead = TryReadEpochSeconds(out DateTimeOffset instant);
        value = instant.UtcDateTime;
        return isRead;
    }

    /// <summary>Tries to read a date without a time.</summary>
    /// <param name="value">The date.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryReadDateOnly(out DateOnly value)
    {
        value = default;
        if (!TryText(out ReadOnlySpan<byte> text) || !DateText.TryParse(text, out value))
            return false;
        Keep(ScalarKind.String, text);
        return true;
    }

    /// <summary>Tries to read a time as the SDK writes it: in milliseconds.</summary>
    /// <param name="value">The time.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryReadTimeOnly(out TimeOnly value)
    {
        value = default;
        if (!TryText(out ReadOnlySpan<byte> text) || !DateText.TryParse(text, out value))
            return false;
        Keep(ScalarKind.String, text);
        return true;
    }
}

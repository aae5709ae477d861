using System.Globalization;

namespace UserStore.Mapping;

/// <content>Instants, dates and times.</content>
public sealed partial class ItemWriter
{
    /// <summary>Writes a date in UTC and in milliseconds, as the SDK does.</summary>
    /// <param name="value">The date.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteDate(DateTime? value)
    {
        if (value is null)
            return false;
        Span<byte> text = stackalloc byte[DateText.Length];
        DateText.Write(value.Value, text);
        WriteText(text);
        return true;
    }

    /// <summary>Writes a date as the number of seconds since 1 January 1970.</summary>
    /// <param name="value">The date.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteEpochDate(DateTime? value)
        => value is { } date && WriteInteger<long>(new DateTimeOffset(date.ToUniversalTime()).ToUnixTimeSeconds());

    /// <summary>Writes a date without a time.</summary>
    /// <param name="value">The date.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteDateOnly(DateOnly? value)
    {
        if (value is null)
            return false;
        Span<byte> text = stackalloc byte[DateText.DayLength];
        value.Value.TryFormat(text, out _, DateText.DayFormat, CultureInfo.InvariantCulture);
        WriteText(text);
        return true;
    }

    /// <summary>Writes a time in milliseconds.</summary>
    /// <param name="value">The time.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteTimeOnly(TimeOnly? value)
    {
        if (value is null)
            return false;
        Span<byte> text = stackalloc byte[DateText.TimeLength];
        value.Value.TryFormat(text, out _, DateText.TimeFormat, CultureInfo.InvariantCulture);
        WriteText(text);
        return true;
    }

    /// <summary>Writes an instant as <see cref="InstantConverter"/> does.</summary>
    /// <param name="value">The instant.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteInstant(DateTimeOffset? value)
    {
        if (value is null)
            return false;
        Span<byte> text = stackalloc byte[DateText.InstantLength];
        DateText.Write(value.Value, text);
        WriteText(text);
        return true;
    }

    /// <summary>Writes an instant as <see cref="EpochSecondsConverter"/> does.</summary>
    /// <param name="value">The instant.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteEpochSeconds(DateTimeOffset? value) => WriteInteger(value?.ToUnixTimeSeconds());
}

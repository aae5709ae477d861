using System.Globalization;

namespace UserStore.Migrations;

/// <summary>Formats durations for people, with the two largest units: <c>0.3 s</c>, <c>5 min 3 s</c>, <c>30 h</c>, <c>4 d 2 h</c>.</summary>
internal static class ReadableDuration
{
    private const int MaxHours = 72;

    public static string Of(TimeSpan duration) => duration switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#} s"),
        { TotalHours: < 1 } => Of(duration.Minutes, "min", duration.Seconds, "s"),
        { TotalHours: < MaxHours } => Of((int)duration.TotalHours, "h", duration.Minutes, "min"),
        _ => Of(duration.Days, "d", duration.Hours, "h"),
    };

    private static string Of(int count, string unit, int rest, string smallerUnit)
        => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(rest == 0 ? "" : $" {rest} {smallerUnit}")}");
}

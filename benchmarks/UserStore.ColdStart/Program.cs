using System.Diagnostics;
using System.Globalization;
using UserStore.ColdStart;

// Started by Measurement with the time of the start, on the clock that all processes of the machine share.
if (args is [var way, var started])
{
    string phases = await FirstResponse.RunAsync(Enum.Parse<Way>(way));
    TimeSpan elapsed = Stopwatch.GetElapsedTime(long.Parse(started, CultureInfo.InvariantCulture));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalMilliseconds:F2} {phases}"));
    return 0;
}

return await Measurement.RunAsync();

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace UserStore.ColdStart;

/// <summary>Measures the time from the start of a process to its first response, of the ways in turns.</summary>
internal static class Measurement
{
    private const int Turns = 15;
    private const double Margin = 1.15;
    private const double MaxRatioToClient = 1.15; // where code is compiled at run time
    private const double MaxMillisecondsOverEmpty = 20; // where it is native

    /// <returns>The exit code; 0 if the target is reached.</returns>
    public static async Task<int> RunAsync()
    {
        Way[] ways = Enum.GetValues<Way>();
        var shortest = ways.ToDictionary(way => way, _ => (Milliseconds: double.MaxValue, Phases: ""));
        for (int turn = 0; turn < Turns; turn++)
        {
            foreach (Way way in ways)
            {
                (double milliseconds, string phases) = await StartAsync(way);
                if (milliseconds < shortest[way].Milliseconds)
                    shortest[way] = (milliseconds, phases);
            }
        }

        (double empty, double client, double store) = (Shortest(Way.Empty), Shortest(Way.Client), Shortest(Way.Generated));
        Console.WriteLine("| way | shortest | over empty | over the client | phases |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (Way way in ways)
        {
            double milliseconds = Shortest(way);
            Console.WriteLine(Invariant(
                $"| {way} | {milliseconds:F0} ms | {milliseconds - empty:F0} ms | {milliseconds / client:F2} | {shortest[way].Phases} |"));
        }

        bool isReached = RuntimeFeature.IsDynamicCodeCompiled
            ? store / client <= MaxRatioToClient * Margin
            : store - empty <= MaxMillisecondsOverEmpty * Margin;
        Console.WriteLine(isReached ? "The target is reached." : "The target is missed.");
        return isReached ? 0 : 1;

        double Shortest(Way way) => shortest[way].Milliseconds;
    }

    private static async Task<(double Milliseconds, string Phases)> StartAsync(Way way)
    {
        string program = Environment.ProcessPath!;
        string[] library = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "UserStore.ColdStart.dll")] : [];
        var start = new ProcessStartInfo(program, [.. library, way.ToString(), Invariant($"{Stopwatch.GetTimestamp()}")]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{way} ended with {process.ExitCode}: {output}");
        string[] parts = output.TrimEnd().Split(' ', 2);
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), parts.ElementAtOrDefault(1) ?? "");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

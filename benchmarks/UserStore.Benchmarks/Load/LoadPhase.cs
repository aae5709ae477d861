using UserStore.Testing;

namespace UserStore.Benchmarks.Load;

/// <summary>A part of the load, with the faults of its requests to DynamoDB.</summary>
/// <param name="Name">The name.</param>
/// <param name="Share">Its share of the duration.</param>
/// <param name="Fault">The fault, or null.</param>
/// <param name="Interval">How many requests there are for each that receives the fault.</param>
internal sealed record LoadPhase(string Name, double Share, WireFault? Fault = null, int Interval = 0)
{
    // If the response to a patch of a counter is lost, more than eight other writes may follow before the retry, so that its outcome is unknown.
    private static readonly string[] Uncontended = ["GetItem", "Query", "TransactWriteItems"];

    /// <summary>Gets the phases of a load, in their order.</summary>
    public static IReadOnlyList<LoadPhase> All { get; } =
    [
        new("no faults", 0.3),
        new("20 % of the requests are throttled", 0.25, WireFault.Throttle, Interval: 5),
        new("no faults", 0.1),
        new("2 % of the responses to reads, creates and deletes are lost", 0.2, WireFault.LostResponse, Interval: 50) { Operations = Uncontended },
        new("no faults", 0.15),
    ];

    /// <summary>Gets the operations that receive the fault; all if empty.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>Injects the faults of all phases, one after the other, until the end of the last one.</summary>
    public static async Task InjectAsync(FaultyWire wire, TimeSpan time)
    {
        foreach (LoadPhase phase in All)
        {
            wire.Clear();
            if (phase.Fault is not null)
                wire.Every(phase.Interval, phase.Fault, phase.Operations);
            await Task.Delay(time * phase.Share);
        }

        wire.Clear();
    }
}

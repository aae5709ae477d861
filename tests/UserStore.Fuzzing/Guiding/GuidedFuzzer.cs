using System.Diagnostics;
using UserStore.Fuzzing.Targets;

namespace UserStore.Fuzzing.Guiding;

/// <summary>Makes inputs from those that took new branches, and runs the target with them until one breaks a promise.</summary>
internal sealed class GuidedFuzzer(IFuzzTarget target, IBranchCoverage coverage, int seed)
{
    private const int MaxLength = 16 * 1024;
    private const int MaxShortenings = 2_000;

    // Generous for a busy machine; what grows without bounds takes much more.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    private readonly List<byte[]> _kept = [];
    private readonly InputMutations _mutations = new(new Random(seed), target.Words);

    public FuzzResult Run(int runs)
    {
        foreach (byte[] input in target.Seeds)
        {
            Try(input); // compiles the code, so that the next run shows what the input costs
            _kept.Add(input);
            if (Try(input) is { } problem)
                return Result(_kept.Count, new FuzzFinding(input, problem));
        }

        for (int run = 1; run <= runs; run++)
        {
            byte[] input = _mutations.Next(_kept);
            if (input.Length > MaxLength)
                continue;
            coverage.Begin();
            string? problem = Try(input);
            if (problem is not null)
                return Result(run, Shorten(new FuzzFinding(input, problem)));
            if (coverage.End())
                _kept.Add(input);
        }

        return Result(runs, null);
    }

    private FuzzResult Result(int runs, FuzzFinding? finding) => new(runs, _kept.Count, coverage.Branches, seed, finding);

    private string? Try(byte[] input)
    {
        long started = Stopwatch.GetTimestamp();
        long allocated = GC.GetTotalAllocatedBytes();
        string? problem;
        try
        {
            problem = target.Run(input);
        }
        catch (Exception undocumented)
        {
            return $"threw {undocumented}";
        }

        TimeSpan time = Stopwatch.GetElapsedTime(started);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        return problem ?? (time > MaxTime || allocated > target.MaxBytes(input.Length) ? $"took {time} and {allocated} bytes" : null);
    }

    // Leaves out what the finding does not need, in ever smaller parts.
    private FuzzFinding Shorten(FuzzFinding finding)
    {
        int left = MaxShortenings;
        for (int size = finding.Input.Length / 2; size > 0; size /= 2)
        {
            for (int at = 0; at + size <= finding.Input.Length && left-- > 0;)
            {
                byte[] shorter = [.. finding.Input[..at], .. finding.Input[(at + size)..]];
                if (Try(shorter) is { } problem)
                    finding = new FuzzFinding(shorter, problem);
                else
                    at += size;
            }
        }

        return finding;
    }
}

using System.Globalization;
using UserStore.Fuzzing.Guiding;
using UserStore.Fuzzing.Targets;

namespace UserStore.Fuzzing;

/// <summary>Fuzzes what callers and event sources send: <c>token 100000</c> or <c>stream 100000</c>, with a seed as the third argument.</summary>
internal static class Program
{
    /// <summary>The environment variable that names the copy with the instrumented library.</summary>
    public const string InstrumentedVariable = "USERSTORE_FUZZING_INSTRUMENTED";

    public static async Task<int> Main(string[] args)
    {
        if (args is not [var name, var runs, .. var rest] || rest.Length > 1)
        {
            Console.Error.WriteLine("Usage: token|stream RUNS [SEED]");
            return 2;
        }

        if (Environment.GetEnvironmentVariable(InstrumentedVariable) != "1")
            return await InstrumentedCopy.RunAsync(args, Console.Out);

        int seed = rest.Length == 1 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : Random.Shared.Next();
        return Fuzz(name, int.Parse(runs, CultureInfo.InvariantCulture), seed);
    }

    // Nothing of the library may run before the coverage map exists.
    private static int Fuzz(string name, int runs, int seed)
    {
        var coverage = new BranchCoverage();
        IFuzzTarget target = name switch
        {
            "token" => new TokenTarget(),
            "stream" => new StreamTarget(),
            _ => throw new ArgumentException($"There is no target '{name}'.", nameof(name)),
        };
        FuzzResult result = new GuidedFuzzer(target, coverage, seed).Run(runs);
        Console.WriteLine(result);
        return result.Finding is null && result.Branches >= target.MinBranches ? 0 : 1;
    }
}

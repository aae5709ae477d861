using System.Text;
using UserStore.Fuzzing.Guiding;
using UserStore.Fuzzing.Targets;
using UserStore.TestKit;
using Xunit.Abstractions;

namespace UserStore.Fuzzing;

/// <summary>No input breaks a promise of a target, and the fuzzer finds inputs that do.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class FuzzingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("token", 400_000)]
    [InlineData("stream", 250_000)]
    public async Task No_input_breaks_a_promise(string target, int full)
    {
        string runs = $"{TestVolume.Of(full, usual: 2_000)}";
        string seed = $"{TestSeed.Value.GetHashCode()}";
        using var report = new StringWriter();

        int exitCode = await InstrumentedCopy.RunAsync([target, runs, seed], report);

        output.WriteLine(report.ToString());
        exitCode.Should().Be(0, "{0}", report);
    }

    [Fact]
    public void An_input_that_breaks_a_promise_is_found_and_shortened()
    {
        var target = new LockedTarget();

        FuzzResult result = new GuidedFuzzer(target, target, seed: 1).Run(200_000);

        result.Finding.Should().NotBeNull();
        result.Finding!.Problem.Should().StartWith("threw System.InvalidOperationException");
        result.Finding.Input.Should().Equal("K3y!"u8.ToArray());
        result.Kept.Should().BeGreaterThan(3, "each byte that fits is a step on the way");
    }

    [Fact]
    public void An_exception_that_a_seed_causes_is_found_at_once()
    {
        var target = new LockedTarget(seed: "K3y!");

        FuzzResult result = new GuidedFuzzer(target, target, seed: 1).Run(0);

        result.Finding!.Input.Should().Equal("K3y!"u8.ToArray());
    }

    [Fact]
    public void An_input_that_allocates_too_much_is_found()
    {
        var target = new LockedTarget(seed: "wasteful");

        FuzzResult result = new GuidedFuzzer(target, target, seed: 1).Run(0);

        result.Finding!.Problem.Should().MatchRegex("^took .* bytes$");
    }

    // Throws for one input, to which only the branches lead.
    private sealed class LockedTarget(string seed = "none") : IFuzzTarget, IBranchCoverage
    {
        private static readonly byte[] Key = "K3y!"u8.ToArray();

        private int _fitting;

        public IReadOnlyList<byte[]> Seeds { get; } = [Encoding.ASCII.GetBytes(seed)];

        public IReadOnlyList<string> Words { get; } = ["K", "3", "y", "!"];

        public int MinBranches => 1;

        public int Branches { get; private set; }

        public long MaxBytes(int length) => 1024 * 1024;

        public string? Run(byte[] input)
        {
            if (input.AsSpan().SequenceEqual("wasteful"u8))
                GC.KeepAlive(new byte[4 * 1024 * 1024]);
            _fitting = input.AsSpan().CommonPrefixLength(Key);
            return _fitting == Key.Length ? throw new InvalidOperationException() : null;
        }

        public void Begin() => _fitting = 0;

        public bool End()
        {
            if (_fitting <= Branches)
                return false;
            Branches = _fitting;
            return true;
        }
    }
}

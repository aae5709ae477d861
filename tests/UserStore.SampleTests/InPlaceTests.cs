using System.Diagnostics;

namespace UserStore.SampleTests;

/// <summary>Tests the program that puts a store over the table of another repository. It fails if anything turns out differently than it
/// reports.</summary>
public sealed class InPlaceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_program_succeeds_and_prints_no_emails()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "InPlace.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process program = Process.Start(start)!;
        try
        {
            string[] output = await Task.WhenAll(program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync()).WaitAsync(Patience);
            await program.WaitForExitAsync().WaitAsync(Patience);

            program.ExitCode.Should().Be(0, output[1]);
            output[0].Should().Contain("both succeeded").And.Contain("19 were refused").And.NotContain("@");
        }
        finally
        {
            program.Kill(entireProcessTree: true);
        }
    }
}

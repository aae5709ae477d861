using System.Diagnostics;
using System.Runtime.InteropServices;

namespace UserStore.Tests;

/// <summary>Starts a program of UserStore.Tests.Programs in a separate process.</summary>
internal static class TestProgram
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Process Start(string[] command, Action<IDictionary<string, string?>>? configureEnvironment = null)
    {
        // An absolute path, because the environment of the program can lack PATH.
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        string[] program = [dotnet, "exec", Path.Combine(AppContext.BaseDirectory, "UserStore.Tests.Programs.dll"), .. command];
        // A shell ignores SIGINT in the programs that it starts in the background, which would inherit that.
        if (OperatingSystem.IsLinux())
            program = ["/usr/bin/env", "--default-signal=INT", .. program];
        var start = new ProcessStartInfo(program[0], program[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        configureEnvironment?.Invoke(start.Environment);
        return Process.Start(start)!;
    }

    /// <summary>Reads the output of a program until it writes a line.</summary>
    public static async Task ReadToLineAsync(this Process program, StreamReader output, string line)
    {
        while (await output.ReadLineAsync().WaitAsync(Patience) is { } read)
        {
            if (read == line)
                return;
        }

        throw new InvalidOperationException($"The program ended without '{line}': {await program.StandardError.ReadToEndAsync()}");
    }

    public static async Task SignalAsync(this Process program, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{program.Id}"]);
        await kill.WaitForExitAsync();
        kill.ExitCode.Should().Be(0);
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace UserStore.Tests;

/// <summary>Starts a program of UserStore.Tests.Programs in a process of its own.</summary>
internal static class TestProgram
{
    public static Process Start(string[] command, Action<IDictionary<string, string?>>? configureEnvironment = null)
    {
        // Not from PATH, which the environment of the program may lack.
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, ["exec", Path.Combine(AppContext.BaseDirectory, "UserStore.Tests.Programs.dll"), .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        configureEnvironment?.Invoke(start.Environment);
        return Process.Start(start)!;
    }
}

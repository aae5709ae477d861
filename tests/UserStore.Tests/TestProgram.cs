using System.Diagnostics;
using System.Runtime.InteropServices;

namespace UserStore.Tests;

/// <summary>Starts a program of UserStore.Tests.Programs in a separate process.</summary>
internal static class TestProgram
{
    public static Process Start(string[] command, Action<IDictionary<string, string?>>? configureEnvironment = null)
    {
        // An absolute path, because the environment of the program can lack PATH.
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

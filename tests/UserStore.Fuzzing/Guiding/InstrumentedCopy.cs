using System.Diagnostics;
using SharpFuzz;

namespace UserStore.Fuzzing.Guiding;

/// <summary>A copy of this program whose UserStore library records the branches that it takes.</summary>
internal static class InstrumentedCopy
{
    private const string Library = "UserStore.dll";

    /// <summary>Runs this program with the arguments as an instrumented copy.</summary>
    /// <returns>The exit code of the copy.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("userstore-fuzzing-");
        try
        {
            foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            Fuzzer.Instrument(Path.Combine(folder.FullName, Library), static _ => true, Options.Value);
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add(Path.Combine(folder.FullName, "UserStore.Fuzzing.dll"));
            foreach (string arg in args)
                start.ArgumentList.Add(arg);
            start.Environment[Program.InstrumentedVariable] = "1";
            using Process copy = Process.Start(start)!;
            Task<string> errors = copy.StandardError.ReadToEndAsync();
            await output.WriteAsync(await copy.StandardOutput.ReadToEndAsync());
            await output.WriteAsync(await errors);
            await copy.WaitForExitAsync();
            return copy.ExitCode;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

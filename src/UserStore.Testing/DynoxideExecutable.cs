using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace UserStore.Testing;

/// <summary>Locates the executable of the local server, or installs it with npm into a cache directory of the user.</summary>
internal static class DynoxideExecutable
{
    private const string Version = "1.2.1";

    private static string FileName => OperatingSystem.IsWindows() ? "dynoxide.exe" : "dynoxide";

    public static async Task<string> LocateAsync(CancellationToken cancellationToken)
    {
        if (FindOnPath() is { } onPath)
            return onPath;

        string cached = Path.Combine(CacheFolder(), "userstore", "dynoxide", Version, FileName);
        if (!File.Exists(cached))
            await InstallAsync(cached, cancellationToken).ConfigureAwait(false);
        return cached;
    }

    private static string? FindOnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, FileName))
        .FirstOrDefault(File.Exists);

    private static string CacheFolder()
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }

    // Several test processes can install concurrently: each uses its own folder and then moves the file into place atomically.
    private static async Task InstallAsync(string target, CancellationToken cancellationToken)
    {
        string package = $"@dynoxide/{Platform()}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        string folder = Directory.CreateTempSubdirectory("userstore-").FullName;
        try
        {
            await RunNpmAsync(
                ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", $"{package}@{Version}"],
                package,
                cancellationToken)
                .ConfigureAwait(false);

            string installed = Path.Combine(folder, "node_modules", package, FileName);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            string staged = $"{target}.{Guid.NewGuid():N}";
            File.Copy(installed, staged);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(staged, File.GetUnixFileMode(staged) | UnixFileMode.UserExecute);
            File.Move(staged, target, overwrite: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunNpmAsync(string[] arguments, string package, CancellationToken cancellationToken)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe", ["/c", "npm", .. arguments])
            : new ProcessStartInfo("npm", arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            using Process npm = Process.Start(start)!;
            Task<string> output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = npm.StandardError.ReadToEndAsync(cancellationToken);
            await Task.WhenAll(output, errors, npm.WaitForExitAsync(cancellationToken)).ConfigureAwait(false);
            if (npm.ExitCode != 0)
            {
                throw new LocalDynamoDbException(
                    $"npm could not install {package}@{Version} (exit code {npm.ExitCode}). Check its network access, {Alternatives}\n"
                        + await errors.ConfigureAwait(false))
                {
                    IsNotInstalled = true,
                };
            }
        }
        catch (Win32Exception notFound)
        {
            throw new LocalDynamoDbException(
                $"Neither the dynoxide executable nor npm is on PATH. Install Node.js, which includes npm, {Alternatives}", notFound)
            {
                IsNotInstalled = true,
            };
        }
    }

    private static string Alternatives => "or add dynoxide to PATH, or set DYNAMODB_ENDPOINT to the address of a DynamoDB server.";

    private static string Platform() => OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
}

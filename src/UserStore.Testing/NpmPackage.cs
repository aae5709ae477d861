using System.ComponentModel;
using System.Diagnostics;

namespace UserStore.Testing;

/// <summary>A file of an npm package, which npm installs into a cache directory of the user on first use.</summary>
/// <param name="Name">The name of the package.</param>
/// <param name="Version">The version of the package.</param>
/// <param name="File">The file within the package.</param>
internal sealed record NpmPackage(string Name, string Version, string File)
{
    private string CachedFile => Path.Combine([CacheFolder(), "userstore", .. Name.Split('/'), Version, File]);

    /// <summary>Returns the path of the file, and installs the package if the cache does not contain it.</summary>
    /// <exception cref="NpmException">npm is missing, or cannot install the package.</exception>
    public async Task<string> LocateAsync(CancellationToken cancellationToken)
    {
        if (!System.IO.File.Exists(CachedFile))
            await InstallAsync(cancellationToken).ConfigureAwait(false);
        return CachedFile;
    }

    private static string CacheFolder()
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }

    // Several test processes can install concurrently: each uses its own folder and then moves the file into place atomically.
    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("userstore-").FullName;
        try
        {
            await RunNpmAsync(
                ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", $"{Name}@{Version}"], cancellationToken)
                .ConfigureAwait(false);

            string target = CachedFile;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            string staged = $"{target}.{Guid.NewGuid():N}";
            System.IO.File.Copy(Path.Combine([folder, "node_modules", .. Name.Split('/'), File]), staged);
            if (!OperatingSystem.IsWindows())
                System.IO.File.SetUnixFileMode(staged, System.IO.File.GetUnixFileMode(staged) | UnixFileMode.UserExecute);
            System.IO.File.Move(staged, target, overwrite: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RunNpmAsync(string[] arguments, CancellationToken cancellationToken)
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
                throw new NpmException($"npm could not install {Name}@{Version} (exit code {npm.ExitCode}).", await errors.ConfigureAwait(false));
        }
        catch (Win32Exception notFound)
        {
            throw new NpmException("npm is not on PATH.", notFound);
        }
    }
}

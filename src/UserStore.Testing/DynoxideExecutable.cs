using System.Runtime.InteropServices;

namespace UserStore.Testing;

/// <summary>Locates the executable of the local server on <c>PATH</c>, or in its npm package.</summary>
internal static class DynoxideExecutable
{
    private const string Version = "1.2.1";
    private const string Alternatives = "or add dynoxide to PATH, or set DYNAMODB_ENDPOINT to the address of a DynamoDB server.";

    private static string FileName => OperatingSystem.IsWindows() ? "dynoxide.exe" : "dynoxide";

    /// <exception cref="LocalDynamoDbException">The executable is not on <c>PATH</c>, and npm cannot install it.</exception>
    public static async Task<string> LocateAsync(CancellationToken cancellationToken)
    {
        if (FindOnPath() is { } onPath)
            return onPath;

        var package = new NpmPackage($"@dynoxide/{Platform()}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", Version, FileName);
        try
        {
            return await package.LocateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NpmException failure)
        {
            string message = failure.Output is null
                ? $"Neither the dynoxide executable nor npm is on PATH. Install Node.js, which includes npm, {Alternatives}"
                : $"npm could not install {package.Name}@{Version}. Check its network access, {Alternatives}\n{failure.Output}";
            throw new LocalDynamoDbException(message, failure) { IsNotInstalled = true };
        }
    }

    private static string? FindOnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, FileName))
        .FirstOrDefault(File.Exists);

    private static string Platform() => OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
}

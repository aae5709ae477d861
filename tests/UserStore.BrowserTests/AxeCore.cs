using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace UserStore.BrowserTests;

/// <summary>Checks the accessibility of a page with axe-core, which npm installs into a cache folder of the user on first use.</summary>
internal static class AxeCore
{
    private const string Version = "4.14.1";

    private static readonly Lazy<Task<string>> Script = new(LoadAsync);

    /// <summary>Returns the violations of all rules, each with the elements that violate it.</summary>
    public static async Task<string[]> FindViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(await Script.Value);
        JsonElement? result = await page.EvaluateAsync<JsonElement?>(
            """
            async () => {
                const { violations, passes } = await axe.run(document);
                return {
                    violations: violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.target.join(" ")} ${node.failureSummary}`)),
                    passed: passes.length,
                };
            }
            """);
        result!.Value.GetProperty("passed").GetInt32().Should().BeGreaterThan(10, "the rules must have been applied");
        return [.. result.Value.GetProperty("violations").EnumerateArray().Select(violation => violation.GetString()!)];
    }

    private static async Task<string> LoadAsync()
    {
        string cached = Path.Combine(CacheFolder(), "userstore", "axe-core", Version, "axe.min.js");
        if (!File.Exists(cached))
            await InstallAsync(cached);
        return await File.ReadAllTextAsync(cached);
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
    private static async Task InstallAsync(string target)
    {
        string folder = Directory.CreateTempSubdirectory("userstore-axe-").FullName;
        try
        {
            string[] arguments = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", $"axe-core@{Version}"];
            var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe", ["/c", "npm", .. arguments]) : new ProcessStartInfo("npm", arguments);
            start.RedirectStandardError = true;
            using Process npm = Process.Start(start)!;
            string errors = await npm.StandardError.ReadToEndAsync();
            await npm.WaitForExitAsync();
            npm.ExitCode.Should().Be(0, $"npm must install axe-core: {errors}");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            string staged = $"{target}.{Guid.NewGuid():N}";
            File.Copy(Path.Combine(folder, "node_modules", "axe-core", "axe.min.js"), staged);
            File.Move(staged, target, overwrite: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

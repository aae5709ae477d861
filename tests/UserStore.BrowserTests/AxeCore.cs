using System.Text.Json;
using Microsoft.Playwright;
using UserStore.Testing;

namespace UserStore.BrowserTests;

/// <summary>Checks the accessibility of a page with axe-core, which npm installs into a cache folder of the user on first use.</summary>
internal static class AxeCore
{
    private static readonly NpmPackage Package = new("axe-core", "4.14.1", "axe.min.js");
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

    private static async Task<string> LoadAsync() => await File.ReadAllTextAsync(await Package.LocateAsync(CancellationToken.None));
}

using Microsoft.Playwright;

namespace UserStore.BrowserTests;

/// <summary>Starts the installed Chromium in headless mode.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string PathVariable = "CHROMIUM_PATH";

    private static readonly string[] UsualPlaces =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Find(),
            // Containers provide no sandbox and no external network.
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async Task<IPage> OpenAsync(int width = 1280, ColorScheme colors = ColorScheme.Light, string? timeZone = null)
    {
        IPage page = await _browser!.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = width < 600 ? 844 : 900 },
            ColorScheme = colors,
            Locale = "en-US",
            TimezoneId = timeZone,
        });
        page.SetDefaultTimeout(15_000);
        return page;
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string Find() => Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } chosen
        ? chosen
        : UsualPlaces.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException(
            $"There is no Chromium. Install it (Debian and Ubuntu: apt-get install chromium), or name its executable in {PathVariable}.");
}

/// <summary>Shares one browser, and runs the tests one after another.</summary>
[CollectionDefinition(Name)]
public sealed class SharedBrowser : ICollectionFixture<Chromium>
{
    public const string Name = "browser";
}

using Microsoft.Playwright;
using UserStore.TestKit;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Checks each state of the page with axe-core, in both themes and on a wide and a narrow screen, and keeps screenshots of them.</summary>
[Collection(SharedBrowser.Name)]
public sealed class AccessibilityTests(Chromium chromium)
{
    private const string Timing =
        """Query;dur=4.1;table="demo-Users";attempts=1;capacity=2.5, TransactWriteItems;dur=9.73;table="demo-Users";attempts=2;capacity=8""";

    public static TheoryData<int, ColorScheme> Screens => TestVolume.IsFull
        ? new() { { 1280, ColorScheme.Light }, { 1280, ColorScheme.Dark }, { 390, ColorScheme.Light }, { 390, ColorScheme.Dark } }
        : new() { { 1280, ColorScheme.Light }, { 390, ColorScheme.Dark } };

    [Theory]
    [Trait("Category", TestVolume.Category)]
    [MemberData(nameof(Screens))]
    public async Task Every_state_of_the_page_is_accessible_and_fits_the_screen(int width, ColorScheme colors)
    {
        await using UserPage page = await UserPage.StartAsync(chromium, width: width, colors: colors);
        await page.RespondAsync("**/storage", """{"kind":"dynamodb","table":"demo-Users","location":"eu-central-1"}""");
        await page.Page.RouteAsync("**/users**", async route =>
        {
            IAPIResponse response = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = response, Headers = new Dictionary<string, string>(response.Headers) { ["Server-Timing"] = Timing } });
        });
        await page.OpenAsync();
        await Expect(page.Rows).ToHaveCountAsync(20);
        await CheckAsync("list");
        await page.Page.ClickAsync("#next");
        await page.WaitForListAsync();
        await page.Page.ClickAsync("#cost summary");
        await page.Page.EvaluateAsync("() => scrollTo(0, 0)");
        await CheckAsync("requests");
        await page.Page.ClickAsync("#cost summary");

        await page.CreateAsync("ada", "Ada Example", "ada@example.test", "active", age: 36);
        await page.Page.FillAsync("#filter-email", "ada@example.test");
        await page.Button("Find").ClickAsync();
        await page.EditAsync("Ada Example");
        await CheckAsync("editor");
        await page.FillAsync("name", "");
        await page.FillAsync("age", "old");
        await page.Save.ClickAsync();
        await Expect(page.Page.Locator("#error-name")).Not.ToBeEmptyAsync();
        await CheckAsync("editor-errors");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.EditorAlert).ToBeVisibleAsync();
        await CheckAsync("editor-unsaved");

        await page.Button("Continue editing").ClickAsync();
        await page.FillAsync("name", "Ada Lovelace Example");
        await page.FillAsync("age", "37");
        await page.ChangeAsync("ada", """{"name":"Countess Example","status":"suspended","tags":["vip"]}""");
        await page.Save.ClickAsync();
        await Expect(page.Page.Locator("#conflict")).ToBeVisibleAsync();
        await CheckAsync("conflict");
        await page.Button("Save this choice").ClickAsync();
        await Expect(page.Toast).ToBeVisibleAsync();
        await CheckAsync("saved");

        await page.Button("Delete Ada Lovelace Example").ClickAsync();
        await CheckAsync("delete");
        await page.ChangeAsync("ada", """{"age":44}""");
        await page.Button("Delete user").ClickAsync();
        await Expect(page.Page.Locator("#removal-alert")).ToBeVisibleAsync();
        await CheckAsync("delete-conflict");
        await page.Page.Keyboard.PressAsync("Escape");

        await page.Page.FillAsync("#filter-email", "nobody@example.test");
        await page.Button("Find").ClickAsync();
        await Expect(page.Notice).ToBeVisibleAsync();
        await CheckAsync("email-not-found");
        await page.Page.FillAsync("#filter-email", "");
        await page.Page.SelectOptionAsync("#filter-status", "closed");
        await Expect(page.Notice).ToContainTextAsync("There are no closed users.");
        await CheckAsync("empty");
        await page.Button("Import…").ClickAsync();
        await CheckAsync("import");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.RefuseAsync("**/users", "GET", 503, "unavailable", retryAfter: 5);
        await page.Button("Clear").ClickAsync();
        await Expect(page.Button("Try again")).ToBeVisibleAsync();
        await CheckAsync("error");
        page.ShouldHaveNoErrors();

        async Task CheckAsync(string state)
        {
            await page.ScreenshotAsync($"{state}-{colors.ToString().ToLowerInvariant()}-{width}");
            (await AxeCore.FindViolationsAsync(page.Page)).Should().BeEmpty($"the state {state} must be accessible");
            (await page.OverflowsAsync()).Should().BeFalse($"the state {state} must fit");
        }
    }
}

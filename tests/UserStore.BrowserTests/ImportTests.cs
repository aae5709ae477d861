using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests the import of a file of users.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ImportTests(Chromium chromium)
{
    private const string Progress = """{"event":"progress","written":1,"failed":0}""";

    [Fact]
    public async Task A_file_is_imported_and_each_line_that_was_not_is_explained()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        string[] lines = [.. Enumerable.Range(1, 2500).Select(Line)];
        lines[9] = "no user";
        lines[2099] = """{"name":"Nobody"}""";
        lines[2199] = Line(1);

        await ImportAsync(page, string.Join('\n', lines));

        await Expect(page.Page.Locator("#importer-result")).ToHaveTextAsync("Import finished. 2497 users were imported, 3 were not.");
        await Expect(page.Page.Locator("#importer-refused li")).ToHaveCountAsync(3);
        await Expect(page.Page.Locator("#importer-refused li").First).ToContainTextAsync("Line 10: The line must be well-formed JSON");
        await Expect(page.Page.Locator("#importer-refused li").Nth(1)).ToHaveTextAsync("Line 2100: Email is required.");
        await Expect(page.Page.Locator("#importer-refused li").Nth(2)).ToContainTextAsync("Line 2200: ");
        (await page.ReadAsync("line-2500")).GetProperty("name").GetString().Should().Be("Line 2500");
        page.ShouldHaveNoErrors();
    }

    [Fact]
    public async Task An_import_that_is_stopped_sends_no_more_lines()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        var (release, count) = await page.HoldAsync(request => request.Url.EndsWith("/users/import", StringComparison.Ordinal));
        await ImportAsync(page, string.Join('\n', Enumerable.Range(1, 2500).Select(Line)));
        await Expect(page.Button("Importing…")).ToBeDisabledAsync();

        await page.Button("Stop").ClickAsync();

        await Expect(page.Page.Locator("#importer-result")).ToHaveTextAsync("Import stopped. 0 users were imported, 0 were not.");
        release.SetResult();
        count().Should().Be(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"event":"end","endedBy":"Cancelled","written":1,"failed":0,"problem":null}""")]
    public async Task An_import_that_is_cut_off_says_so(string end)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        await page.Page.RouteAsync("**/users/import", route => route.FulfillAsync(
            new() { ContentType = "application/x-ndjson", Body = $"{Progress}\n{end}\n" }));

        await ImportAsync(page, Line(1));

        await Expect(page.Page.Locator("#importer-result")).ToHaveTextAsync("Import interrupted. 1 user was imported, 0 were not.");
        await Expect(page.Page.Locator("#importer-alert")).ToContainTextAsync("The service does not respond.");
    }

    [Fact]
    public async Task A_file_whose_lines_are_all_wrong_adds_each_report_once()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        await page.Page.EvaluateAsync(
            """
            () => {
              window.added = 0;
              new MutationObserver(changes => changes.forEach(change => window.added += change.addedNodes.length))
                .observe(document.querySelector("#importer-refused"), { childList: true });
            }
            """);

        await ImportAsync(page, string.Join('\n', Enumerable.Repeat("no user", 1500)));

        await Expect(page.Page.Locator("#importer-result")).ToHaveTextAsync("Import finished. 0 users were imported, 1500 were not.");
        await Expect(page.Page.Locator("#importer-refused li").Last).ToHaveTextAsync("and 1400 more");
        (await page.Page.EvaluateAsync<int>("() => window.added")).Should().BeLessThan(4000);
    }

    [Fact]
    public async Task A_line_that_is_too_long_ends_the_import_and_is_explained()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();

        await ImportAsync(page, $"{Line(1)}\n{new string('x', 70_000)}");

        await Expect(page.Page.Locator("#importer-alert")).ToContainTextAsync("The file must have no line longer than 65536 bytes.");
        await Expect(page.Page.Locator("#importer-result")).ToHaveTextAsync("Import interrupted. 1 user was imported, 0 were not.");
    }

    [Fact]
    public async Task A_file_that_is_not_in_UTF_8_is_refused_instead_of_changed()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();

        await ImportAsync(page, Encoding.Latin1.GetBytes(Line(1).Replace("Line 1", "L\u00efne 1", StringComparison.Ordinal)));

        await Expect(page.Page.Locator("#importer-alert")).ToContainTextAsync("its text must be in UTF-8");
        await Expect(page.Page.Locator("#importer-result")).ToHaveTextAsync("Import interrupted. 0 users were imported, 0 were not.");
    }

    private static string Line(int number) => $$"""{"userId":"line-{{number}}","name":"Line {{number}}","email":"line.{{number}}@example.test"}""";

    private static Task ImportAsync(UserPage page, string content) => ImportAsync(page, Encoding.UTF8.GetBytes(content));

    private static async Task ImportAsync(UserPage page, byte[] content)
    {
        await page.Button("Import…").ClickAsync();
        await page.Page.SetInputFilesAsync(
            "#importer-file", new FilePayload { Name = "users.jsonl", MimeType = "text/plain", Buffer = content });
        await page.Button("Import").ClickAsync();
    }
}

using Microsoft.Playwright;
using UserStore.SampleTests.UserService;

namespace UserStore.BrowserTests;

/// <summary>Tests the page of the sample service in a browser.</summary>
public sealed class UserPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly string Artifacts = Path.Combine(AppContext.BaseDirectory, "artifacts");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Users_are_created_edited_filtered_paged_and_deleted(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer);
        if (onServer)
            await FillAsync(service);
        IPage page = await chromium.OpenAsync(service.Http.BaseAddress!);
        List<string> problems = [];
        page.PageError += (_, error) => problems.Add(error);
        await WaitForRowsAsync(page, 20);

        // Create: an email in use is rejected at its field, another email is accepted.
        await page.ClickAsync("#new");
        await page.FillAsync("#editor [name=name]", "<b>Fake</b> Browser");
        await page.FillAsync("#editor [name=email]", "fake.user.1@example.test");
        await page.FillAsync("#editor [name=age]", "old");
        await page.ClickAsync("#editor [name=save]");
        (await ErrorAsync(page, "age")).Should().Be("must be a whole number from 0 to 150");
        await page.FillAsync("#editor [name=age]", "33");
        await page.ClickAsync("#editor [name=save]");
        await page.WaitForSelectorAsync(".error[data-for=email]:has-text('in use')");
        (await ErrorAsync(page, "email")).Should().Be("is in use by another user");
        (await page.GetAttributeAsync("#editor [name=email]", "aria-invalid")).Should().Be("true");
        (await ErrorAsync(page, "age")).Should().BeEmpty("it was corrected");
        Directory.CreateDirectory(Artifacts);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Artifacts, $"email-in-use-{(onServer ? "server" : "memory")}.png") });
        await page.FillAsync("#editor [name=email]", "browser@example.test");
        await page.FillAsync("#editor [name=tags]", "one, two");
        await page.ClickAsync("#editor [name=save]");
        await page.WaitForSelectorAsync("#message:has-text('Created')");

        // Search by email.
        await FindAsync(page, "Browser@example.test");
        (await CellAsync(page, "name")).Should().Be("<b>Fake</b> Browser", "text is no markup");
        (await CellAsync(page, "tags")).Should().Be("one, two");
        (await page.Locator("#users b").CountAsync()).Should().Be(0);

        // Edit during a concurrent edit: the conflict is reported, the current version is loaded, and the change is saved.
        string id = (await page.Locator("#users tr").GetAttributeAsync("data-user-id"))!;
        await page.ClickAsync("#users [name=edit]");
        (await service.SendAsync(HttpMethod.Patch, $"/users/{id}", """{"age":44}""")).Response.IsSuccessStatusCode.Should().BeTrue();
        await page.FillAsync("#editor [name=name]", "Fake Edited");
        await page.ClickAsync("#editor [name=save]");
        await page.WaitForSelectorAsync(".error[data-for=other]:has-text('changed meanwhile')");
        await page.ClickAsync("#editor [name=reload]");
        await Assertions.Expect(page.Locator("#editor [name=age]")).ToHaveValueAsync("44");
        await page.FillAsync("#editor [name=name]", "Fake Edited");
        await page.FillAsync("#editor [name=age]", "");
        await page.ClickAsync("#editor [name=save]");
        await page.WaitForSelectorAsync("#message:has-text('Saved')");
        (await CellAsync(page, "name"), await CellAsync(page, "age"), await CellAsync(page, "version")).Should().Be(("Fake Edited", "", "3"));

        // Filter by status and page forward and back.
        await page.SelectOptionAsync("#filter [name=status]", "active");
        await WaitForRowsAsync(page, 20);
        (await page.Locator("#users [data-field=status]").AllTextContentsAsync()).Should().OnlyContain(status => status == "active");
        string[] first = await IdsAsync(page);
        await page.ClickAsync("#next");
        await Assertions.Expect(page.Locator("#page")).ToHaveTextAsync("Page 2");
        await Assertions.Expect(page.Locator("#users tr").First).Not.ToHaveAttributeAsync("data-user-id", first[0]);
        (await IdsAsync(page)).Should().NotIntersectWith(first);
        await page.ClickAsync("#previous");
        await Assertions.Expect(page.Locator("#users tr").First).ToHaveAttributeAsync("data-user-id", first[0]);
        (await page.IsDisabledAsync("#previous")).Should().BeTrue();

        // Delete after the confirmation.
        await FindAsync(page, "browser@example.test");
        page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await page.ClickAsync("#users [name=delete]");
        await page.WaitForSelectorAsync($"#message:has-text('Deleted {id}')");
        (await page.Locator("#users tr").CountAsync()).Should().Be(0);
        (await service.Http.GetAsync($"/users/{id}")).StatusCode.Should().Be(System.Net.HttpStatusCode.NotFound);
        await page.FillAsync("#filter [name=email]", "");
        await page.SelectOptionAsync("#filter [name=status]", "");
        await WaitForRowsAsync(page, 20);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Artifacts, $"users-{(onServer ? "server" : "memory")}.png"), FullPage = true });
        problems.Should().BeEmpty();
    }

    [Fact]
    public async Task An_outage_is_reported_until_it_ends()
    {
        await using RunningService service = await RunningService.StartAsync();
        service.Memory.Faults.FailNextRead();
        IPage page = await chromium.OpenAsync(service.Http.BaseAddress!);

        await page.WaitForSelectorAsync("#message:has-text('cannot be reached')");
        await page.ClickAsync("#filter button");

        await WaitForRowsAsync(page, 20);
        (await page.TextContentAsync("#message")).Should().BeEmpty();
    }

    private static async Task FillAsync(RunningService service)
    {
        IEnumerable<string> lines = Enumerable.Range(1, 60).Select(
            i => $$"""{"userId":"fake-{{i}}","name":"Fake {{i}}","email":"fake.user.{{i}}@example.test","status":"active"}""");
        (await service.Http.PostAsync("/users/import", new StringContent(string.Join('\n', lines), null, "application/x-ndjson")))
            .IsSuccessStatusCode.Should().BeTrue();
    }

    private static Task WaitForRowsAsync(IPage page, int count) => Assertions.Expect(page.Locator("#users tr")).ToHaveCountAsync(count);

    private static async Task FindAsync(IPage page, string email)
    {
        await page.FillAsync("#filter [name=email]", email);
        await page.ClickAsync("#filter button");
        await WaitForRowsAsync(page, 1);
    }

    private static async Task<string> ErrorAsync(IPage page, string field)
    {
        ILocator error = page.Locator($".error[data-for={field}]");
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('.error')].some(span => span.textContent)");
        return await error.TextContentAsync() ?? "";
    }

    private static async Task<string?> CellAsync(IPage page, string field) => await page.Locator($"#users [data-field={field}]").First.TextContentAsync();

    private static async Task<string[]> IdsAsync(IPage page)
        => [.. await page.Locator("#users tr").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.userId)")];
}

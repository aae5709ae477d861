using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using UserStore.SampleTests.UserService;

namespace UserStore.BrowserTests;

/// <summary>The page of a running service in a browser, and what the tests do there.</summary>
internal sealed class UserPage : IAsyncDisposable
{
    private readonly List<string> _errors = [];

    private UserPage(RunningService service, IPage page)
    {
        (Service, Page) = (service, page);
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                _errors.Add(message.Text);
        };
    }

    public RunningService Service { get; }

    public IPage Page { get; }

    public ILocator Rows => Page.Locator("#users tr");

    public ILocator Toast => Page.Locator("#toast p");

    public ILocator Notice => Page.Locator("#notice");

    public ILocator Editor => Page.Locator("#editor");

    public ILocator EditorAlert => Page.Locator("#editor-alert");

    public ILocator Save => Page.Locator("#editor-form [name=save]");

    public ILocator Title => Page.Locator("#list-title");

    /// <summary>Starts a service and a browser page without an address, so that a test can first decide what requests return.</summary>
    public static async Task<UserPage> StartAsync(
        Chromium chromium, bool onServer = false, int width = 1280, ColorScheme colors = ColorScheme.Light, string? timeZone = null)
    {
        RunningService service = await RunningService.StartAsync(onServer);
        return new UserPage(service, await chromium.OpenAsync(width, colors, timeZone));
    }

    /// <summary>Opens the page at a fragment, such as <c>email=ada@example.test</c>, and waits for the list.</summary>
    public async Task OpenAsync(string fragment = "")
    {
        await Page.GotoAsync($"{Service.Http.BaseAddress}{(fragment.Length == 0 ? "" : $"#{fragment}")}");
        await WaitForListAsync();
    }

    public Task WaitForListAsync() => Assertions.Expect(Page.Locator("#list")).ToHaveAttributeAsync("aria-busy", "false");

    /// <summary>Creates Ada, opens the page with her alone, and returns her ID.</summary>
    public async Task<string> OpenWithAdaAsync(string name = "Ada Example")
    {
        await CreateAsync("ada", name, "ada@example.test", "active", age: 36);
        await OpenAsync("email=ada%40example.test");
        return "ada";
    }

    public async Task CreateAsync(string id, string name, string email, string status, int? age = null)
    {
        string body = JsonSerializer.Serialize(new { userId = id, name, email, status, age });
        (await Service.SendAsync(HttpMethod.Post, "/users", body)).Response.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    /// <summary>Changes a user as somebody else.</summary>
    public async Task ChangeAsync(string id, string patch)
        => (await Service.SendAsync(HttpMethod.Patch, $"/users/{id}", patch, "application/merge-patch+json")).Response.IsSuccessStatusCode.Should().BeTrue();

    /// <summary>Deletes a user as somebody else.</summary>
    public async Task DeleteAsync(string id)
        => (await Service.Http.DeleteAsync($"/users/{id}")).StatusCode.Should().Be(HttpStatusCode.NoContent);

    public async Task<JsonElement> ReadAsync(string id) => (await Service.SendAsync(HttpMethod.Get, $"/users/{id}")).Json;

    public Task EditAsync(string name) => Page.GetByRole(AriaRole.Button, new() { Name = $"Edit {name}", Exact = true }).ClickAsync();

    public Task FillAsync(string field, string text) => Editor.Locator($"[name={field}]").FillAsync(text);

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public async Task<string[]> IdsAsync() => [.. await Rows.EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.userId)")];

    /// <summary>Holds requests back until the returned source completes, and counts them.</summary>
    public async Task<(TaskCompletionSource Release, Func<int> Count)> HoldAsync(Func<IRequest, bool> isHeld)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int count = 0;
        await Page.RouteAsync("**/users**", async route =>
        {
            if (isHeld(route.Request))
            {
                Interlocked.Increment(ref count);
                await release.Task;
            }

            await route.ContinueAsync();
        });
        return (release, () => Volatile.Read(ref count));
    }

    /// <summary>Responds to requests with a problem of the service.</summary>
    public Task RefuseAsync(string path, string method, int status, string type, int? retryAfter = null) => Page.RouteAsync(path, route =>
        route.Request.Method != method ? route.FallbackAsync() : route.FulfillAsync(new()
        {
            Status = status,
            Headers = new Dictionary<string, string>
            {
                ["Content-Type"] = "application/problem+json",
                ["Retry-After"] = $"{retryAfter}",
            },
            Body = JsonSerializer.Serialize(new { type = $"urn:user-service:{type}", title = "", status }),
        }));

    /// <summary>Responds to requests with JSON.</summary>
    public Task RespondAsync(string path, string json)
        => Page.RouteAsync(path, route => route.FulfillAsync(new() { ContentType = "application/json", Body = json }));

    public async Task<bool> OverflowsAsync() => await Page.EvaluateAsync<bool>(
        """
        () => document.scrollingElement.scrollWidth > innerWidth
            || [...document.querySelectorAll("dialog[open]")].some(dialog => dialog.scrollWidth > dialog.clientWidth)
        """);

    /// <summary>Takes a screenshot when all transitions have ended.</summary>
    public async Task ScreenshotAsync(string name)
    {
        await Page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().map(animation => animation.finished))");
        string folder = Path.Combine(AppContext.BaseDirectory, "artifacts");
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }

    /// <summary>Checks that no script failed and that the content security policy refused nothing.</summary>
    public void ShouldHaveNoErrors() => _errors.Should().BeEmpty();

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        await Service.DisposeAsync();
    }
}

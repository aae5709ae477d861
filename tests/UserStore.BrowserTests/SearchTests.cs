using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests the search, lists without users, and lists that cannot be read.</summary>
[Collection(SharedBrowser.Name)]
public sealed class SearchTests(Chromium chromium)
{
    [Fact]
    public async Task The_status_and_the_email_are_searched_together()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await Expect(page.Rows).ToHaveCountAsync(1);

        await page.Page.SelectOptionAsync("#filter-status", "pending");

        await Expect(page.Title).ToHaveTextAsync("Pending user with the email ada@example.test");
        await Expect(page.Notice).ToContainTextAsync("Ada Example has this email, but another status: active.");
        await Expect(page.Page.Locator("#filter-email")).ToHaveValueAsync("ada@example.test");
        await page.Button("Show this user").ClickAsync();
        await Expect(page.Rows).ToHaveCountAsync(1);
        await Expect(page.Page.Locator("#filter-status")).ToHaveValueAsync("");
        await page.Button("Clear").ClickAsync();
        await Expect(page.Rows).ToHaveCountAsync(20);
        await Expect(page.Page.Locator("#filter-email")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task An_email_without_a_user_can_be_used_for_a_new_one()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync("email=..");
        await Expect(page.Notice).ToContainTextAsync("No user has the email ...");
        await page.Page.FillAsync("#filter-email", "nobody@example.test");
        await page.Page.PressAsync("#filter-email", "Enter");
        await Expect(page.Notice).ToContainTextAsync("No user has the email nobody@example.test.");
        await Expect(page.Page.Locator("#announcement")).ToHaveTextAsync("No user has the email nobody@example.test.");

        await page.Button("New user with this email").ClickAsync();

        await Expect(page.Editor.Locator("[name=email]")).ToHaveValueAsync("nobody@example.test");
        await Expect(page.Editor.Locator("[name=name]")).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("a/b@example.test")]
    [InlineData("a+b%2F@example.test")]
    [InlineData("#a?b&c=d@example.test")]
    public async Task An_email_with_signs_that_addresses_reserve_is_found_and_kept_in_the_address(string email)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.CreateAsync("signs", "Signs Example", email, "active");
        await page.OpenAsync();
        await page.Page.FillAsync("#filter-email", email);
        await page.Button("Find").ClickAsync();
        await Expect(page.Rows).ToHaveCountAsync(1);

        await page.Page.ReloadAsync();

        await Expect(page.Rows.Locator(".name")).ToHaveTextAsync("Signs Example");
        await Expect(page.Page.Locator("#filter-email")).ToHaveValueAsync(email);
    }

    [Fact]
    public async Task A_status_without_users_says_so()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();

        await page.Page.SelectOptionAsync("#filter-status", "closed");

        await Expect(page.Notice).ToContainTextAsync("There are no closed users.");
        await Expect(page.Page.Locator("#table")).ToBeHiddenAsync();
        await page.Button("Show all users").ClickAsync();
        await Expect(page.Rows).ToHaveCountAsync(20);
    }

    [Fact]
    public async Task A_service_without_users_offers_to_create_the_first()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.RespondAsync("**/users", """{"users":[],"token":null}""");
        await page.OpenAsync();
        await Expect(page.Notice).ToContainTextAsync("There are no users yet.");

        await page.Notice.GetByRole(AriaRole.Button, new() { Name = "New user" }).ClickAsync();

        await Expect(page.Page.Locator("#editor-title")).ToHaveTextAsync("New user");
    }

    [Fact]
    public async Task An_empty_page_in_the_middle_of_the_list_leads_on()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.RespondAsync("**/users", """{"users":[],"token":"more"}""");

        await page.OpenAsync();

        await Expect(page.Notice).ToContainTextAsync("The list continues on the next page.");
        await Expect(page.Page.Locator("#next")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task An_outage_is_explained_until_it_ends()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        page.Service.Memory.Faults.FailNextRead();
        await page.OpenAsync();
        await Expect(page.Notice).ToContainTextAsync("The users cannot be reached at the moment.");

        await page.Button("Try again").ClickAsync();

        await Expect(page.Rows).ToHaveCountAsync(20);
        await Expect(page.Notice).ToBeHiddenAsync();
        await Expect(page.Title).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData(429, "throttled", 1, "There are too many requests at the moment. Wait 1 second, then try again.")]
    [InlineData(429, "too-many-requests", 3, "There are too many requests at the moment. Wait 3 seconds, then try again.")]
    [InlineData(503, "unavailable", 5, "The users cannot be reached at the moment. Wait 5 seconds, then try again.")]
    [InlineData(503, "unavailable", null, "The users cannot be reached at the moment. This does not end by itself: ask the people who run the service")]
    [InlineData(500, "internal-error", null, "Something went wrong. The service reported an error (500). Try again in a moment.")]
    public async Task A_list_that_cannot_be_read_says_why_and_what_to_do(int status, string type, int? retryAfter, string expected)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.RefuseAsync("**/users", "GET", status, type, retryAfter);

        await page.OpenAsync();

        await Expect(page.Notice).ToContainTextAsync(expected.Split(". ")[0] + ".");
        await Expect(page.Notice).ToContainTextAsync(expected.Split(". ", 2)[1]);
        await Expect(page.Button("Try again")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#pages")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_missing_response_and_a_response_of_something_else_are_explained()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        await page.Page.RouteAsync("**/users?status=active", route => route.AbortAsync());
        await page.Page.RouteAsync("**/users?status=pending", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<h1>Sign in</h1>" }));

        await page.Page.SelectOptionAsync("#filter-status", "active");
        await Expect(page.Notice).ToContainTextAsync("The service does not respond.");
        await page.Page.SelectOptionAsync("#filter-status", "pending");
        await Expect(page.Notice).ToContainTextAsync("Something went wrong.");
        await page.Page.Context.SetOfflineAsync(true);
        await page.Page.SelectOptionAsync("#filter-status", "suspended");
        await Expect(page.Notice).ToContainTextAsync("You are offline.");
        await page.Page.Context.SetOfflineAsync(false);
        await page.Button("Try again").ClickAsync();
        await Expect(page.Rows).ToHaveCountAsync(20);
        page.ShouldHaveNoErrors();
    }
}

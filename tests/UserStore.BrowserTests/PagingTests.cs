using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests the list: its pages, its address, and what happens while it loads.</summary>
[Collection(SharedBrowser.Name)]
public sealed class PagingTests(Chromium chromium)
{
    [Fact]
    public async Task A_double_click_on_Next_shows_the_second_page()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        string[] second = await SecondPageAsync(page, "/users");
        var (release, count) = await page.HoldAsync(request => request.Url.Contains("token=", StringComparison.Ordinal));

        await page.Page.DblClickAsync("#next");
        await Expect(page.Page.Locator("#next")).ToBeDisabledAsync();
        await Expect(page.Page.Locator("#next")).ToHaveAttributeAsync("aria-busy", "true");
        await Expect(page.Page.Locator("#list")).ToHaveAttributeAsync("aria-busy", "true");
        release.SetResult();
        await page.WaitForListAsync();

        count().Should().Be(1);
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 2");
        (await page.IdsAsync()).Should().Equal(second);
        page.ShouldHaveNoErrors();
    }

    [Fact]
    public async Task A_late_response_does_not_replace_the_view_that_was_chosen_after_it()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        var (release, count) = await page.HoldAsync(request => request.Url.Contains("status=", StringComparison.Ordinal));

        await page.Page.SelectOptionAsync("#filter-status", "pending");
        await page.Page.SelectOptionAsync("#filter-status", "suspended");
        await page.Page.EvaluateAsync("() => fetch('/health')");
        await Expect(page.Page.Locator("#list")).ToHaveAttributeAsync("aria-busy", "true");
        await Expect(page.Notice).ToBeHiddenAsync();
        release.SetResult();
        await page.WaitForListAsync();

        count().Should().Be(2);
        await Expect(page.Title).ToHaveTextAsync("Suspended users");
        (await page.Rows.Locator(".status").AllTextContentsAsync()).Should().OnlyContain(status => status == "Suspended");
    }

    [Fact]
    public async Task The_address_keeps_the_view_for_a_reload_and_for_the_history_of_the_browser()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        await page.Page.SelectOptionAsync("#filter-status", "active");
        await page.WaitForListAsync();
        string[] first = await page.IdsAsync();
        await page.Page.ClickAsync("#next");
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 2");
        string[] second = await page.IdsAsync();

        await page.Page.ReloadAsync();
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 2");
        (await page.IdsAsync()).Should().Equal(second);
        await Expect(page.Page.Locator("#filter-status")).ToHaveValueAsync("active");

        await page.Page.ClickAsync("#previous");
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 1");
        (await page.IdsAsync()).Should().Equal(first);

        await page.Page.GoBackAsync();
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 2");
        await page.Page.GoBackAsync();
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 1");
        await page.Page.GoBackAsync();
        await Expect(page.Title).ToHaveTextAsync("All users");
        await page.Page.GoForwardAsync();
        await Expect(page.Title).ToHaveTextAsync("Active users");
    }

    [Fact]
    public async Task An_address_that_someone_else_opens_shows_the_same_page()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        await page.Page.ClickAsync("#next");
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 2");
        string[] second = await page.IdsAsync();

        IPage other = await chromium.OpenAsync();
        await other.GotoAsync(page.Page.Url);

        await Expect(other.Locator("#page")).ToHaveTextAsync("Page 2");
        await Expect(other.Locator("#users tr").First).ToHaveAttributeAsync("data-user-id", second[0]);
        await Expect(other.Locator("#previous")).ToBeDisabledAsync();
        await other.ClickAsync("#first");
        await Expect(other.Locator("#page")).ToHaveTextAsync("Page 1");
        await other.Context.CloseAsync();
    }

    [Fact]
    public async Task The_address_that_is_sent_to_the_server_contains_no_email()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        string? sent = null;
        page.Page.Request += (_, request) => sent ??= request.Url;

        await page.Page.ReloadAsync();

        page.Page.Url.Should().Contain("ada%40example.test");
        new Uri(sent!).PathAndQuery.Should().Be("/");
    }

    [Fact]
    public async Task The_focus_stays_at_a_user_who_is_in_the_next_view_as_well()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await Expect(page.Page.Locator("#count")).ToHaveTextAsync("1 user");
        await page.Page.SelectOptionAsync("#filter-status", "active");
        await Expect(page.Title).ToHaveTextAsync("Active user with the email ada@example.test");
        await page.WaitForListAsync();
        await page.Button("Edit Ada Example").FocusAsync();

        await page.Page.GoBackAsync();
        await Expect(page.Title).ToHaveTextAsync("User with the email ada@example.test");
        await page.WaitForListAsync();

        await Expect(page.Button("Edit Ada Example")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_focus_stays_at_the_buttons_of_the_pages()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        foreach (int number in Enumerable.Range(1, 45))
            await page.CreateAsync($"held-{number}", $"Held {number}", $"held.{number}@example.test", "on-hold");
        await page.OpenAsync("status=on-hold");

        await page.Page.FocusAsync("#next");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 2");
        await Expect(page.Page.Locator("#next")).ToBeFocusedAsync();
        await Expect(page.Page.Locator("#announcement")).ToHaveTextAsync("20 users, page 2");

        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 3");
        await Expect(page.Page.Locator("#next")).ToBeDisabledAsync();
        await Expect(page.Page.Locator("#previous")).ToBeFocusedAsync();
        await Expect(page.Page.Locator("#count")).ToHaveTextAsync("5 users on this page");
        await Expect(page.Title).ToBeInViewportAsync();

        await page.Page.ClickAsync("#first");
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 1");
        await Expect(page.Page.Locator("#next")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_next_page_that_cannot_be_read_moves_the_focus_to_another_attempt()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        page.Service.Memory.Faults.FailNextRead();

        await page.Page.ClickAsync("#next");
        await Expect(page.Button("Try again")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 2");
        await Expect(page.Rows).ToHaveCountAsync(20);
        (await page.Page.TitleAsync()).Should().Be("All users · User service");
    }

    [Fact]
    public async Task A_page_that_is_no_longer_available_leads_to_the_first_page()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync("page=7&token=outdated");
        await Expect(page.Notice).ToContainTextAsync("This page of the list is no longer available.");

        await page.Button("Go to the first page").ClickAsync();

        await Expect(page.Rows).ToHaveCountAsync(20);
        await Expect(page.Page.Locator("#page")).ToHaveTextAsync("Page 1");
        await Expect(page.Title).ToBeFocusedAsync();
    }

    private static async Task<string[]> SecondPageAsync(UserPage page, string path)
    {
        string token = (await page.Service.SendAsync(HttpMethod.Get, path)).Json.GetProperty("token").GetString()!;
        JsonElement second = (await page.Service.SendAsync(HttpMethod.Get, $"{path}?token={Uri.EscapeDataString(token)}")).Json;
        return [.. second.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("userId").GetString()!)];
    }
}

using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests the editor: its names, its focus, its errors, and requests that are sent twice or get no response.</summary>
[Collection(SharedBrowser.Name)]
public sealed class EditorTests(Chromium chromium)
{
    [Fact]
    public async Task The_editor_and_the_buttons_are_named_after_the_user()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await Expect(page.Button("Delete Ada Example")).ToBeVisibleAsync();

        await page.EditAsync("Ada Example");

        await Expect(page.Editor).ToHaveAccessibleNameAsync("Ada Example");
        await Expect(page.Editor.Locator("[name=name]")).ToBeFocusedAsync();
        await Expect(page.Page.Locator("#editor-details")).ToContainTextAsync("Version1");
        await Expect(page.Page.Locator("#editor-details")).ToContainTextAsync("IDada");
        await Expect(page.Page.Locator("#editor-details")).ToContainTextAsync("Created");
    }

    [Fact]
    public async Task The_focus_returns_to_the_button_of_the_user()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();

        await page.EditAsync("Ada Example");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Editor).ToBeHiddenAsync();
        await Expect(page.Button("Edit Ada Example")).ToBeFocusedAsync();

        await page.EditAsync("Ada Example");
        await page.FillAsync("name", "Ada Changed");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Changed.");
        await Expect(page.Button("Edit Ada Changed")).ToBeFocusedAsync();

        await page.EditAsync("Ada Changed");
        await page.Save.ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Nothing was changed.");
        await Expect(page.Button("Edit Ada Changed")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_user_who_left_the_page_by_a_change_leaves_the_focus_at_the_title_of_the_list()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.CreateAsync("held", "Held Example", "held@example.test", "on-hold");
        await page.OpenAsync("status=on-hold");
        await page.EditAsync("Held Example");
        (await page.Editor.Locator("[name=status] option").AllTextContentsAsync()).Should()
            .Equal(["Active", "Pending", "Suspended", "Closed", "on-hold"], "a status that is stored can be kept");

        await page.Editor.Locator("[name=status]").SelectOptionAsync("closed");
        await page.Save.ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Saved Held Example.");
        await Expect(page.Notice).ToContainTextAsync("There are no on-hold users.");
        await Expect(page.Title).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_refused_save_moves_the_focus_to_the_first_error_and_ties_each_error_to_its_field()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.EditAsync("Ada Example");
        ILocator age = page.Editor.Locator("[name=age]");
        await page.FillAsync("age", "old");
        await page.FillAsync("email", "nowhere");
        await page.FillAsync("name", " ");

        await page.Save.ClickAsync();

        await Expect(page.Editor.Locator("[name=name]")).ToBeFocusedAsync();
        await Expect(page.Editor.Locator("[name=name]")).ToHaveAccessibleNameAsync("Name");
        await Expect(page.Editor.Locator("[name=name]")).ToHaveAccessibleDescriptionAsync("Name is required.");
        await Expect(age).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(age).ToHaveAccessibleNameAsync("Age (optional)");
        await Expect(age).ToHaveAccessibleDescriptionAsync("Age must be a whole number from 0 to 150.");
        await Expect(page.Editor.Locator("[name=tags]")).ToHaveAccessibleDescriptionAsync("Separate tags with commas.");
        await Expect(page.Editor.Locator("[name=tags]")).Not.ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.EditorAlert).ToBeHiddenAsync();
        await page.FillAsync("name", "Ada\u202eExample");
        await page.Save.ClickAsync();
        await Expect(page.Page.Locator("#error-name")).ToContainTextAsync("characters that override the direction of the text");
        await page.FillAsync("name", "Ada Example");
        await Expect(page.Editor.Locator("[name=email]")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.FillAsync("age", "37");
        await page.FillAsync("email", "ada@example.test");
        await page.Save.ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Example.");
    }

    [Fact]
    public async Task A_double_click_on_Create_creates_one_user()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        var (release, count) = await page.HoldAsync(request => request.Method == "POST");
        await page.Button("New user").ClickAsync();
        await page.FillAsync("name", "Once Example");
        await page.FillAsync("email", "once@example.test");

        await page.Save.DblClickAsync();
        await Expect(page.Save).ToBeDisabledAsync();
        await Expect(page.Save).ToHaveAttributeAsync("aria-busy", "true");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Editor).ToBeVisibleAsync();
        release.SetResult();

        await Expect(page.Toast).ToHaveTextAsync("Created Once Example.");
        count().Should().Be(1);
        await Expect(page.Button("New user")).ToBeFocusedAsync();
        await page.Button("Show").ClickAsync();
        await Expect(page.Button("Edit Once Example")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task What_was_typed_is_not_discarded_without_a_question()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.EditAsync("Ada Example");
        await page.FillAsync("name", "Ada Typed");

        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.EditorAlert).ToContainTextAsync("Your changes are not saved.");
        await Expect(page.EditorAlert).ToBeFocusedAsync();
        await page.Button("Continue editing").ClickAsync();
        await Expect(page.Editor.Locator("[name=name]")).ToHaveValueAsync("Ada Typed");
        await page.Editor.Locator("[name=name]").PressAsync("Escape");
        await page.Button("Discard changes").ClickAsync();

        await Expect(page.Editor).ToBeHiddenAsync();
        await Expect(page.Button("Edit Ada Example")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task An_expiry_is_set_shown_and_removed()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.EditAsync("Ada Example");
        await page.FillAsync("expiresAt", "2199-01-31T12:30");
        await page.Save.ClickAsync();
        await Expect(page.Rows.Locator(".expires")).ToContainTextAsync("Expires in");
        DateTimeOffset stored = (await page.ReadAsync("ada")).GetProperty("expiresAt").GetDateTimeOffset();
        stored.LocalDateTime.Should().Be(new DateTime(2199, 1, 31, 12, 30, 0), "the time is that of the browser");

        await page.EditAsync("Ada Example");
        await Expect(page.Editor.Locator("[name=expiresAt]")).ToHaveValueAsync("2199-01-31T12:30");
        await page.FillAsync("expiresAt", "");
        await page.Save.ClickAsync();

        await Expect(page.Rows.Locator(".expires")).ToHaveCountAsync(0);
        (await page.ReadAsync("ada")).GetProperty("expiresAt").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task A_tag_that_contains_a_comma_stays_one_tag()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.ChangeAsync("ada", """{"tags":["a, b","say \"c\"","d"]}""");
        await page.Page.ReloadAsync();
        await page.EditAsync("Ada Example");

        await page.Editor.Locator("[name=tags]").PressAsync("End");
        await page.Editor.Locator("[name=tags]").PressSequentiallyAsync(" , e,, \"f, g\"");
        await page.Save.ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Example.");

        (await page.ReadAsync("ada")).GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).Should()
            .Equal("a, b", "say \"c\"", "d", "e", "f, g");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_without_a_response_can_be_checked(bool isApplied)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.EditAsync("Ada Example");
        await page.Page.RouteAsync("**/users/ada", async route =>
        {
            if (route.Request.Method != "PATCH")
            {
                await route.ContinueAsync();
                return;
            }

            if (isApplied)
                await route.FetchAsync();
            await route.AbortAsync();
        });
        await page.FillAsync("name", "Ada Changed");
        await page.Save.ClickAsync();
        await Expect(page.EditorAlert).ToContainTextAsync("The change may have been saved nevertheless.");

        await page.Button("Check whether it was saved").ClickAsync();

        if (isApplied)
        {
            await Expect(page.Toast).ToHaveTextAsync("Saved Ada Changed.");
            return;
        }

        await Expect(page.EditorAlert).ToContainTextAsync("The change was not saved.");
        await page.Page.UnrouteAllAsync();
        await page.Save.ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Changed.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_user_whose_creation_is_uncertain_can_be_checked(bool isApplied)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        await page.RefuseAsync("**/users", "POST", 503, "outcome-unknown");
        await page.Button("New user").ClickAsync();
        await page.FillAsync("name", "Ada Example");
        await page.FillAsync("email", "ada@example.test");
        await page.Save.ClickAsync();
        await Expect(page.EditorAlert).ToContainTextAsync("It is not known whether the change was saved.");
        if (isApplied)
            await page.CreateAsync("ada", "Ada Example", "ada@example.test", "active");

        await page.Button("Check whether it was saved").ClickAsync();

        await (isApplied
            ? Expect(page.Toast).ToHaveTextAsync("Created Ada Example.")
            : Expect(page.EditorAlert).ToContainTextAsync("The user was not created."));
    }

    [Fact]
    public async Task A_refusal_that_is_not_about_a_field_keeps_the_editor_open()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.RefuseAsync("**/users/ada", "PATCH", 429, "throttled", retryAfter: 2);
        await page.EditAsync("Ada Example");
        await page.FillAsync("name", "Ada Typed");

        await page.Save.ClickAsync();

        await Expect(page.EditorAlert).ToContainTextAsync("Wait 2 seconds, then try again.");
        await Expect(page.EditorAlert).ToBeFocusedAsync();
        await Expect(page.Editor.Locator("[name=name]")).ToHaveValueAsync("Ada Typed");
    }
}

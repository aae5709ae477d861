using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests users with values that are permitted, but that hardly anyone has.</summary>
[Collection(SharedBrowser.Name)]
public sealed class UnusualUserTests(Chromium chromium)
{
    [Fact]
    public async Task A_status_that_is_a_word_of_the_language_of_the_page_is_a_status_like_any_other()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync("status=constructor");
        await Expect(page.Notice).ToContainTextAsync("There are no constructor users.");
        await Expect(page.Title).ToHaveTextAsync("constructor users");
        await page.CreateAsync("odd", "Odd Example", "odd@example.test", "constructor");

        await page.OpenAsync("email=odd@example.test");

        await Expect(page.Rows.Locator(".status")).ToHaveTextAsync("constructor");
        page.ShouldHaveNoErrors();
    }

    [Theory]
    [InlineData("Pacific/Auckland")]
    [InlineData("America/New_York")]
    public async Task A_user_who_expires_at_the_end_of_the_calendar_can_be_changed_in_every_time_zone(string timeZone)
    {
        await using UserPage page = await UserPage.StartAsync(chromium, timeZone: timeZone);
        await page.CreateAsync("last", "Last Example", "last@example.test", "active");
        await page.ChangeAsync("last", """{"expiresAt":"9999-12-31T23:59:59Z"}""");
        await page.OpenAsync("email=last@example.test");
        await page.EditAsync("Last Example");

        await page.FillAsync("age", "44");
        await page.Save.ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Saved Last Example.");
        JsonElement stored = await page.ReadAsync("last");
        stored.GetProperty("age").GetInt32().Should().Be(44);
        stored.GetProperty("expiresAt").GetDateTimeOffset().Should().Be(new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        page.ShouldHaveNoErrors();
    }

    [Fact]
    public async Task Line_breaks_that_another_program_stored_are_kept_when_another_field_is_changed()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.Service.Memory.CreateAsync(
            new User { UserId = "lines", Name = "Two\nLines", Email = "lines@example.test", Tags = ["one\r\nmore", "two"] });
        await page.OpenAsync("email=lines@example.test");
        await page.Rows.GetByRole(AriaRole.Button).First.ClickAsync();

        await page.FillAsync("age", "44");
        await page.Save.ClickAsync();

        await Expect(page.Toast).ToContainTextAsync("Saved");
        JsonElement stored = await page.ReadAsync("lines");
        (stored.GetProperty("name").GetString(), stored.GetProperty("age").GetInt32()).Should().Be(("Two\nLines", 44));
        stored.GetProperty("tags")[0].GetString().Should().Be("one\r\nmore");
    }

    [Fact]
    public async Task An_email_with_a_domain_in_another_script_is_found_as_it_was_typed()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenAsync();
        await page.Button("New user").ClickAsync();
        await page.FillAsync("name", "Script Example");
        await page.Editor.Locator("[name=email]").PressSequentiallyAsync(" ada@b\u00fccher.test");
        await page.Save.ClickAsync();
        await Expect(page.Toast).ToContainTextAsync("Created Script Example.");

        await page.Page.FillAsync("#filter-email", "ada@b\u00fccher.test");
        await page.Button("Find").ClickAsync();

        await Expect(page.Rows.Locator(".name")).ToHaveTextAsync("Script Example");
        await Expect(page.Rows.Locator("[data-field=email]")).ToHaveTextAsync("ada@b\u00fccher.test");
    }
}

using System.Net;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests what people do on the page one after another, with users in memory and on a local server.</summary>
[Collection(SharedBrowser.Name)]
public sealed class UserPageTests(Chromium chromium)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Users_are_created_edited_filtered_paged_and_deleted(bool onServer)
    {
        await using UserPage page = await UserPage.StartAsync(chromium, onServer);
        foreach (int number in Enumerable.Range(1, 30))
            await page.CreateAsync($"held-{number}", $"Held {number}", $"held.{number}@example.test", "on-hold");
        await page.OpenAsync();
        await Expect(page.Rows).ToHaveCountAsync(20);

        // Create: an email in use is refused at its field, another email is accepted.
        await page.Button("New user").ClickAsync();
        await page.FillAsync("name", "<b>Fake</b> Browser");
        await page.FillAsync("email", "held.1@example.test");
        await page.FillAsync("tags", "one, two");
        await page.Save.ClickAsync();
        await Expect(page.Page.Locator("#error-email")).ToContainTextAsync("Email");
        await Expect(page.Editor.Locator("[name=email]")).ToBeFocusedAsync();
        await page.ScreenshotAsync($"email-in-use-{(onServer ? "server" : "memory")}");
        await page.FillAsync("email", "browser@example.test");
        await page.Save.ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Created <b>Fake</b> Browser.");

        // Search by email, in another case.
        await page.Page.FillAsync("#filter-email", "Browser@example.test");
        await page.Button("Find").ClickAsync();
        await Expect(page.Rows).ToHaveCountAsync(1);
        await Expect(page.Rows.Locator(".name")).ToHaveTextAsync("<b>Fake</b> Browser");
        await Expect(page.Rows.Locator(".tag")).ToHaveTextAsync(["one", "two"]);
        string id = (await page.IdsAsync()).Single();

        // Edit during a concurrent edit.
        await page.EditAsync("<b>Fake</b> Browser");
        await page.ChangeAsync(id, """{"age":44}""");
        await page.FillAsync("name", "Fake Edited");
        await page.Save.ClickAsync();
        await page.Button("Save this choice").ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Saved Fake Edited.");
        await Expect(page.Rows.Locator("[data-field=age]")).ToContainTextAsync("44");

        // Filter by status, and page forward and back.
        await page.Button("Clear").ClickAsync();
        await page.OpenAsync("status=on-hold");
        await Expect(page.Title).ToHaveTextAsync("on-hold users");
        string[] first = await page.IdsAsync();
        await page.Page.ClickAsync("#next");
        await Expect(page.Rows).ToHaveCountAsync(10);
        (await page.IdsAsync()).Should().NotIntersectWith(first);
        await page.Page.ClickAsync("#previous");
        await Expect(page.Rows).ToHaveCountAsync(20);
        (await page.IdsAsync()).Should().Equal(first);

        // Delete after the question.
        await page.OpenAsync("email=browser@example.test");
        await page.Button("Delete Fake Edited").ClickAsync();
        await page.Button("Delete user").ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Deleted Fake Edited.");
        (await page.Service.Http.GetAsync($"/users/{id}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await page.Button("Show all users").ClickAsync();
        await Expect(page.Rows).ToHaveCountAsync(20);
        await page.ScreenshotAsync($"users-{(onServer ? "server" : "memory")}");
        page.ShouldHaveNoErrors();
    }
}

using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests changes and deletions by someone else while the page shows or edits a user.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ConflictTests(Chromium chromium)
{
    private const string TheirChange = """{"name":"Ada Theirs","age":44,"tags":["vip"]}""";

    [Fact]
    public async Task Both_changes_are_shown_side_by_side_and_each_field_can_be_chosen()
    {
        await using UserPage page = await OpenConflictAsync();
        await Expect(page.EditorAlert).ToContainTextAsync("Someone else has changed this user while you were editing.");
        await Expect(page.EditorAlert).ToBeFocusedAsync();
        (await FieldsAsync(page)).Should().Equal("Name", "Age", "Tags");
        await Expect(Choice(page, "name", "mine")).ToBeCheckedAsync();
        await Expect(Choice(page, "age", "theirs")).ToBeCheckedAsync();
        await Expect(page.Page.GetByRole(AriaRole.Group, new() { Name = "Age" })).ToContainTextAsync("Yours (unchanged)36");
        await Expect(page.Page.GetByRole(AriaRole.Group, new() { Name = "Tags" })).ToContainTextAsync("Empty");

        await Choice(page, "tags", "mine").CheckAsync();
        await page.Button("Save this choice").ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Mine.");
        JsonElement stored = await page.ReadAsync("ada");
        stored.GetProperty("name").GetString().Should().Be("Ada Mine");
        stored.GetProperty("age").GetInt32().Should().Be(44);
        stored.GetProperty("tags").GetArrayLength().Should().Be(0);
        stored.GetProperty("version").GetInt64().Should().Be(3);
        await Expect(page.Button("Edit Ada Mine")).ToBeFocusedAsync();
        page.ShouldHaveNoErrors();
    }

    [Fact]
    public async Task Their_change_can_be_taken_as_a_whole()
    {
        await using UserPage page = await OpenConflictAsync();

        await page.Button("Take theirs").ClickAsync();
        await Expect(Choice(page, "name", "theirs")).ToBeCheckedAsync();
        await page.Button("Save this choice").ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Kept what someone else saved for Ada Theirs.");
        await Expect(page.Button("Edit Ada Theirs")).ToBeFocusedAsync();
        (await page.ReadAsync("ada")).GetProperty("version").GetInt64().Should().Be(2, "nothing was written");
    }

    [Fact]
    public async Task Keeping_ones_own_changes_does_not_undo_their_change_of_other_fields()
    {
        await using UserPage page = await OpenConflictAsync();
        await page.Button("Take theirs").ClickAsync();

        await page.Button("Keep my changes").ClickAsync();
        await page.Button("Save this choice").ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Mine.");
        (await page.ReadAsync("ada")).GetProperty("age").GetInt32().Should().Be(44);
    }

    [Fact]
    public async Task The_choice_can_be_edited_before_it_is_saved()
    {
        await using UserPage page = await OpenConflictAsync();

        await page.Button("Back to editing").ClickAsync();
        await Expect(page.Editor.Locator("[name=name]")).ToHaveValueAsync("Ada Mine");
        await Expect(page.Editor.Locator("[name=age]")).ToHaveValueAsync("44");
        await page.FillAsync("name", "Ada Both");
        await page.Save.ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Both.");
    }

    [Fact]
    public async Task A_second_change_meanwhile_is_shown_as_well()
    {
        await using UserPage page = await OpenConflictAsync();
        await page.ChangeAsync("ada", """{"name":"Ada Again","status":"pending"}""");

        await page.Button("Save this choice").ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Group, new() { Name = "Name" })).ToContainTextAsync("TheirsAda Again");
        (await FieldsAsync(page)).Should().Equal("Name", "Status");
        await Expect(Choice(page, "name", "mine")).ToBeCheckedAsync();
        await Expect(page.Page.GetByRole(AriaRole.Group, new() { Name = "Status" })).ToContainTextAsync("TheirsPending");
        await page.Button("Save this choice").ClickAsync();
        await Expect(page.Toast).ToHaveTextAsync("Saved Ada Mine.");
    }

    [Fact]
    public async Task The_same_change_by_someone_else_is_no_conflict()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.EditAsync("Ada Example");
        await page.ChangeAsync("ada", """{"name":"Ada Same"}""");
        await page.FillAsync("name", "Ada Same");

        await page.Save.ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Someone else has saved the same values for Ada Same.");
    }

    [Fact]
    public async Task A_user_who_was_deleted_meanwhile_can_be_created_again_with_what_was_typed()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.EditAsync("Ada Example");
        await page.DeleteAsync("ada");
        await page.FillAsync("name", "Ada Mine");
        await page.Save.ClickAsync();
        await Expect(page.EditorAlert).ToContainTextAsync("Someone else has deleted this user while you were editing.");
        await Expect(page.Editor.Locator("[name=name]")).ToHaveValueAsync("Ada Mine");

        await page.Button("Create again").ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Created Ada Mine.");
        await Expect(page.Button("Edit Ada Mine")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_dialog_of_a_deletion_names_the_user_and_moves_the_focus_on_purpose()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.CreateAsync("held-1", "Held One", "held.1@example.test", "on-hold");
        await page.CreateAsync("held-2", "Held Two", "held.2@example.test", "on-hold");
        await page.OpenAsync("status=on-hold");
        ILocator dialog = page.Page.Locator("#removal");

        await page.Rows.Last.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(dialog).ToHaveAccessibleNameAsync(new System.Text.RegularExpressions.Regex("^Delete Held (One|Two)[?]$"));
        await Expect(dialog.Locator("[name=cancel]")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Rows.Last.Locator("[name=delete]")).ToBeFocusedAsync();

        await page.Rows.First.Locator("[name=delete]").ClickAsync();
        await page.Button("Delete user").ClickAsync();
        await Expect(page.Toast).ToContainTextAsync("Deleted Held");
        await Expect(page.Rows).ToHaveCountAsync(1);
        await Expect(page.Rows.First.Locator("[name=delete]")).ToBeFocusedAsync();

        await page.Rows.First.Locator("[name=delete]").ClickAsync();
        await page.Button("Delete user").ClickAsync();
        await Expect(page.Title).ToBeFocusedAsync();
        await Expect(page.Notice).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_user_who_was_changed_meanwhile_is_deleted_only_after_another_question()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.Button("Delete Ada Example").ClickAsync();
        await page.ChangeAsync("ada", """{"age":44}""");

        await page.Button("Delete user").ClickAsync();
        await Expect(page.Page.Locator("#removal-alert")).ToContainTextAsync("Someone else has changed this user");
        await Expect(page.Page.Locator("#removal-alert")).ToContainTextAsync("Age: 36 is now 44");
        (await page.ReadAsync("ada")).GetProperty("version").GetInt64().Should().Be(2);
        await page.Button("Delete anyway").ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Deleted Ada Example.");
        await Expect(page.Notice).ToContainTextAsync("No user has the email ada@example.test.");
    }

    [Fact]
    public async Task A_user_whom_someone_else_has_deleted_is_reported_as_such()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.Button("Delete Ada Example").ClickAsync();
        await page.DeleteAsync("ada");

        await page.Button("Delete user").ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync("Someone else has already deleted Ada Example.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deletion_without_a_response_is_checked(bool isApplied)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.Page.RouteAsync("**/users/ada", async route =>
        {
            if (route.Request.Method != "DELETE")
            {
                await route.ContinueAsync();
                return;
            }

            if (isApplied)
                await route.FetchAsync();
            await route.AbortAsync();
        });

        await page.Button("Delete Ada Example").ClickAsync();
        await page.Button("Delete user").ClickAsync();

        await (isApplied
            ? Expect(page.Toast).ToHaveTextAsync("Deleted Ada Example.")
            : Expect(page.Page.Locator("#removal-alert")).ToContainTextAsync("The user was not deleted."));
    }

    private async Task<UserPage> OpenConflictAsync()
    {
        UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await page.EditAsync("Ada Example");
        await page.FillAsync("name", "Ada Mine");
        await page.ChangeAsync("ada", TheirChange);
        await page.Save.ClickAsync();
        await Expect(page.Page.Locator("#conflict")).ToBeVisibleAsync();
        return page;
    }

    private static ILocator Choice(UserPage page, string field, string side) => page.Page.Locator($"[name=choice-{field}][value={side}]");

    private static Task<IReadOnlyList<string>> FieldsAsync(UserPage page) => page.Page.Locator("#choices legend").AllTextContentsAsync();
}

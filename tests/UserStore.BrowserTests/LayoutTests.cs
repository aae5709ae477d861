using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests narrow screens, themes, and text that could break the layout or the markup.</summary>
[Collection(SharedBrowser.Name)]
public sealed class LayoutTests(Chromium chromium)
{
    private static readonly string LongName = new('W', 200);

    [Theory]
    [InlineData(320)]
    [InlineData(390)]
    [InlineData(768)]
    [InlineData(1280)]
    public async Task A_long_name_does_not_widen_the_page(int width)
    {
        await using UserPage page = await UserPage.StartAsync(chromium, width: width);
        await page.OpenWithAdaAsync(LongName);
        (await page.OverflowsAsync()).Should().BeFalse("the list must fit");
        (await page.Rows.Locator(".name").EvaluateAsync<bool>("name => name.scrollWidth > name.clientWidth")).Should()
            .BeFalse("the name must continue on a new line");
        await Expect(page.Button($"Edit {LongName}")).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Button($"Delete {LongName}")).ToBeInViewportAsync(new() { Ratio = 1 });

        await page.EditAsync(LongName);
        (await page.OverflowsAsync()).Should().BeFalse("the editor must fit");
        await page.FillAsync("name", new string('M', 200));
        await page.ChangeAsync("ada", $$"""{"name":"{{new string('V', 200)}}"}""");
        await page.Save.ClickAsync();
        await Expect(page.Page.Locator("#conflict")).ToBeVisibleAsync();
        (await page.OverflowsAsync()).Should().BeFalse("both changes must fit");
        await page.Button("Save this choice").ClickAsync();
        await Expect(page.Toast).ToBeVisibleAsync();
        (await page.OverflowsAsync()).Should().BeFalse("the message must fit");
        await page.Button($"Delete {new string('M', 200)}").ClickAsync();
        (await page.OverflowsAsync()).Should().BeFalse("the question must fit");
    }

    [Fact]
    public async Task A_narrow_screen_shows_each_user_as_a_card_that_is_still_a_row_for_screen_readers()
    {
        await using UserPage page = await UserPage.StartAsync(chromium, width: 390);
        await page.OpenWithAdaAsync();

        (await page.Rows.First.EvaluateAsync<string>("row => getComputedStyle(row).display")).Should().Be("grid");
        await Expect(page.Page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await Expect(page.Page.GetByRole(AriaRole.Columnheader)).ToHaveTextAsync(["Name", "Email", "Status", "Age", "Tags", "Changed", "Actions"]);
        await Expect(page.Page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync("Ada Example");
    }

    [Fact]
    public async Task The_page_follows_the_theme_and_the_motion_that_the_user_prefers()
    {
        await using UserPage page = await UserPage.StartAsync(chromium, colors: ColorScheme.Dark);
        await page.OpenAsync();
        (int[] darkBack, int[] darkText) = await ColorsAsync(page);
        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        (int[] lightBack, int[] lightText) = await ColorsAsync(page);

        darkBack.Should().OnlyContain(part => part < 50);
        darkText.Should().OnlyContain(part => part > 200);
        lightBack.Should().OnlyContain(part => part > 200);
        lightText.Should().OnlyContain(part => part < 80);
        (await page.Page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('#loading'), '::after').animationName")).Should().Be("none");
        (await page.Button("New user").EvaluateAsync<string>("button => getComputedStyle(button).transitionProperty")).Should().Be("none");
    }

    [Theory]
    [InlineData("<img src=x onerror=\"document.title='run'\">")]
    [InlineData("</tr><script>document.title='run'</script>")]
    [InlineData("{{constructor.constructor('document.title=1')()}}")]
    public async Task Markup_in_a_name_is_text(string name)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync(name);
        await Expect(page.Rows.Locator(".name")).ToHaveTextAsync(name);
        await page.EditAsync(name);
        await Expect(page.Page.Locator("#editor-title")).ToHaveTextAsync(name);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Button($"Delete {name}").ClickAsync();
        await page.Button("Delete user").ClickAsync();

        await Expect(page.Toast).ToHaveTextAsync($"Deleted {name}.");
        (await page.Page.TitleAsync()).Should().Be("User with the email ada@example.test · User service");
        (await page.Page.Locator("main img, main script").CountAsync()).Should().Be(0);
        page.ShouldHaveNoErrors();
    }

    [Fact]
    public async Task A_name_that_is_read_from_right_to_left_does_not_reorder_the_text_around_it()
    {
        const string Name = "\u05d0\u05d1\u05d2 (1)";
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync(Name);
        (await page.Rows.Locator(".name").EvaluateAsync<string>("name => getComputedStyle(name).direction")).Should().Be("rtl");
        await page.EditAsync(Name);
        (await page.Editor.Locator("[name=name]").EvaluateAsync<string>("name => getComputedStyle(name).direction")).Should().Be("rtl");
        await page.FillAsync("age", "37");
        await page.Save.ClickAsync();

        await Expect(page.Toast.Locator("bdi")).ToHaveTextAsync(Name);
        // "Saved", the name and the period stand in this order from left to right.
        double[] edges = await page.Toast.EvaluateAsync<double[]>(
            """
            text => [...text.childNodes].map(node => {
                const range = document.createRange();
                range.selectNodeContents(node);
                return range.getBoundingClientRect().left;
            })
            """);
        edges.Should().BeInAscendingOrder().And.HaveCount(3);
    }

    [Fact]
    public async Task Characters_that_reorder_or_hide_text_are_made_visible()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.Page.RouteAsync("**/users", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = JsonSerializer.Serialize(new
            {
                users = new[]
                {
                    new
                    {
                        userId = "u", name = "\u202elive\u0000", email = "u@example.test", status = "active", age = (int?)null, tags = new[] { "a\u2066b" },
                        expiresAt = (string?)null, createdAt = "2026-01-01T00:00:00Z", updatedAt = "2026-01-01T00:00:00Z", version = 1,
                    },
                },
                token = (string?)null,
            }),
        }));

        await page.OpenAsync();

        await Expect(page.Rows.Locator(".name")).ToHaveTextAsync("\ufffdlive\ufffd");
        await Expect(page.Rows.Locator(".tag")).ToHaveTextAsync("a\ufffdb");
    }

    private static async Task<(int[] Back, int[] Text)> ColorsAsync(UserPage page)
    {
        string[] colors = await page.Page.EvaluateAsync<string[]>(
            "() => { const style = getComputedStyle(document.querySelector('#list')); return [style.backgroundColor, style.color]; }");
        int[][] parts = [.. colors.Select(color => color[4..^1].Split(',').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray())];
        return (parts[0], parts[1]);
    }
}

using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests;

/// <summary>Tests where the page says that users are stored, and which requests it says an action has caused.</summary>
[Collection(SharedBrowser.Name)]
public sealed class StorageTests(Chromium chromium)
{
    [Theory]
    [InlineData("""{"kind":"memory","table":"demo-Users","location":null}""", "In memory", "Users are in memory and lost when the service stops.")]
    [InlineData(
        """{"kind":"local","table":"demo-Users","location":"/data/users.db"}""", "Local DynamoDB", "Table demo-Users, stored in the file /data/users.db")]
    [InlineData("""{"kind":"dynamodb","table":"demo-Users","location":"eu-central-1"}""", "DynamoDB", "Table demo-Users in Region eu-central-1")]
    [InlineData("""{"kind":"dynamodb","table":"Users","location":"http://localhost:8000"}""", "DynamoDB", "Table Users at http://localhost:8000")]
    public async Task The_header_says_where_the_users_are(string storage, string kind, string text)
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.RespondAsync("**/storage", storage);

        await page.OpenAsync();

        await Expect(page.Page.Locator("#storage .storage-kind")).ToHaveTextAsync(kind);
        await Expect(page.Page.Locator("#storage > :last-child")).ToHaveTextAsync(text);
    }

    [Fact]
    public async Task Users_in_memory_cost_no_requests()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);

        await page.OpenAsync();

        await Expect(page.Page.Locator("#storage")).ToContainTextAsync("Users are in memory and lost when the service stops.");
        await Expect(page.Page.Locator("#cost-summary")).ToHaveTextAsync("None: users are in memory");
        await page.Page.ClickAsync("#cost summary");
        await Expect(page.Page.Locator("#cost")).ToContainTextAsync("Start the service with DynamoDB to see here what each action costs.");
    }

    [Fact]
    public async Task The_cost_on_a_server_is_what_the_library_has_measured()
    {
        await using UserPage page = await UserPage.StartAsync(chromium, onServer: true);
        await page.OpenAsync();
        await Expect(page.Page.Locator("#storage")).ToContainTextAsync("Table service-Users at http://");
        await Expect(page.Page.Locator("#cost-summary")).ToHaveTextAsync(new Regex(@"^List of users: 1 request, [\d.]+ capacity units?, [\d.,]+ ms$"));

        await page.Page.ClickAsync("#new");
        await page.FillAsync("name", "Ada Example");
        await page.FillAsync("email", "ada@example.test");
        await page.Save.ClickAsync();

        await Expect(page.Page.Locator("#cost-summary")).ToHaveTextAsync(new Regex(@"^Create user: \d requests, [\d.]+ capacity units?, [\d.,]+ ms$"));
        await page.Page.ClickAsync("#cost summary");
        string[] rows = await RowsAsync(page);
        rows.Should().ContainMatch("TransactWriteItemsservice-Users, service-*|1|*|* ms").And.ContainMatch("Scanservice-Users|1|*|* ms");
        rows.First().Should().Be("Create the user");
    }

    [Fact]
    public async Task The_requests_of_the_last_action_are_listed_with_their_total()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await page.OpenWithAdaAsync();
        await AddTimingAsync(page, "GET", "GetItem;dur=1.5;table=\"demo-Users\";attempts=1;capacity=0.5");
        await AddTimingAsync(page, "PATCH", """TransactWriteItems;dur=8.4;table="a;b \"c\"";attempts=2;capacity=4, Unknown;dur=0.1""");

        await page.EditAsync("Ada Example");
        await page.FillAsync("age", "37");
        await page.Save.ClickAsync();

        await Expect(page.Page.Locator("#cost-summary")).ToHaveTextAsync("Save user: 3 requests, 4.5 capacity units, 10 ms");
        await page.Page.ClickAsync("#cost summary");
        (await RowsAsync(page)).Should().Equal(
            "Save the user",
            "TransactWriteItemsa;b, \"c\"|2|4|8.4 ms",
            "Unknown|–|–|0.1 ms",
            "Read the list",
            "GetItemdemo-Users|1|0.5|1.5 ms",
            "Total|3|4.5|10 ms");
        await Expect(page.Page.Locator("#cost")).ToContainTextAsync("These numbers come from the telemetry of the UserStore library");
    }

    [Fact]
    public async Task More_requests_than_the_response_lists_are_mentioned()
    {
        await using UserPage page = await UserPage.StartAsync(chromium);
        await AddTimingAsync(page, "GET", "Query;dur=2;table=\"demo-Users\";attempts=1;capacity=1, more;desc=\"12 more requests\"");

        await page.OpenAsync();

        await Expect(page.Page.Locator("#cost-summary")).ToHaveTextAsync("List of users: more than 1 request, 1 capacity unit, 2 ms");
        await page.Page.ClickAsync("#cost summary");
        (await RowsAsync(page)).Should().Contain("12 more requests");
    }

    private static Task AddTimingAsync(UserPage page, string method, string timing) => page.Page.RouteAsync("**/users**", async route =>
    {
        if (route.Request.Method != method)
        {
            await route.FallbackAsync();
            return;
        }

        IAPIResponse response = await route.FetchAsync();
        await route.FulfillAsync(new() { Response = response, Headers = new Dictionary<string, string>(response.Headers) { ["Server-Timing"] = timing } });
    });

    private static async Task<string[]> RowsAsync(UserPage page) => await page.Page.Locator("#cost-details :is(tbody, tfoot) tr")
        .EvaluateAllAsync<string[]>("rows => rows.map(row => [...row.cells].map(cell => cell.textContent).join('|'))");
}

using System.Net;
using System.Text.Json;

namespace UserStore.SampleTests.UserService;

public sealed class HttpSemanticsTests : UserServiceTest
{
    /// <summary>Gets method, If-Match, If-None-Match and the expected status, for a user of version 2. "1" and "2" stand for the entity tags of its
    /// versions.</summary>
    public static TheoryData<string, string?, string?, int> Conditions => new()
    {
        { "GET", null, null, 200 },
        { "GET", null, "\"2\"", 304 },
        { "GET", null, "W/\"2\"", 304 },
        { "GET", null, "\"1\", W/\"2\"", 304 },
        { "GET", null, "*", 304 },
        { "GET", null, "\"1\"", 200 },
        { "GET", null, "\"02\"", 200 },
        { "GET", "\"2\"", null, 200 },
        { "GET", "W/\"2\"", null, 412 },
        { "GET", "\"1\"", "\"2\"", 412 },
        { "GET", null, "2", 400 },
        { "GET", null, "\"2", 400 },
        { "GET", null, "*, \"2\"", 400 },
        { "GET", null, "", 400 },
        { "HEAD", null, "\"2\"", 304 },
        { "HEAD", "\"1\"", null, 412 },
        { "PATCH", "\"2\"", null, 200 },
        { "PATCH", "*", null, 200 },
        { "PATCH", "\"1\", \"2\"", null, 200 },
        { "PATCH", "\"2\", \"1\"", null, 200 },
        { "PATCH", "\"x\", W/\"1\", \"2\"", null, 200 },
        { "PATCH", "\"1\"", null, 412 },
        { "PATCH", "\"1\", \"3\"", null, 412 },
        { "PATCH", "W/\"2\"", null, 412 },
        { "PATCH", "\"02\"", null, 412 },
        { "PATCH", "\"x\"", null, 412 },
        { "PATCH", "\"\"", null, 412 },
        { "PATCH", "2", null, 400 },
        { "PATCH", "\"2\" \"3\"", null, 400 },
        { "PATCH", null, "\"1\"", 200 },
        { "PATCH", null, "W/\"2\"", 412 },
        { "PATCH", null, "*", 412 },
        { "PATCH", "*", "\"2\"", 412 },
        { "PATCH", "\"2\"", "\"1\"", 200 },
        { "PATCH {}", null, null, 200 },
        { "PATCH {}", "\"2\"", null, 200 },
        { "PATCH {}", "\"1\"", null, 412 },
        { "PATCH {}", "W/\"2\"", null, 412 },
        { "DELETE", "\"2\"", null, 204 },
        { "DELETE", "\"1\", \"2\"", null, 204 },
        { "DELETE", "*", null, 204 },
        { "DELETE", "\"1\"", null, 412 },
        { "DELETE", "W/\"2\"", null, 412 },
        { "DELETE", null, "\"2\"", 412 },
        { "DELETE", "x", null, 400 },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Preconditions_are_evaluated_as_RFC_9110_defines(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer, arguments: "--RateLimit:PerSecond=0");
        int number = 0;
        foreach (object?[] row in Conditions)
        {
            (string method, string? match, string? noneMatch, int status) = ((string)row[0]!, (string?)row[1], (string?)row[2], (int)row[3]!);
            string path = $"/users/condition-{++number}", because = $"{method} with If-Match {match} and If-None-Match {noneMatch}";
            var created = await service.SendAsync(
                HttpMethod.Post, "/users", $$"""{"userId":"condition-{{number}}","name":"Fake","email":"c{{number}}@example.test"}""");
            var current = await service.SendAsync(HttpMethod.Patch, path, """{"age":1}""");
            string first = TagOf(created.Response), second = TagOf(current.Response);

            var response = await service.SendAsync(Request(method, path, ("If-Match", Real(match)), ("If-None-Match", Real(noneMatch))));

            ((int)response.Response.StatusCode).Should().Be(status, because);
            var after = await service.SendAsync(HttpMethod.Get, path);
            if (status != 204)
            {
                bool isChanged = status == 200 && method == "PATCH";
                after.Json.GetProperty("version").GetInt64().Should().Be(isChanged ? 3 : 2, because);
                TagOf(after.Response).Should().Be(Text(after.Json, "etag"), because);
                (TagOf(after.Response) == second).Should().Be(!isChanged, because);
            }
            else
            {
                after.Response.StatusCode.Should().Be(HttpStatusCode.NotFound, because);
            }

            if (status is 200 or 304)
                TagOf(response.Response).Should().Be(TagOf(after.Response), because);
            if (status == 412 && method != "HEAD")
                ShouldBe(response, 412, "version-mismatch", match is null or "*" ? "If-None-Match" : "If-Match");

            string? Real(string? header) => header?.Replace("\"1\"", first).Replace("\"2\"", second);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_entity_tag_of_a_deleted_user_is_not_that_of_the_next_user_with_its_id_or_email(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer);
        const string ById = "/users/again", ByEmail = "/users/by-email/again@example.test";
        string deleted = TagOf((await CreateAsync("again")).Response);
        await service.SendAsync(HttpMethod.Delete, ById);
        await CreateAsync("again");

        foreach (string path in new[] { ById, ByEmail })
            (await service.SendAsync(Request("GET", path, ("If-None-Match", deleted)))).Response.StatusCode.Should().Be(HttpStatusCode.OK);
        foreach (string method in new[] { "PATCH", "PATCH {}", "DELETE" })
            ShouldBe(await service.SendAsync(Request(method, ById, ("If-Match", deleted))), 412, "version-mismatch", "If-Match");

        string byEmail = TagOf((await service.SendAsync(HttpMethod.Get, ByEmail)).Response);
        await service.SendAsync(HttpMethod.Delete, ById);
        await CreateAsync("other");
        (await service.SendAsync(Request("GET", ByEmail, ("If-None-Match", byEmail)))).Response.StatusCode.Should().Be(HttpStatusCode.OK);

        Task<(HttpResponseMessage Response, JsonElement Json)> CreateAsync(string id)
            => service.SendAsync(HttpMethod.Post, "/users", $$"""{"userId":"{{id}}","name":"Fake","email":"again@example.test"}""");
    }

    [Fact]
    public async Task A_condition_that_holds_for_each_version_holds_while_others_change_the_user()
    {
        const int Writers = 12, Changes = 8;
        await using RunningService service = await RunningService.StartAsync(onServer: true, arguments: "--RateLimit:PerSecond=0");
        await service.SendAsync(HttpMethod.Post, "/users", """{"userId":"busy","name":"Fake","email":"busy@example.test"}""");

        HttpStatusCode[][] statuses = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            var seen = new HttpStatusCode[Changes];
            for (int change = 0; change < Changes; change++)
                seen[change] = (await service.SendAsync(Request("PATCH", "/users/busy", ("If-None-Match", "\"another\"")))).Response.StatusCode;
            return seen;
        }));

        statuses.SelectMany(each => each).Should().OnlyContain(status => status == HttpStatusCode.OK);
        var busy = await service.SendAsync(HttpMethod.Get, "/users/busy");
        busy.Json.GetProperty("version").GetInt32().Should().Be(1 + (Writers * Changes));
    }

    [Fact]
    public async Task Preconditions_of_a_user_that_does_not_exist_are_ignored()
    {
        await using RunningService service = await RunningService.StartAsync();

        foreach (string method in new[] { "GET", "PATCH", "PATCH {}", "DELETE" })
        {
            foreach (string tag in new[] { "*", "\"1\"", "\"1\", \"2\"", "W/\"1\"" })
            {
                ShouldBe(await service.SendAsync(Request(method, "/users/none", ("If-Match", tag))), 404, "user-not-found");
                ShouldBe(await service.SendAsync(Request(method, "/users/none", ("If-None-Match", tag))), 404, "user-not-found");
            }
        }
    }

    [Theory]
    [InlineData("/users", "GET, HEAD, OPTIONS, POST")]
    [InlineData("/users/fake-1", "DELETE, GET, HEAD, OPTIONS, PATCH")]
    [InlineData("/users/by-email/a@example.test", "GET, HEAD, OPTIONS")]
    [InlineData("/personal-data/fake-1", "DELETE, GET, HEAD, OPTIONS")]
    [InlineData("/storage", "GET, HEAD, OPTIONS")]
    [InlineData("/health", "GET, HEAD, OPTIONS")]
    [InlineData("/openapi/v1.json", "GET, HEAD, OPTIONS")]
    public async Task OPTIONS_and_rejected_methods_report_the_methods_of_an_address(string path, string methods)
    {
        await using RunningService service = await RunningService.StartAsync();

        var options = await service.SendAsync(Request("OPTIONS", path));
        var rejected = await service.SendAsync(Request("PUT", path));

        options.Response.StatusCode.Should().Be(HttpStatusCode.NoContent);
        ShouldBe(rejected, 405, "method-not-allowed");
        foreach (var response in new[] { options, rejected })
            response.Response.Content.Headers.Allow.Should().BeEquivalentTo(methods.Split(", "));
        options.Response.Headers.Should().NotContain(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        ShouldBe(await service.SendAsync(Request("OPTIONS", "/nothing")), 404, "not-found");
    }

    [Theory]
    [InlineData("/users/fake-1", 200)]
    [InlineData("/users/by-email/fake.user.1@example.test", 200)]
    [InlineData("/users?status=active&pageSize=5", 200)]
    [InlineData("/users?pageSize=0", 400)]
    [InlineData("/users/none", 404)]
    [InlineData("/nothing", 404)]
    [InlineData("/storage", 200)]
    [InlineData("/health", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/", 200)]
    public async Task HEAD_returns_the_header_of_GET_without_a_body(string path, int status)
    {
        await using RunningService service = await RunningService.StartAsync();

        using HttpResponseMessage get = await service.Http.GetAsync(path);
        using HttpResponseMessage head = await service.Http.SendAsync(Request("HEAD", path));

        ((int)head.StatusCode, (int)get.StatusCode).Should().Be((status, status));
        HeaderOf(head).Should().BeEquivalentTo(HeaderOf(get));
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();

        static IEnumerable<string> HeaderOf(HttpResponseMessage response) => response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Transfer-Encoding" or "Content-Length"))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
    }

    [Theory]
    [InlineData("GET", "/users/fake-1", "application/xml", 406)]
    [InlineData("GET", "/users/fake-1", "text/html, application/json;q=0, */*", 406)]
    [InlineData("GET", "/users/fake-1", "application/json;q=0.1, text/html", 200)]
    [InlineData("GET", "/users/fake-1", "application/*", 200)]
    [InlineData("GET", "/users/fake-1", "application/json; charset=utf-8", 200)]
    [InlineData("GET", "/users/fake-1", "*/*", 200)]
    [InlineData("GET", "/users/fake-1", "", 200)]
    [InlineData("GET", "/users", "text/csv", 406)]
    [InlineData("POST", "/users", "application/xml", 406)]
    [InlineData("PATCH", "/users/fake-1", "application/xml", 406)]
    [InlineData("DELETE", "/users/fake-1", "application/xml", 204)]
    [InlineData("DELETE", "/personal-data/fake-1", "application/xml", 406)]
    [InlineData("POST", "/users/import", "application/json", 406)]
    [InlineData("GET", "/health", "text/plain", 406)]
    public async Task A_request_that_does_not_accept_the_response_has_no_effect(string method, string path, string accept, int status)
    {
        await using RunningService service = await RunningService.StartAsync();

        var response = await service.SendAsync(Request(method, path, ("Accept", accept)));

        ((int)response.Response.StatusCode).Should().Be(status);
        if (status == 406)
        {
            ShouldBe(response, 406, "not-acceptable", "Accept");
            (await service.SendAsync(HttpMethod.Get, "/users/fake-1")).Json.GetProperty("version").GetInt64().Should().Be(1);
        }

        ShouldBe(await service.SendAsync(HttpMethod.Get, "/users/by-email/new@example.test"), 404, "user-not-found");
    }

    [Fact]
    public async Task A_page_links_to_the_next_page_with_all_parameters()
    {
        await using RunningService service = await RunningService.StartAsync();
        var ids = new List<string>();

        for (string? next = "/users?status=active&pageSize=30"; next is not null;)
        {
            var page = await service.SendAsync(HttpMethod.Get, next);
            ids.AddRange(page.Json.GetProperty("users").EnumerateArray().Select(user => Text(user, "userId")!));
            string? link = page.Response.Headers.TryGetValues("Link", out var values) ? values.Single() : null;
            (link is null).Should().Be(page.Json.GetProperty("token").ValueKind == JsonValueKind.Null);
            link?.Should().StartWith("</users?status=active&pageSize=30&token=").And.EndWith(">; rel=\"next\"");
            next = link?.Split('<', '>')[1];
        }

        ids.Should().HaveCount(100).And.OnlyHaveUniqueItems();
    }

    private static HttpRequestMessage Request(string method, string path, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method.Split(' ')[0]), path);
        if (method is "PATCH" or "PATCH {}")
        {
            request.Content = new StringContent(method == "PATCH" ? """{"age":2}""" : "{}", null, "application/merge-patch+json");
        }
        else if (method == "POST")
        {
            request.Content = new StringContent(
                """{"name":"Fake","email":"new@example.test"}""", null, path.EndsWith("import") ? "application/x-ndjson" : "application/json");
        }

        foreach ((string name, string? value) in headers)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}

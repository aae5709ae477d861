using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace UserStore.SampleTests.UserService;

public sealed class RequestValidationTests : UserServiceTest
{
    public static TheoryData<string, string, string?, string, string?, int, string, string> Wrong => new()
    {
        // method, path, body, media type, If-Match, status, type, field
        { "POST", "/users", "{", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "[]", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{\"name\":\"a\",\"name\":\"b\",\"email\":\"a@b.cd\"}", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"admin\":true}", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{}", "application/json", null, 400, "invalid-request", "name,email" },
        { "POST", "/users", "{\"name\":\" \",\"email\":\"no\",\"age\":-1,\"status\":\"A b\"}", "application/json", null,
            400, "invalid-request", "name,email,age,status" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"tags\":[1]}", "application/json", null, 400, "invalid-request", "tags" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"age\":1e99}", "application/json", null, 400, "invalid-request", "age" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"expiresAt\":\"tomorrow\"}", "application/json", null, 400, "invalid-request", "expiresAt" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"expiresAt\":\"2030-01-01T00:00:00\"}", "application/json", null,
            400, "invalid-request", "expiresAt" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"userId\":\"a b\"}", "application/json", null, 400, "invalid-request", "userId" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"userId\":\".\"}", "application/json", null, 400, "invalid-request", "userId" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"userId\":\"..\"}", "application/json", null, 400, "invalid-request", "userId" },
        { "POST", "/users", "{\"name\":\"\\ud800\",\"email\":\"a@b.cd\"}", "application/json", null, 400, "invalid-request", "name" },
        { "POST", "/users", "{\"\\ud800\":\"a\",\"name\":\"a\",\"email\":\"a@b.cd\"}", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"fake.user.1@example.test\"}", "application/json", null, 409, "email-in-use", "email" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"userId\":\"fake-1\"}", "application/json", null, 409, "user-exists", "userId" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\"}", "text/plain", null, 415, "unsupported-media-type", "Content-Type" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\"}", "application/json; charset=utf-16", null, 415, "unsupported-media-type", "Content-Type" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\"}", "rubbish", null, 415, "unsupported-media-type", "Content-Type" },
        { "POST", "/users/import", "{}", "application/json", null, 415, "unsupported-media-type", "Content-Type" },
        { "PATCH", "/users/fake-1", "{\"userId\":\"other\"}", "application/json", null, 400, "invalid-request", "userId" },
        { "PATCH", "/users/fake-1", "{\"email\":null,\"name\":null,\"status\":null}", "application/json", null, 400, "invalid-request", "email,name,status" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json-patch+json", null, 415, "unsupported-media-type", "Content-Type" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "1", 400, "invalid-request", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"x\"", 412, "version-mismatch", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "W/\"1\"", 412, "version-mismatch", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"1\", x", 400, "invalid-request", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"99999999999999999999\"", 412, "version-mismatch", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"\"", 412, "version-mismatch", "If-Match" },
        { "PATCH", "/users/fake-2", "{\"email\":\"fake.user.1@example.test\"}", "application/json", null, 409, "email-in-use", "email" },
        { "DELETE", "/users/fake-1", null, "", "x", 400, "invalid-request", "If-Match" },
        { "GET", "/users?token=rubbish", null, "", null, 400, "invalid-token", "token" },
        { "GET", "/users?token=", null, "", null, 400, "invalid-request", "token" },
        { "GET", "/users?pageSize=0", null, "", null, 400, "invalid-request", "pageSize" },
        { "GET", "/users?pageSize=101", null, "", null, 400, "invalid-request", "pageSize" },
        { "GET", "/users?pageSize=ten&status=A", null, "", null, 400, "invalid-request", "pageSize,status" },
        { "GET", "/users?pageSize=1&pageSize=2", null, "", null, 400, "invalid-request", "pageSize" },
        { "GET", "/users?limit=5", null, "", null, 400, "invalid-request", "query" },
        { "GET", "/users/%20", null, "", null, 400, "invalid-request", "userId" },
        { "GET", "/nothing", null, "", null, 404, "not-found", "" },
        { "PUT", "/users/fake-1", "{}", "application/json", null, 405, "method-not-allowed", "" },
    };

    [Fact]
    public async Task A_user_whose_id_only_begins_with_dots_has_an_address()
    {
        await using RunningService service = await RunningService.StartAsync();
        var created = await service.SendAsync(HttpMethod.Post, "/users", """{"name":"a","email":"a@b.cd","userId":"..."}""");

        var read = await service.SendAsync(HttpMethod.Get, created.Response.Headers.Location!.ToString());

        Text(read.Json, "userId").Should().Be("...");
    }

    [Theory]
    [InlineData("application/json;charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    public async Task The_charset_can_be_in_quotes(string mediaType)
    {
        await using RunningService service = await RunningService.StartAsync();

        var changed = await service.SendAsync(HttpMethod.Patch, "/users/fake-1", """{"age":44}""", mediaType);

        changed.Json.GetProperty("age").GetInt32().Should().Be(44);
    }

    [Theory]
    [InlineData("gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("identity", HttpStatusCode.OK)]
    public async Task A_compressed_body_is_refused(string encoding, HttpStatusCode expected)
    {
        await using RunningService service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/users/fake-1") { Content = JsonContent.Create(new { age = 44 }) };
        request.Content.Headers.ContentEncoding.Add(encoding);

        var changed = await service.SendAsync(request);

        changed.Response.StatusCode.Should().Be(expected);
        if (expected != HttpStatusCode.OK)
            changed.Json.GetProperty("errors").TryGetProperty("Content-Encoding", out _).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Every_rejection_names_field_and_rule_and_no_value(
        string method, string path, string? body, string mediaType, string? ifMatch, int status, string type, string fields)
    {
        await using RunningService service = await RunningService.StartAsync();

        var response = await service.SendAsync(new HttpMethod(method), path, body, mediaType, ifMatch);

        ShouldBe(response, status, type, fields.Split(',', StringSplitOptions.RemoveEmptyEntries));
        response.Json.ToString().Should().NotContain("fake.user").And.NotContain("Exception").And.NotContain("   at ").And.NotContain("a@b.cd");
    }

    [Fact]
    public async Task A_token_of_another_list_or_an_altered_token_is_rejected()
    {
        await using RunningService service = await RunningService.StartAsync();
        string token = (await service.SendAsync(HttpMethod.Get, "/users?status=active&pageSize=5")).Json.GetProperty("token").GetString()!;

        ShouldBe(await service.SendAsync(HttpMethod.Get, $"/users?status=pending&pageSize=5&token={token}"), 400, "invalid-token", "token");
        ShouldBe(await service.SendAsync(HttpMethod.Get, $"/users?status=active&pageSize=5&token={token[..^3]}"), 400, "invalid-token", "token");
        ShouldBe(await service.SendAsync(HttpMethod.Get, $"/users?status=active&pageSize=5&token={new string('x', 5000)}"), 400, "invalid-request", "token");
    }

    public static TheoryData<string> Invisible =>
    [
        "\\u0000", "\\u0007", "\\n", "\\t", "\\u007f", "\\u0085", "\\u009f",
        "\\u202a", "\\u202b", "\\u202c", "\\u202d", "\\u202e", "\\u2066", "\\u2067", "\\u2068", "\\u2069", "\\ud800", "\\udc00", "\u202e",
    ];

    [Theory]
    [MemberData(nameof(Invisible))]
    public async Task Text_that_would_be_shown_as_other_text_is_rejected(string invisible)
    {
        await using RunningService service = await RunningService.StartAsync();
        string text = $"a{invisible}b";
        string fields = $$"""
            "name":"{{text}}","email":"{{text}}@example.test","tags":["ok","{{text}}"],"status":"{{text}}"
            """;

        var created = await service.SendAsync(HttpMethod.Post, "/users", "{" + fields + $",\"userId\":\"{text}\"}}");
        var patched = await service.SendAsync(HttpMethod.Patch, "/users/fake-1", "{" + fields + "}");

        ShouldBe(created, 400, "invalid-request", "name", "email", "tags", "status", "userId");
        ShouldBe(patched, 400, "invalid-request", "name", "email", "tags", "status");
    }

    [Theory]
    [InlineData("\u05d3\u05d5\u05d3 \u0639\u0645\u0631")]
    [InlineData("\ud83d\udc69\u200d\ud83d\udcbb")]
    [InlineData("e\u0301 \u00a0 \u200f")]
    [InlineData("O'Neil <b>&amp;</b> \\\"quoted\\\" \\\\")]
    public async Task Names_of_every_language_are_returned_unchanged(string name)
    {
        await using RunningService service = await RunningService.StartAsync();

        var created = await service.SendAsync(HttpMethod.Post, "/users", $$"""{"name":"{{name}}","email":"new@example.test"}""");

        Text(created.Json, "name").Should().Be(JsonSerializer.Deserialize<string>($"\"{name}\""));
    }

    [Fact]
    public async Task An_unknown_status_is_a_valid_filter()
    {
        await using RunningService service = await RunningService.StartAsync();

        (await service.SendAsync(HttpMethod.Get, "/users?status=weird")).Json.GetProperty("users").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_rejected_with_the_limit()
    {
        await using RunningService service = await RunningService.StartAsync();

        var response = await service.SendAsync(HttpMethod.Post, "/users", "{\"name\":\"" + new string('x', 70_000) + "\"}");

        ShouldBe(response, 413, "too-large", "body");
        response.Json.GetProperty("errors").GetProperty("body")[0].GetString().Should().Contain("65536 bytes");
    }
}

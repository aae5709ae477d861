using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace UserStore.SampleTests.UserService;

public sealed class UserServiceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_routes_create_find_change_and_delete(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer);

        var created = await service.SendAsync(
            HttpMethod.Post, "/users", """{"userId":"a-1","name":"Fake New","email":"New@Example.test","age":30,"tags":["x"],"expiresAt":"2100-01-01T00:00:00+01:00"}""");
        created.Response.StatusCode.Should().Be(HttpStatusCode.Created);
        created.Response.Headers.Location.Should().Be(new Uri("/users/a-1", UriKind.Relative));
        created.Response.Headers.ETag!.Tag.Should().Be("\"1\"");
        created.Json.GetProperty("email").GetString().Should().Be("new@example.test");

        (await service.SendAsync(HttpMethod.Get, "/users/a-1")).Json.GetProperty("age").GetInt32().Should().Be(30);
        (await service.SendAsync(HttpMethod.Get, "/users/by-email/NEW%40example.test")).Json.GetProperty("userId").GetString().Should().Be("a-1");

        var patched = await service.SendAsync(
            HttpMethod.Patch, "/users/a-1", """{"name":"Fake Changed","age":null,"status":"pending"}""", "application/merge-patch+json", "\"1\"");
        patched.Response.StatusCode.Should().Be(HttpStatusCode.OK);
        patched.Response.Headers.ETag!.Tag.Should().Be("\"2\"");
        patched.Json.GetProperty("age").ValueKind.Should().Be(JsonValueKind.Null);
        patched.Json.GetProperty("tags")[0].GetString().Should().Be("x", "what a patch does not name stays");

        var late = await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"name":"Late"}""", "application/merge-patch+json", "\"1\"");
        ShouldBe(late, 412, "version-mismatch", "If-Match");
        ShouldBe(await service.SendAsync(HttpMethod.Delete, "/users/a-1", ifMatch: "\"1\""), 412, "version-mismatch", "If-Match");
        (await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"age":5}""", ifMatch: "*")).Response.StatusCode.Should().Be(HttpStatusCode.OK);

        (await service.Http.DeleteAsync("/users/a-1")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        ShouldBe(await service.SendAsync(HttpMethod.Get, "/users/a-1"), 404, "user-not-found");
        ShouldBe(await service.SendAsync(HttpMethod.Delete, "/users/a-1"), 404, "user-not-found");
        ShouldBe(await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"age":5}"""), 404, "user-not-found");
        ShouldBe(await service.SendAsync(HttpMethod.Get, "/users/by-email/new@example.test"), 404, "user-not-found");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_are_paged_by_token_with_and_without_status(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer);
        if (onServer)
            await ImportAsync(service, string.Join('\n', Enumerable.Range(1, 200).Select(LineOf)));

        (List<string> all, int pages) = await ReadAsync(service, "pageSize=70");
        (List<string> pending, _) = await ReadAsync(service, "status=pending&pageSize=30");

        all.Should().HaveCount(200).And.OnlyHaveUniqueItems();
        pages.Should().BeInRange(3, 4);
        pending.Should().NotBeEmpty().And.BeSubsetOf(all).And.OnlyHaveUniqueItems();
        (await service.SendAsync(HttpMethod.Get, "/users")).Json.GetProperty("users").GetArrayLength().Should().Be(20, "there is always a limit");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_import_tells_its_progress_and_every_line_that_was_not_written(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer);
        List<string> lines = [.. Enumerable.Range(1000, 500).Select(LineOf)];
        lines[9] = "not json";
        lines[19] = """{"name":"No Email"}""";
        lines[29] = LineOf(1000);
        lines[39] = """{"name":"Taken","email":"import.1001@example.test"}""";
        lines[49] = "";

        List<JsonElement> events = await ImportAsync(service, string.Join("\r\n", lines));

        JsonElement end = events[^1];
        (Text(end, "event"), Text(end, "endedBy")).Should().Be(("end", "Completed"));
        (end.GetProperty("written").GetInt32(), end.GetProperty("failed").GetInt32()).Should().Be((495, 4));
        var refused = events.Where(line => Text(line, "event") == "not-written")
            .ToDictionary(line => line.GetProperty("line").GetInt32(), line => Text(line.GetProperty("problem"), "type"));
        refused.Should().HaveCount(4);
        (refused[10], refused[20]).Should().Be(("urn:user-service:invalid-request", "urn:user-service:invalid-request"));
        (refused.GetValueOrDefault(30) ?? refused.GetValueOrDefault(1)).Should().Be("urn:user-service:invalid-request", "the id came twice");
        (refused.GetValueOrDefault(40) ?? refused.GetValueOrDefault(2)).Should().Be("urn:user-service:email-in-use", "who comes first is not said");
        events.Should().Contain(line => Text(line, "event") == "progress");
    }

    [Fact]
    public async Task An_import_answers_while_it_still_reads()
    {
        await using RunningService service = await RunningService.StartAsync();
        // Not HttpClient, which reads no answer before the request is complete.
        using var connection = new TcpClient();
        await connection.ConnectAsync(service.Http.BaseAddress!.Host, service.Http.BaseAddress.Port);
        await using NetworkStream stream = connection.GetStream();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = new StreamReader(stream);

        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /users/import HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nwrong\n\r\n"));
        string early = await ReadToAsync("not-written");
        string line = LineOf(1000);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line.Length:x}\r\n{line}\r\n0\r\n\r\n"));
        string late = await ReadToAsync("\"end\"");

        early.Should().Contain("\"line\":1");
        late.Should().Contain("\"written\":1");

        async Task<string> ReadToAsync(string text)
        {
            while (await answer.ReadLineAsync(limit.Token) is { } next)
            {
                if (next.Contains(text, StringComparison.Ordinal))
                    return next;
            }

            throw new EndOfStreamException();
        }
    }

    [Fact]
    public async Task A_caller_who_goes_away_in_an_import_leaves_no_error_behind()
    {
        using var log = new ErrorLog();
        await using (RunningService service = await RunningService.StartAsync(configure: services => services.AddSingleton<ILoggerProvider>(log)))
        {
            using (var connection = new TcpClient())
            {
                await connection.ConnectAsync(service.Http.BaseAddress!.Host, service.Http.BaseAddress.Port);
                NetworkStream stream = connection.GetStream();
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    "POST /users/import HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nwrong\n\r\n"));
                await stream.ReadExactlyAsync(new byte[100]);
                connection.Client.Close(0); // a reset
            }

            (await service.SendAsync(HttpMethod.Get, "/users/fake-1")).Response.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        log.Errors.Should().BeEmpty("the service has stopped, and with it every request");
    }

    [Fact]
    public async Task A_line_too_long_ends_an_import_with_the_rule()
    {
        await using RunningService service = await RunningService.StartAsync();

        List<JsonElement> events = await ImportAsync(service, LineOf(1000) + "\n{\"name\":\"" + new string('x', 200_000));

        JsonElement end = events[^1];
        (Text(end, "endedBy"), end.GetProperty("written").GetInt32()).Should().Be(("SequenceFailed", 1));
        end.GetProperty("problem").GetProperty("errors").GetProperty("body")[0].GetString().Should().Contain("65536 bytes");
    }

    [Fact]
    public async Task Throttling_and_outages_say_when_to_try_again()
    {
        await using RunningService service = await RunningService.StartAsync();

        service.Memory.Faults.ThrottleNextRead();
        var throttled = await service.SendAsync(HttpMethod.Get, "/users/fake-1");
        service.Memory.Faults.FailNextRead();
        var unavailable = await service.SendAsync(HttpMethod.Get, "/users/fake-1");
        service.Memory.Faults.LoseNextResponse();
        var unknown = await service.SendAsync(HttpMethod.Patch, "/users/fake-1", """{"age":5}""");

        ShouldBe(throttled, 429, "throttled");
        throttled.Response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        ShouldBe(unavailable, 503, "unavailable");
        unavailable.Response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
        ShouldBe(unknown, 503, "outcome-unknown");
    }

    public static TheoryData<string, string, string?, string, string?, int, string, string> Wrong => new()
    {
        // method, path, body, media type, If-Match, status, type, field
        { "POST", "/users", "{", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "[]", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{\"name\":\"a\",\"name\":\"b\",\"email\":\"a@b.cd\"}", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"admin\":true}", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{}", "application/json", null, 400, "invalid-request", "name,email" },
        { "POST", "/users", "{\"name\":\" \",\"email\":\"no\",\"age\":-1,\"status\":\"A b\"}", "application/json", null, 400, "invalid-request", "name,email,age,status" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"tags\":[1]}", "application/json", null, 400, "invalid-request", "tags" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"age\":1e99}", "application/json", null, 400, "invalid-request", "age" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"expiresAt\":\"tomorrow\"}", "application/json", null, 400, "invalid-request", "expiresAt" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"expiresAt\":\"2030-01-01T00:00:00\"}", "application/json", null, 400, "invalid-request", "expiresAt" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"userId\":\"a b\"}", "application/json", null, 400, "invalid-request", "userId" },
        { "POST", "/users", "{\"name\":\"\\ud800\",\"email\":\"a@b.cd\"}", "application/json", null, 400, "invalid-request", "name" },
        { "POST", "/users", "{\"\\ud800\":\"a\",\"name\":\"a\",\"email\":\"a@b.cd\"}", "application/json", null, 400, "invalid-request", "body" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"fake.user.1@example.test\"}", "application/json", null, 409, "email-in-use", "email" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\",\"userId\":\"fake-1\"}", "application/json", null, 409, "user-exists", "userId" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\"}", "text/plain", null, 415, "unsupported-media-type", "Content-Type" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\"}", "application/json; charset=utf-16", null, 415, "unsupported-media-type", "Content-Type" },
        { "POST", "/users", "{\"name\":\"a\",\"email\":\"a@b.cd\"}", "rubbish", null, 415, "unsupported-media-type", "Content-Type" },
        { "POST", "/users/import", "{}", "application/json", null, 415, "unsupported-media-type", "Content-Type" },
        { "PATCH", "/users/fake-1", "{\"userId\":\"other\"}", "application/json", null, 400, "invalid-request", "userId" },
        { "PATCH", "/users/fake-1", "{}", "application/json", null, 400, "invalid-request", "body" },
        { "PATCH", "/users/fake-1", "{\"email\":null,\"name\":null,\"status\":null}", "application/json", null, 400, "invalid-request", "email,name,status" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json-patch+json", null, 415, "unsupported-media-type", "Content-Type" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "1", 400, "invalid-request", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"x\"", 400, "invalid-request", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "W/\"1\"", 400, "invalid-request", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"1\", \"2\"", 400, "invalid-request", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"99999999999999999999\"", 400, "invalid-request", "If-Match" },
        { "PATCH", "/users/fake-1", "{\"age\":5}", "application/json", "\"\"", 400, "invalid-request", "If-Match" },
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

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Every_refusal_names_field_and_rule_and_no_value(
        string method, string path, string? body, string mediaType, string? ifMatch, int status, string type, string fields)
    {
        await using RunningService service = await RunningService.StartAsync();

        var answer = await service.SendAsync(new HttpMethod(method), path, body, mediaType, ifMatch);

        ShouldBe(answer, status, type, fields.Split(',', StringSplitOptions.RemoveEmptyEntries));
        answer.Json.ToString().Should().NotContain("fake.user").And.NotContain("Exception").And.NotContain("   at ").And.NotContain("a@b.cd");
    }

    [Fact]
    public async Task A_token_of_another_list_or_an_altered_one_is_refused()
    {
        await using RunningService service = await RunningService.StartAsync();
        string token = (await service.SendAsync(HttpMethod.Get, "/users?status=active&pageSize=5")).Json.GetProperty("token").GetString()!;

        ShouldBe(await service.SendAsync(HttpMethod.Get, $"/users?status=pending&pageSize=5&token={token}"), 400, "invalid-token", "token");
        ShouldBe(await service.SendAsync(HttpMethod.Get, $"/users?status=active&pageSize=5&token={token[..^3]}"), 400, "invalid-token", "token");
        ShouldBe(await service.SendAsync(HttpMethod.Get, $"/users?status=active&pageSize=5&token={new string('x', 5000)}"), 400, "invalid-request", "token");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_with_the_limit()
    {
        await using RunningService service = await RunningService.StartAsync();

        var answer = await service.SendAsync(HttpMethod.Post, "/users", "{\"name\":\"" + new string('x', 70_000) + "\"}");

        ShouldBe(answer, 413, "too-large", "body");
        answer.Json.GetProperty("errors").GetProperty("body")[0].GetString().Should().Contain("65536 bytes");
    }

    [Fact]
    public async Task Page_OpenAPI_document_and_health_are_served()
    {
        await using RunningService service = await RunningService.StartAsync(onServer: true);

        (await service.Http.GetStringAsync("/")).Should().Contain("users.js");
        JsonElement paths = JsonDocument.Parse(await service.Http.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("paths");
        paths.EnumerateObject().Select(path => path.Name).Should().BeEquivalentTo("/users", "/users/{id}", "/users/by-email/{email}", "/users/import");
        paths.GetProperty("/users/{id}").GetProperty("patch").GetProperty("responses").EnumerateObject().Select(answer => answer.Name)
            .Should().BeEquivalentTo("200", "400", "404", "409", "412", "413", "415", "429", "503");
        (await service.Http.GetStringAsync("/health")).Should().Contain("Healthy");
    }

    private static void ShouldBe((HttpResponseMessage Response, JsonElement Json) answer, int status, string type, params string[] fields)
    {
        ((int)answer.Response.StatusCode).Should().Be(status);
        answer.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        Text(answer.Json, "type").Should().Be($"urn:user-service:{type}");
        answer.Json.GetProperty("status").GetInt32().Should().Be(status);
        if (fields.Length == 0)
            return;
        JsonElement errors = answer.Json.GetProperty("errors");
        errors.EnumerateObject().Select(error => error.Name).Should().BeEquivalentTo(fields);
        errors.EnumerateObject().Should().OnlyContain(error => error.Value[0].GetString()!.Length > 5, "each has its rule");
    }

    private static string LineOf(int number) => $$"""
        {"userId":"import-{{number}}","name":"Fake Import {{number}}","email":"import.{{number}}@example.test","status":"{{(number % 4 == 0 ? "pending" : "active")}}"}
        """;

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static async Task<List<JsonElement>> ImportAsync(RunningService service, string lines)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage response = await service.Http.PostAsync("/users/import", content);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        string answer = await response.Content.ReadAsStringAsync();
        return [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static async Task<(List<string> Ids, int Pages)> ReadAsync(RunningService service, string query)
    {
        var ids = new List<string>();
        string? token = null;
        int pages = 0;
        do
        {
            JsonElement page = (await service.SendAsync(HttpMethod.Get, $"/users?{query}{(token is null ? "" : $"&token={token}")}")).Json;
            ids.AddRange(page.GetProperty("users").EnumerateArray().Select(user => Text(user, "userId")!));
            token = Text(page, "token");
            pages++;
        }
        while (token is not null);
        return (ids, pages);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
                Errors.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}

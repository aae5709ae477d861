using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit.Abstractions;

namespace UserStore.SampleTests.UserService;

/// <summary>Sends random requests, most of them almost valid, and checks that each is answered in time, as the OpenAPI document describes.</summary>
public sealed class FuzzTests(ITestOutputHelper output) : UserServiceTest
{
    private const int FewRequests = 5_000;
    private const int ManyRequests = 100_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT", "TRACE", "X"];
    private static readonly string[] Fields = ["userId", "name", "email", "status", "age", "tags", "expiresAt", "version", "", "\\u0000", "__proto__"];

    private static readonly string[] MediaTypes =
        ["application/json", "application/merge-patch+json", "application/x-ndjson", "application/json; charset=utf-8", "text/plain", "/", "a/b;c"];

    private static readonly string[] Headers =
        ["If-Match", "If-None-Match", "Accept", "Accept-Encoding", "Content-Language", "Range", "Cookie", "X-HTTP-Method-Override"];

    private static readonly string[] HeaderValues =
        ["*", "\"1\"", "W/\"1\"", "\"1\", \"2\"", "\"", "", ",", "\"1\",, \"x\"", "application/json", "*/*;q=0", "a/b, */*", ";;;", "bytes=0-1", "\"\u00e9\""];

    private static readonly string[] Values =
        ["null", "true", "0", "-1", "150", "1e400", "1.0", "99999999999999999999", "\"\"", "\" \"", "\"a\"", "\"active\"", "\"fake-1\"",
            "\"fake.user.2@example.test\"",
            "\"new@example.test\"", "\"\\ud800\"", "\"\\u0000\"", "\"\u202e\"", "[]", "[\"x\"]", "[null]", "[[[[[[[[[[]]]]]]]]]]", "{}", "{\"a\":1}",
            "\"2030-01-31T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999-14:00\"", "\"0001-01-01T00:00:00+14:00\"", "\"2030-02-31T00:00:00Z\""];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task No_request_causes_an_unexpected_error(bool onServer) => RunAsync(onServer, onServer ? FewRequests / 5 : FewRequests);

    [Fact]
    [Trait("Category", "Volume")]
    public Task No_request_of_many_causes_an_unexpected_error()
        => RunAsync(onServer: false, Environment.GetEnvironmentVariable("USERSTORE_FULL_VOLUME") == "1" ? ManyRequests : FewRequests);

    private async Task RunAsync(bool onServer, int requests)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("USERSTORE_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int given)
            ? given
            : Environment.TickCount & int.MaxValue;
        output.WriteLine($"USERSTORE_SEED={seed}");
        var random = new Random(seed);
        var statuses = new SortedDictionary<int, int>();
        using var log = new FakeLoggerProvider();
        await using RunningService service = await RunningService.StartAsync(
            onServer, services => services.AddSingleton<ILoggerProvider>(log), "--RateLimit:PerSecond=0");

        for (int number = 0; number < requests; number++)
        {
            using HttpRequestMessage request = Next(random);
            string what = $"request {number} of seed {seed}: {request}";
            long started = Stopwatch.GetTimestamp();
            using HttpResponseMessage response = await service.Http.SendAsync(request); // the observer compares it with the document
            string body = await response.Content.ReadAsStringAsync();

            int status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            Stopwatch.GetElapsedTime(started).Should().BeLessThan(Limit, what);
            status.Should().BeLessThan(500, what);
            if (status >= 400 && request.Method != HttpMethod.Head)
            {
                response.Content.Headers.ContentType?.MediaType.Should().Be("application/problem+json", what);
                body.Should().StartWith("{\"type\":\"urn:user-service:", what).And.NotContain("Exception", what);
            }
        }

        output.WriteLine(string.Join(", ", statuses.Select(status => $"{status.Key} x {status.Value}")));
        statuses.Keys.Should().Contain(onServer ? [200, 201, 400, 404, 405, 415] : [200, 201, 304, 400, 404, 405, 406, 409, 412, 415]);
        log.Collector.GetSnapshot().Where(logged => logged.Level >= LogLevel.Error).Should().BeEmpty();
    }

    private static HttpRequestMessage Next(Random random)
    {
        (string method, string path) = random.Next(5) switch
        {
            0 => (Pick(random, Methods), PathOf(random)),
            1 => ("POST", random.Next(8) == 0 ? "/users/import" : "/users"),
            2 => ("GET", PathOf(random)),
            _ => (Pick(random, ["GET", "HEAD", "PATCH", "PATCH", "PATCH", "DELETE"]), $"/users/fake-{random.Next(1, 200)}"),
        };
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST" or "PATCH" or "PUT" || random.Next(20) == 0)
        {
            request.Content = new ByteArrayContent(BodyOf(random));
            string type = random.Next(4) > 0 ? "application/json" : Pick(random, MediaTypes);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (random.Next(4) == 0)
        {
            request.Headers.TryAddWithoutValidation(
                Pick(random, ["If-Match", "If-None-Match"]), Pick(random, ["\"1\"", "*", "\"2\", \"1\"", "W/\"1\""]));
        }

        for (int left = random.Next(4) - 1; left > 0; left--)
            request.Headers.TryAddWithoutValidation(Pick(random, Headers), random.Next(5) > 0 ? Pick(random, HeaderValues) : Printable(random));
        return request;
    }

    private static string PathOf(Random random) => random.Next(12) switch
    {
        < 4 => "/users",
        4 or 5 => $"/users/fake-{random.Next(1, 30)}",
        6 => $"/users/{Uri.EscapeDataString(Anything(random))}",
        7 => $"/users/by-email/{Uri.EscapeDataString(random.Next(2) == 0 ? $"fake.user.{random.Next(30)}@example.test" : Anything(random))}",
        8 => $"/users?status={Uri.EscapeDataString(Anything(random))}&pageSize={random.Next(-1, 110)}&token={Uri.EscapeDataString(Anything(random))}",
        9 => $"/users?{(random.Next(2) == 0 ? "status=active&" : "")}pageSize={random.Next(1, 101)}",
        10 => "/users/import",
        _ => Pick(random, ["/", "/storage", "/health", "/nothing", "/users/a/b", "/users/", "/openapi/v1.json", "/users/by-email/%ff%40x.y"]),
    };

    private static byte[] BodyOf(Random random)
    {
        if (random.Next(15) == 0)
        {
            byte[] rubbish = new byte[random.Next(40)];
            random.NextBytes(rubbish);
            return rubbish;
        }

        var members = new List<string>();
        if (random.Next(2) > 0)
            members.AddRange([$"\"name\":\"Fake {random.Next()}\"", $"\"email\":\"fuzz.{random.Next(50)}@example.test\""]);
        for (int left = random.Next(4); left > 0; left--)
            members.Add($"\"{Pick(random, Fields)}\":{(random.Next(4) > 0 ? Pick(random, Values) : JsonSerializer.Serialize(Printable(random)))}");
        byte[] body = Encoding.UTF8.GetBytes($"{{{string.Join(',', members)}}}");
        if (random.Next(8) == 0 && body.Length > 0)
            body[random.Next(body.Length)] = (byte)random.Next(256);
        return random.Next(15) == 0 ? body[..random.Next(body.Length)] : body;
    }

    private static string Anything(Random random) => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(4) switch
    {
        0 => ((char)random.Next(1, 0xd800)).ToString(),
        1 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
        _ => ((char)random.Next(32, 127)).ToString(),
    }));

    private static string Printable(Random random) => string.Concat(Enumerable.Range(0, random.Next(15)).Select(_ => (char)random.Next(32, 127)));

    private static T Pick<T>(Random random, T[] all) => all[random.Next(all.Length)];
}

using System.Net;

namespace UserStore.SampleTests.UserService;

public sealed class ProtectionTests : UserServiceTest
{
    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("localhost:80", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:5380", 200)]
    [InlineData("evil.example", 400)]
    [InlineData("localhost.evil.example", 400)]
    [InlineData("127.0.0.1.evil.example:80", 400)]
    public async Task Only_requests_for_this_machine_are_accepted_so_that_another_page_cannot_rebind_its_name(string host, int status)
    {
        await using RunningService service = await RunningService.StartAsync();

        foreach (string path in new[] { "/users/fake-1", "/", "/storage" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            using HttpResponseMessage response = await service.Http.SendAsync(request);
            ((int)response.StatusCode).Should().Be(status);
            if (status == 400)
                (await response.Content.ReadAsStringAsync()).Should().Contain("urn:user-service:host-not-allowed").And.Contain("AllowedHosts");
        }
    }

    [Fact]
    public async Task The_allowed_hosts_can_be_configured()
    {
        await using RunningService service = await RunningService.StartAsync(arguments: "--AllowedHosts=users.example");
        using var allowed = new HttpRequestMessage(HttpMethod.Get, "/users/fake-1") { Headers = { Host = "users.example" } };

        (await service.Http.SendAsync(allowed)).StatusCode.Should().Be(HttpStatusCode.OK);
        ShouldBe(await service.SendAsync(HttpMethod.Get, "/users/fake-1"), 400, "host-not-allowed", "Host");
    }

    [Theory]
    [InlineData("GET", "/", 200, "no-cache")]
    [InlineData("GET", "/users/fake-1", 200, "no-cache, private")]
    [InlineData("GET", "/users", 200, "no-cache, private")]
    [InlineData("GET", "/users/none", 404, "no-store")]
    [InlineData("GET", "/personal-data/fake-1", 200, "no-store")]
    [InlineData("DELETE", "/personal-data/fake-1", 200, "no-store")]
    [InlineData("GET", "/storage", 200, "no-store")]
    [InlineData("GET", "/health", 200, "no-store")]
    [InlineData("PUT", "/users", 405, "no-store")]
    [InlineData("OPTIONS", "/users", 204, null)]
    public async Task Every_response_protects_the_page_and_the_data(string method, string path, int status, string? cacheControl)
    {
        await using RunningService service = await RunningService.StartAsync();

        using HttpResponseMessage response = await service.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        ((int)response.StatusCode).Should().Be(status);
        response.Headers.CacheControl?.ToString().Should().Be(cacheControl);
        Header("Content-Security-Policy").Should().ContainAll("default-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'");
        (Header("X-Content-Type-Options"), Header("Referrer-Policy")).Should().Be(("nosniff", "no-referrer"));
        (Header("Cross-Origin-Resource-Policy"), Header("Cross-Origin-Opener-Policy")).Should().Be(("same-origin", "same-origin"));
        response.Headers.Should().NotContain(header => header.Key == "Server" || header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));

        string Header(string name) => response.Headers.GetValues(name).Single();
    }

    [Fact]
    public async Task Requests_over_the_limit_are_rejected_with_a_retry_delay_and_the_state_remains_available()
    {
        await using RunningService service = await RunningService.StartAsync(arguments: ["--RateLimit:PerSecond=1", "--RateLimit:Burst=5"]);

        var responses = new List<(HttpResponseMessage Response, System.Text.Json.JsonElement Json)>();
        for (int i = 0; i < 50; i++)
            responses.Add(await service.SendAsync(HttpMethod.Get, i % 2 == 0 ? "/users/fake-1" : "/storage"));

        responses.Take(5).Should().OnlyContain(result => result.Response.IsSuccessStatusCode);
        var rejected = responses.Find(result => !result.Response.IsSuccessStatusCode);
        ShouldBe(rejected, 429, "too-many-requests");
        rejected.Response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        (await service.Http.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await service.Http.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_limit_no_request_is_rejected()
    {
        await using RunningService service = await RunningService.StartAsync(arguments: ["--RateLimit:PerSecond=0", "--RateLimit:Burst=1"]);

        for (int i = 0; i < 20; i++)
            (await service.SendAsync(HttpMethod.Get, "/users/fake-1")).Response.StatusCode.Should().Be(HttpStatusCode.OK);
    }
}

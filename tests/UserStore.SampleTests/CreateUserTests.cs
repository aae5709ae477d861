using System.Text;
using System.Text.Json;
using Functions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using UserStore.Testing;

namespace UserStore.SampleTests;

public sealed class CreateUserTests : IDisposable
{
    private readonly InMemoryUserStore<PlacedUser> _users = new();
    private readonly FakeLogger<CreateUser> _logger = new();
    private readonly List<JsonDocument> _documents = [];

    [Fact]
    public async Task A_user_is_created_as_active_and_returned()
    {
        (int status, JsonElement body) = await PostAsync(
            """{"email":"Ada@example.test", "state":"New York","city":"Brooklyn","zipcode":"01208","name":null}""");

        status.Should().Be(201);
        PlacedUser user = await _users.GetAsync(body.GetProperty("user_id").GetString()!);
        (user.Email, user.State, user.City, user.Zipcode, user.Active).Should().Be(("ada@example.test", "New York", "Brooklyn", "01208", true));
        body.GetProperty("email").GetString().Should().Be("ada@example.test");
        body.GetProperty("active").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task A_Base64_body_is_decoded()
    {
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"email":"ada@example.test","city":"Zürich"}"""));

        (int status, JsonElement body) = await PostAsync(encoded, isBase64Encoded: true);

        (status, body.GetProperty("city").GetString()).Should().Be((201, "Zürich"));
    }

    [Fact]
    public async Task An_email_in_use_is_a_conflict_that_does_not_expose_its_owner()
    {
        await PostAsync("""{"email":"ada@example.test"}""");

        (int status, JsonElement body) = await PostAsync("""{"email":"ADA@example.test"}""");

        status.Should().Be(409);
        body.GetProperty("errors").GetProperty("email").GetString().Should().Be("is taken by another user");
        body.ToString().Should().NotContain("ada").And.NotContain("ADA");
    }

    [Theory]
    [InlineData("", "body", "must be JSON")]
    [InlineData("{", "body", "must be JSON")]
    [InlineData("email=ada@example.test", "body", "must be JSON")]
    [InlineData("[]", "body", "must be a JSON object")]
    [InlineData("null", "body", "must be a JSON object")]
    [InlineData("""{"email":"\ud800@example.test"}""", "body", "must be well-formed Unicode text")]
    [InlineData("{}", "email", "is required")]
    [InlineData("""{"email":null}""", "email", "is required")]
    [InlineData("""{"email":""}""", "email", "must not be empty")]
    [InlineData("""{"email":"ada"}""", "email", "must have one '@', between a name and a domain")]
    [InlineData("""{"email":7}""", "email", "must be a string")]
    [InlineData("""{"email":{"S":"ada@example.test"}}""", "email", "must be a string")]
    [InlineData("""{"email":"ada@example.test","zipcode":11208}""", "zipcode", "must be a string")]
    [InlineData("""{"email":"ada@example.test","city":["Brooklyn"]}""", "city", "must be a string")]
    [InlineData("""{"email":"ada@example.test","active":false}""", "active", "is not known")]
    [InlineData("""{"email":"ada@example.test","state":"long"}""", "state", "must not be longer than 200 characters")]
    public async Task An_invalid_body_is_rejected_with_the_field(string body, string field, string rule)
    {
        (int status, JsonElement problem) = await PostAsync(body.Replace("long", new string('s', 201), StringComparison.Ordinal));

        status.Should().Be(400);
        problem.GetProperty("errors").EnumerateObject().Select(error => (error.Name, error.Value.GetString())).Should().Equal((field, rule));
        (await _users.ListPageAsync()).Users.Should().BeEmpty();
    }

    [Fact]
    public async Task All_violations_are_reported_together()
    {
        (int status, JsonElement problem) = await PostAsync("""{"state":1,"city":true}""");

        status.Should().Be(400);
        problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Should().Equal("city", "email", "state");
    }

    [Theory]
    [InlineData("5", "event", "must be a JSON object, the request of an HTTP API")]
    [InlineData("[]", "event", "must be a JSON object, the request of an HTTP API")]
    [InlineData("null", "event", "must be a JSON object, the request of an HTTP API")]
    [InlineData("""{"body":5}""", "body", "must be a string, which contains JSON")]
    [InlineData("""{"body":{"email":"ada@example.test"}}""", "body", "must be a string, which contains JSON")]
    [InlineData("""{"body":null}""", "body", "must be JSON")]
    [InlineData("{}", "body", "must be JSON")]
    [InlineData("""{"body":"{}","isBase64Encoded":true}""", "body", "must be Base64")]
    [InlineData("""{"body":"\ud800"}""", "body", "must be well-formed Unicode text")]
    public async Task An_event_that_is_no_request_is_rejected_with_the_reason(string input, string field, string rule)
    {
        (int status, JsonElement problem) = await InvokeAsync(Encoding.UTF8.GetBytes(input));

        status.Should().Be(400);
        problem.GetProperty("errors").EnumerateObject().Select(error => (error.Name, error.Value.GetString())).Should().Equal((field, rule));
    }

    [Fact]
    public async Task Transient_failures_are_reported_as_unavailable_and_logged()
    {
        _users.Faults.ThrottleNextWrite();

        (await PostAsync("""{"email":"ada@example.test"}""")).Status.Should().Be(503);
        (await PostAsync("""{"email":"ada@example.test"}""")).Status.Should().Be(201);

        FakeLogRecord log = _logger.Collector.GetSnapshot().Should().ContainSingle().Subject;
        (log.Level, log.Id.Id, log.Exception).Should().Be((LogLevel.Error, 1, null));
        log.Message.Should().Contain("UserStoreThrottledException").And.NotContain("ada");
    }

    public void Dispose() => _documents.ForEach(output => output.Dispose());

    private Task<(int Status, JsonElement Body)> PostAsync(string body, bool isBase64Encoded = false)
        => InvokeAsync(JsonSerializer.SerializeToUtf8Bytes(new
        {
            version = "2.0",
            routeKey = "POST /",
            rawPath = "/",
            requestContext = new { http = new { method = "POST", path = "/" } },
            body,
            isBase64Encoded,
        }));

    private async Task<(int Status, JsonElement Body)> InvokeAsync(byte[] input)
    {
        using var request = new MemoryStream(input);
        using Stream output = await new CreateUser(_users, _logger).HandleAsync(request);
        JsonDocument response = await JsonDocument.ParseAsync(output);
        JsonDocument content = JsonDocument.Parse(response.RootElement.GetProperty("body").GetString()!);
        _documents.AddRange([response, content]);
        int status = response.RootElement.GetProperty("statusCode").GetInt32();
        response.RootElement.GetProperty("headers").GetProperty("content-type").GetString()
            .Should().Be(status < 400 ? "application/json" : "application/problem+json");
        return (status, content.RootElement);
    }
}

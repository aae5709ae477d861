using System.Net;
using System.Text;
using System.Text.Json;

namespace UserStore.SampleTests.UserService;

/// <summary>The base of tests that send requests to the running service.</summary>
public abstract class UserServiceTest
{
    protected static void ShouldBe((HttpResponseMessage Response, JsonElement Json) result, int status, string type, params string[] fields)
    {
        ((int)result.Response.StatusCode).Should().Be(status);
        result.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        Text(result.Json, "type").Should().Be($"urn:user-service:{type}");
        result.Json.GetProperty("status").GetInt32().Should().Be(status);
        if (fields.Length == 0)
            return;
        JsonElement errors = result.Json.GetProperty("errors");
        errors.EnumerateObject().Select(error => error.Name).Should().BeEquivalentTo(fields);
        errors.EnumerateObject().Should().OnlyContain(error => error.Value[0].GetString()!.Length > 5, "each has its rule");
    }

    protected static string LineOf(int number)
    {
        string status = number % 4 == 0 ? "pending" : "active";
        return $$"""{"userId":"import-{{number}}","name":"Fake Import {{number}}","email":"import.{{number}}@example.test","status":"{{status}}"}""";
    }

    protected static string TagOf(HttpResponseMessage response) => response.Headers.ETag!.ToString();

    protected static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    protected static async Task<List<JsonElement>> ImportAsync(RunningService service, string lines)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage response = await service.Http.PostAsync("/users/import", content);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        string body = await response.Content.ReadAsStringAsync();
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}

using System.Net;
using System.Text.Json;

namespace UserStore.SampleTests.UserService;

public sealed class UserServiceTests : UserServiceTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_routes_create_find_update_and_delete(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer);

        var created = await service.SendAsync(
            HttpMethod.Post, "/users",
            """{"userId":"a-1","name":"Fake New","email":"New@Example.test","age":30,"tags":["x"],"expiresAt":"2100-01-01T00:00:00+01:00"}""");
        created.Response.StatusCode.Should().Be(HttpStatusCode.Created);
        created.Response.Headers.Location.Should().Be(new Uri("/users/a-1", UriKind.Relative));
        string first = TagOf(created.Response);
        created.Json.GetProperty("email").GetString().Should().Be("new@example.test");

        (await service.SendAsync(HttpMethod.Get, "/users/a-1")).Json.GetProperty("age").GetInt32().Should().Be(30);
        (await service.SendAsync(HttpMethod.Get, "/users/by-email/NEW%40example.test")).Json.GetProperty("userId").GetString().Should().Be("a-1");

        var patched = await service.SendAsync(
            HttpMethod.Patch, "/users/a-1", """{"name":"Fake Changed","age":null,"status":"pending"}""", "application/merge-patch+json", first);
        patched.Response.StatusCode.Should().Be(HttpStatusCode.OK);
        TagOf(patched.Response).Should().NotBe(first);
        patched.Json.GetProperty("age").ValueKind.Should().Be(JsonValueKind.Null);
        patched.Json.GetProperty("tags")[0].GetString().Should().Be("x", "fields outside the patch are kept");

        var late = await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"name":"Late"}""", "application/merge-patch+json", first);
        ShouldBe(late, 412, "version-mismatch", "If-Match");
        ShouldBe(await service.SendAsync(HttpMethod.Delete, "/users/a-1", ifMatch: first), 412, "version-mismatch", "If-Match");
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
        (await service.SendAsync(HttpMethod.Get, "/users")).Json.GetProperty("users").GetArrayLength().Should().Be(20, "the page size has a default");
    }

    [Fact]
    public async Task Page_OpenAPI_document_and_health_are_served()
    {
        await using RunningService service = await RunningService.StartAsync(onServer: true);

        (await service.Http.GetStringAsync("/")).Should().Contain("scripts/main.js");
        JsonElement paths = JsonDocument.Parse(await service.Http.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("paths");
        paths.EnumerateObject().Select(path => path.Name).Should().BeEquivalentTo(
            "/users", "/users/{id}", "/personal-data/{id}", "/users/by-email/{email}", "/users/import", "/storage", "/health");
        paths.GetProperty("/users/{id}").GetProperty("patch").GetProperty("responses").EnumerateObject().Select(response => response.Name)
            .Should().BeEquivalentTo("200", "400", "404", "406", "409", "412", "413", "415", "429", "500", "503");
        (await service.Http.GetStringAsync("/health")).Should().Contain("Healthy");
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
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace UserStore.SampleTests.UserService;

public sealed class ApiDocumentTests : UserServiceTest
{
    [Fact]
    public async Task The_OpenAPI_document_describes_every_route_with_its_headers()
    {
        await using RunningService service = await RunningService.StartAsync();

        JsonElement document = (await service.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Json;

        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Route: $"{operation.Name} {path.Name}", operation.Value)))
            .ToDictionary(operation => Text(operation.Value, "operationId")!);
        operations.Select(operation => $"{operation.Key} {operation.Value.Route}").Should().BeEquivalentTo(
            "ListUsers get /users", "CreateUser post /users", "GetUser get /users/{id}", "UpdateUser patch /users/{id}", "DeleteUser delete /users/{id}",
            "FindUserByEmail get /users/by-email/{email}", "ImportUsers post /users/import", "GetStorage get /storage", "GetHealth get /health",
            "ExportUser get /personal-data/{id}", "EraseUser delete /personal-data/{id}");
        foreach (string conditional in new[] { "GetUser", "FindUserByEmail", "UpdateUser", "DeleteUser" })
            ParametersOf(conditional).Should().Contain("If-Match").And.Contain("If-None-Match");
        Headers("CreateUser", "201").Should().BeEquivalentTo("ETag", "Location", "Server-Timing");
        Headers("ListUsers", "200").Should().BeEquivalentTo("Link", "Server-Timing");
        Headers("UpdateUser", "429").Should().BeEquivalentTo("Retry-After", "Server-Timing");
        Statuses("ImportUsers").Should().BeEquivalentTo("200", "400", "406", "413", "415", "429", "503");
        JsonElement input = document.GetProperty("components").GetProperty("schemas").GetProperty("UserInput");
        input.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Should().BeEquivalentTo("name", "email");
        Text(document.GetProperty("info").GetProperty("license"), "identifier").Should().Be("MIT");
        document.GetProperty("security").GetArrayLength().Should().Be(1, "an empty requirement states that there is no authentication");

        IEnumerable<string?> ParametersOf(string operation)
            => operations[operation].Value.GetProperty("parameters").EnumerateArray().Select(each => Text(each, "name"));
        IEnumerable<string> Headers(string operation, string status) => operations[operation].Value.GetProperty("responses").GetProperty(status)
            .GetProperty("headers").EnumerateObject().Select(header => header.Name);
        IEnumerable<string> Statuses(string operation)
            => operations[operation].Value.GetProperty("responses").EnumerateObject().Select(response => response.Name);
    }

    [Fact]
    public async Task A_status_that_the_document_does_not_contain_fails_the_test_that_receives_it()
    {
        var users = new Mock<IUserStore>();
        users.Setup(store => store.FindAsync("a-1", It.IsAny<ReadConsistency>(), It.IsAny<CancellationToken>())).ThrowsAsync(new NotSupportedException());
        await using RunningService service = await RunningService.StartAsync(configure: services => services.AddSingleton(users.Object));

        Func<Task> send = () => service.Http.GetAsync("/users/a-1");

        await send.Should().ThrowAsync<InvalidOperationException>().WithMessage("GET GetUser, status 500: the OpenAPI document does not declare the status.");
    }
}

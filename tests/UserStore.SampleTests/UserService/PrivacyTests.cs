using System.Net;
using System.Text.Json;
using global::UserService;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Privacy;

namespace UserStore.SampleTests.UserService;

/// <summary>Exports, erasures and restrictions of the service.</summary>
public sealed class PrivacyTests : UserServiceTest
{
    private const string User = """{"userId":"ada","name":"Fake Ada","email":"ada@example.test"}""";

    private static readonly string HashKey = $"--UserStore:Privacy:HashKey={Convert.ToBase64String(new byte[32])}";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_is_exported_and_erased_and_cannot_be_created_again(bool onServer)
    {
        await using RunningService service = await StartAsync(onServer);
        await service.SendAsync(HttpMethod.Post, "/users", User);

        var export = await service.SendAsync(HttpMethod.Get, "/personal-data/ada");
        var erased = await service.SendAsync(HttpMethod.Delete, "/personal-data/ada");
        var again = await service.SendAsync(HttpMethod.Delete, "/personal-data/ada");

        export.Response.StatusCode.Should().Be(HttpStatusCode.OK);
        export.Response.Headers.CacheControl!.NoStore.Should().BeTrue();
        export.Json.GetProperty("items").EnumerateArray().Select(item => Text(item, "kind")).Should().BeEquivalentTo("user", "reservation");
        erased.Response.StatusCode.Should().Be(HttpStatusCode.OK);
        erased.Json.EnumerateObject().Select(property => property.Name).Should().Equal("userHash", "tableName", "erasedAt", "tombstoneExpiresAt");
        again.Json.ToString().Should().Be(erased.Json.ToString(), "an erasure can be repeated");
        ShouldBe(await service.SendAsync(HttpMethod.Get, "/personal-data/ada"), 404, "user-not-found");
        ShouldBe(await service.SendAsync(HttpMethod.Get, "/users/ada"), 404, "user-not-found");
        ShouldBe(await service.SendAsync(HttpMethod.Post, "/users", User), 409, "user-erased", "userId");
        List<JsonElement> events = await ImportAsync(service, User);
        Text(events.Single(line => Text(line, "event") == "not-written").GetProperty("problem"), "type").Should().Be("urn:user-service:user-erased");
        (await service.SendAsync(HttpMethod.Post, "/users", User.Replace("\"ada\"", "\"ada-2\"", StringComparison.Ordinal)))
            .Response.StatusCode.Should().Be(HttpStatusCode.Created, "the email is free");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restricted_user_counts_as_absent_and_is_neither_changed_nor_deleted(bool onServer)
    {
        await using RunningService service = await StartAsync(onServer);
        await service.SendAsync(HttpMethod.Post, "/users", User);
        await service.Services.GetRequiredService<IUserPrivacy<User>>().RestrictAsync("ada");

        ShouldBe(await service.SendAsync(HttpMethod.Get, "/users/ada"), 404, "user-not-found");
        ShouldBe(await service.SendAsync(HttpMethod.Patch, "/users/ada", """{"age":5}"""), 409, "user-restricted");
        ShouldBe(await service.SendAsync(HttpMethod.Delete, "/users/ada"), 409, "user-restricted");
        ShouldBe(await service.SendAsync(HttpMethod.Post, "/users", User), 409, "user-exists", "userId");
        (await service.SendAsync(HttpMethod.Get, "/personal-data/ada")).Json.ToString().Should().Contain("Fake Ada");
        (await service.SendAsync(HttpMethod.Delete, "/personal-data/ada")).Response.StatusCode.Should().Be(HttpStatusCode.OK);
        ShouldBe(await service.SendAsync(HttpMethod.Get, "/personal-data/ada"), 404, "user-not-found");
    }

    [Fact]
    public async Task Without_a_key_users_of_DynamoDB_cannot_be_erased()
    {
        await using RunningService service = await RunningService.StartAsync(onServer: true);

        ShouldBe(await service.SendAsync(HttpMethod.Delete, "/personal-data/ada"), 501, "erasure-disabled");
    }

    [Fact]
    public async Task A_key_that_cannot_be_that_of_a_user_is_an_error_of_the_request()
    {
        await using RunningService service = await RunningService.StartAsync();
        string id = new('x', 2049);

        ShouldBe(await service.SendAsync(HttpMethod.Get, $"/personal-data/{id}"), 400, "invalid-request", "userId");
        ShouldBe(await service.SendAsync(HttpMethod.Delete, $"/personal-data/{id}"), 400, "invalid-request", "userId");
    }

    [Fact]
    public async Task The_service_exports_and_erases_users_from_the_command_line()
    {
        await using WebApplication service = await Service.BuildAsync(["privacy", "export", "ada", "--Storage=memory"]);
        await service.Services.GetRequiredService<IUserStore>().CreateAsync(new User { UserId = "ada", Name = "Fake Ada" });
        using StringWriter document = new(), receipts = new();

        int? exported = await service.RunPrivacyCommandAsync(["privacy", "export", "ada"], output: document);
        int? erased = await service.RunPrivacyCommandAsync(["privacy", "erase", "ada", "--yes"], output: receipts);
        int? verified = await service.RunPrivacyCommandAsync(["privacy", "verify", "-"], new StringReader(receipts.ToString()), TextWriter.Null);

        (exported, erased, verified).Should().Be((0, 0, 0));
        document.ToString().Should().Contain("Fake Ada");
        (await service.Services.GetRequiredService<IUserStore>().FindAsync("ada")).Should().BeNull();
    }

    private static Task<RunningService> StartAsync(bool onServer) => RunningService.StartAsync(onServer, arguments: onServer ? [HashKey] : []);
}

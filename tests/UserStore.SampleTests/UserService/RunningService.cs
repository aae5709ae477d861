using System.Text.Json;
using Amazon.DynamoDBv2;
using global::UserService;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Testing;

namespace UserStore.SampleTests.UserService;

/// <summary>The service on a free local port, with the in-memory store or a local server.</summary>
public sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly LocalDynamoDb? _server;

    private RunningService(WebApplication app, LocalDynamoDb? server)
    {
        (_app, _server) = (app, server);
        Http = new HttpClient(new ApiObserver()) { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public InMemoryUserStore Memory => _app.Services.GetRequiredService<InMemoryUserStore>();

    /// <summary>Returns a client of the local server, for what another program does to its tables.</summary>
    public AmazonDynamoDBClient CreateClient()
        => (_server ?? throw new InvalidOperationException("The service stores its users in memory.")).CreateClient();

    public static async Task<RunningService> StartAsync(
        bool onServer = false, Action<IServiceCollection>? configure = null, params string[] arguments)
    {
        LocalDynamoDb? server = onServer ? await LocalDynamoDb.StartAsync() : null;
        string[] settings = server is null
            ? ["--Storage=memory", "--DYNAMODB_ENDPOINT=", "--AWS_ENDPOINT_URL_DYNAMODB=", "--AWS_ENDPOINT_URL="] // overrides the developer's environment
            : [$"--UserStore:ServiceUrl={server.Endpoint}", "--UserStore:TableNamePrefix=service-"];
        WebApplication app = await Service.BuildAsync(["--urls=http://127.0.0.1:0", .. settings, .. arguments], configure);
        await app.StartAsync();
        return new RunningService(app, server);
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Sends a body unchanged and returns the response with its JSON.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Json)> SendAsync(
        HttpMethod method, string path, string? body = null, string mediaType = "application/json", string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await SendAsync(request);
    }

    /// <summary>Sends a request and returns the response with its JSON, if it has a body.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Json)> SendAsync(HttpRequestMessage request)
    {
        HttpResponseMessage response = await Http.SendAsync(request);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        return (response, body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }
}

using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Functions;
using Functions.Local;
using UserStore;
using UserStore.Replication;
using UserStore.Testing;

// Runs both functions on a local server, without AWS: POST / creates users, and the stream of their table is replicated.
// --urls http://127.0.0.1:0 selects a free port.
await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
string prefix = $"functions-{Guid.NewGuid():N}-";
await using ServiceProvider services = Services.Build(
    options => (options.ServiceUrl, options.TableNamePrefix) = (server.Endpoint.ToString(), prefix));
using AmazonDynamoDBClient client = server.CreateClient();
await services.GetRequiredService<IUserStore<PlacedUser>>().EnsureTablesAsync();
await services.GetRequiredService<UserReplicator<PlacedUser, UserByPlace>>().EnsureTablesAsync();

var createUser = new CreateUser(services.GetRequiredService<IUserStore<PlacedUser>>(), services.GetRequiredService<ILogger<CreateUser>>());
var replicateUsers = new ReplicateUsers(services.GetRequiredService<UserChangeDispatcher<PlacedUser>>());

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:8080");
await using WebApplication app = builder.Build();
app.MapPost("/", async (HttpRequest request, HttpResponse response) =>
{
    using var reader = new StreamReader(request.Body, Encoding.UTF8);
    string body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
    using Stream answer = await createUser.HandleAsync(JsonStream(new { version = "2.0", routeKey = "POST /", body, isBase64Encoded = false }));
    using JsonDocument json = await JsonDocument.ParseAsync(answer);
    response.StatusCode = json.RootElement.GetProperty("statusCode").GetInt32();
    response.ContentType = json.RootElement.GetProperty("headers").GetProperty("content-type").GetString();
    await response.WriteAsync(json.RootElement.GetProperty("body").GetString()!);
});
await app.StartAsync();

string address = app.Urls.First();
Console.WriteLine($"Listening on {address}, with {server.Description}. Try:");
Console.WriteLine(
    $$"""
      curl -i -X POST -H 'Content-Type: application/json' -d '{"email":"ada@example.test", "state":"New York","city":"Brooklyn","zipcode":"11208"}' {{address}}
    """);

Task pumping = PumpAsync(app.Lifetime.ApplicationStopping);
await app.WaitForShutdownAsync();
await pumping;

// Does what Lambda's event source mapping does: delivers new records, and again from the first record that failed.
async Task PumpAsync(CancellationToken stopping)
{
    string arn = (await client.DescribeTableAsync(prefix + "Users", CancellationToken.None)).Table.LatestStreamArn;
    var stream = new LocalStream(server.Endpoint, arn);
    var waiting = new List<JsonElement>();
    while (!stopping.IsCancellationRequested)
    {
        try
        {
            waiting.AddRange(await stream.ReadNewAsync(stopping));
            if (waiting.Count > 0)
            {
                using Stream answer = await replicateUsers.HandleAsync(JsonStream(new { Records = waiting }));
                waiting.RemoveRange(0, await FirstFailedAsync(answer, waiting));
                await PrintAsync(prefix + "Users");
                await PrintAsync(prefix + "UsersByPlace");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }
}

static async Task<int> FirstFailedAsync(Stream answer, List<JsonElement> records)
{
    using JsonDocument json = await JsonDocument.ParseAsync(answer);
    HashSet<string?> failed = [.. json.RootElement.GetProperty("batchItemFailures").EnumerateArray()
        .Select(failure => failure.GetProperty("itemIdentifier").GetString())];
    int first = records.FindIndex(record => failed.Contains(record.GetProperty("dynamodb").GetProperty("SequenceNumber").GetString()));
    return first < 0 ? records.Count : first;
}

async Task PrintAsync(string table)
{
    ScanResponse page = await client.ScanAsync(new ScanRequest { TableName = table });
    Console.WriteLine($"{table}: {page.Items.Count}");
    foreach (Dictionary<string, AttributeValue> item in page.Items)
        Console.WriteLine("  " + string.Join(", ", item.OrderBy(attribute => attribute.Key).Select(attribute => $"{attribute.Key}={ToText(attribute.Value)}")));
}

static string ToText(AttributeValue value) => value.S ?? value.N ?? value.BOOL?.ToString() ?? "...";

static MemoryStream JsonStream(object value) => new(JsonSerializer.SerializeToUtf8Bytes(value));

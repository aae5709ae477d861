using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Benchmarks;

/// <summary>Returns a valid response to every request below the SDK's HTTP layer, without a network; after a latency, if one is given.</summary>
internal sealed class CannedWire(TimeSpan latency = default) : HttpClientFactory
{
    private static readonly BasicAWSCredentials Credentials = new("local", "local");

    private readonly Handler _handler = new(latency);

    /// <summary>Gets or sets how many users a query or scan returns in one page.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Gets or sets a value indicating whether updates ask for the item, as partial updates do: saves by the context and by the store do
    /// not.</summary>
    public bool UpdatesReturnItems { get; init; }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        (_handler.PageSize, _handler.UpdatesReturnItems) = (PageSize, UpdatesReturnItems);
        return new HttpClient(_handler, disposeHandler: false);
    }

    /// <summary>Creates the client that UserStore would create.</summary>
    public AmazonDynamoDBClient CreateClient() => new UserStoreClient(Credentials, Config());

    /// <summary>Creates a client as the SDK has it.</summary>
    public AmazonDynamoDBClient CreatePlainClient() => new(Credentials, Config());

    /// <summary>Returns the JSON of an item as UserStore stores it.</summary>
    /// <param name="id">The id.</param>
    /// <param name="isProjected">Whether it has only the attributes of the type, as in a page, and not the ids of earlier writes.</param>
    public static string ItemOf(string id, bool isProjected = false)
    {
        string earlier = isProjected ? "" : string.Concat(Enumerable.Range(2, 7).Select(i => $$$"""
            ,"write_id_{{{i}}}":{"S":"~0Hs8Kc1QxAAAAAAA{{{i}}}"}
            """.Trim()));
        string item = $$$"""
            {"user_id":{"S":"{{{id}}}"},"email":{"S":"{{{id}}}@example.test"},"name":{"S":"Fake User"},"status":{"S":"active"},
            "created_at":{"S":"2026-01-01T00:00:00.0000000Z"},"updated_at":{"S":"2026-01-01T00:00:00.0000000Z"},"age":{"N":"42"},
            "tags":{"L":[{"S":"admin"},{"S":"beta"}]},"version":{"N":"3"},"write_id":{"S":"~0Hs8Kc1QxBBBBBBBB"},
            "birth_id":{"S":"~0Hs8Kc1QxAAAAAAAA"}{{{earlier}}}}
            """;
        return item.ReplaceLineEndings("");
    }

    private AmazonDynamoDBConfig Config()
        => new() { ServiceURL = "http://127.0.0.1:1", AuthenticationRegion = "us-east-1", HttpClientFactory = this };

    private sealed class Handler(TimeSpan latency) : HttpMessageHandler
    {
        private static readonly Body Item = BodyOf("{\"Item\":" + ItemOf("fake-1") + "}");
        private static readonly Body Attributes = BodyOf("{\"Attributes\":" + ItemOf("fake-1") + "}");
        private static readonly Body Empty = BodyOf("{}");

        private readonly Dictionary<int, Body> _pages = [];

        public int PageSize { get; set; }

        public bool UpdatesReturnItems { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (latency > TimeSpan.Zero)
                await Task.Delay(latency, cancellationToken);
            string operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            Body body = operation switch
            {
                "GetItem" => Item,
                "UpdateItem" => UpdatesReturnItems ? Attributes : Empty,
                "Query" or "Scan" => Page(),
                "BatchGetItem" => await FoundAsync(request, cancellationToken),
                _ => Empty,
            };
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body.Content), RequestMessage = request };
            response.Headers.TryAddWithoutValidation("x-amz-crc32", body.Checksum);
            response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.0");
            return response;
        }

        private static Body BodyOf(string json)
        {
            byte[] content = Encoding.UTF8.GetBytes(json);
            return new Body(content, Crc32.HashToUInt32(content).ToString(CultureInfo.InvariantCulture));
        }

        private static async Task<Body> FoundAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            JsonNode body = (await JsonNode.ParseAsync(
                await request.Content!.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken))!;
            (string table, JsonNode? keys) = body["RequestItems"]!.AsObject().Single();
            IEnumerable<string> items = keys!["Keys"]!.AsArray().Select(key => ItemOf((string)key!["user_id"]!["S"]!));
            return BodyOf("{\"Responses\":{" + JsonSerializer.Serialize(table) + ":[" + string.Join(',', items) + "]},\"UnprocessedKeys\":{}}");
        }

        private Body Page()
        {
            lock (_pages)
            {
                if (!_pages.TryGetValue(PageSize, out Body? page))
                {
                    string items = string.Join(',', Enumerable.Range(1, PageSize).Select(i => ItemOf($"fake-{i}", isProjected: true)));
                    _pages[PageSize] = page = BodyOf($"{{\"Count\":{PageSize},\"ScannedCount\":{PageSize},\"Items\":[{items}]}}");
                }

                return page;
            }
        }

        private sealed record Body(byte[] Content, string Checksum);
    }
}

using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.Runtime;

namespace UserStore.Fuzzing.Targets;

/// <summary>Responds to every read with an empty page, and keeps the last request.</summary>
internal sealed class QueryWire : HttpClientFactory
{
    public byte[]? LastRequest { get; set; }

    public AmazonDynamoDBClient CreateClient() => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1", AuthenticationRegion = "us-east-1", HttpClientFactory = this });

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this), disposeHandler: false);

    /// <summary>Checks that a request reads the table of the store, from a key of the table and of the query's partition.</summary>
    public string? ProblemOfLastRequest(PageCall call)
    {
        if (LastRequest is null)
            return "A page was read without a request.";
        using JsonDocument request = JsonDocument.Parse(LastRequest);
        if (request.RootElement.GetProperty("TableName").GetString() != "Users")
            return "Another table was read.";
        if (!request.RootElement.TryGetProperty("ExclusiveStartKey", out JsonElement key))
            return null; // the token continued from the beginning
        string[] names = [.. key.EnumerateObject().Select(attribute => attribute.Name).Order(StringComparer.Ordinal)];
        if (!names.SequenceEqual(call.KeyAttributes))
            return $"The request continues from a key of {string.Join(", ", names)}.";
        return key.TryGetProperty("status", out JsonElement status) && status.GetProperty("S").GetString() != "active"
            ? "The request continues from another partition."
            : null;
    }

    private sealed class Handler(QueryWire wire) : HttpMessageHandler
    {
        private static readonly byte[] Page = """{"Count":0,"ScannedCount":0,"Items":[]}"""u8.ToArray();
        private static readonly string Checksum = Crc32.HashToUInt32(Page).ToString(CultureInfo.InvariantCulture);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            wire.LastRequest = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Page), RequestMessage = request };
            response.Headers.TryAddWithoutValidation("x-amz-crc32", Checksum);
            response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.0");
            return response;
        }
    }
}

using System.IO.Hashing;
using System.Net;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Connections on which a test responds to the requests.</summary>
internal sealed class CannedWire(Func<HttpRequestMessage, HttpResponseMessage> respond) : HttpClientFactory
{
    private static readonly BasicAWSCredentials Credentials = new("local", "local");

    public int Requests { get; private set; }

    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK)
        => new(status) { Content = new StringContent(body) };

    /// <summary>Returns a content whose length is not known in advance, as that of a body that is decompressed.</summary>
    public static HttpContent WithoutLength(byte[] body) => new StreamContent(new Unseekable(body));

    /// <summary>Adds the checksum that DynamoDB sends.</summary>
    public static async Task<HttpResponseMessage> WithChecksumAsync(HttpResponseMessage response, bool isRight = true)
    {
        uint checksum = Crc32.HashToUInt32(await response.Content.ReadAsByteArrayAsync());
        response.Headers.Add("x-amz-crc32", $"{(isRight ? checksum : checksum ^ 1)}");
        return response;
    }

    /// <summary>Creates a client of UserStore.</summary>
    public UserStoreClient CreateClient() => new(Credentials, Configure(retries: 0));

    /// <summary>Creates a client that retries by itself, as an application does.</summary>
    public AmazonDynamoDBClient CreateClient(int retries) => new(Credentials, Configure(retries));

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this));

    private AmazonDynamoDBConfig Configure(int retries) => new()
    {
        ServiceURL = $"http://{Guid.NewGuid():N}.test", // the SDK limits the retries of all clients with one address
        HttpClientFactory = this,
        RetryMode = RequestRetryMode.Standard,
        MaxErrorRetry = retries,
    };

    private HttpResponseMessage Respond(HttpRequestMessage request)
    {
        Requests++;
        HttpResponseMessage response = respond(request);
        response.RequestMessage = request;
        return response;
    }

    private sealed class Handler(CannedWire wire) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(wire.Respond(request));
    }

    private sealed class Unseekable(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}

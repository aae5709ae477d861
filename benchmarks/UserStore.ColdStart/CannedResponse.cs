using System.Globalization;
using System.IO.Hashing;
using System.Net;
using Amazon.DynamoDBv2;
using Amazon.Runtime;

namespace UserStore.ColdStart;

/// <summary>Responds with one user to every request, below the SDK's HTTP layer and without a network.</summary>
internal sealed class CannedResponse : HttpClientFactory
{
    public static BasicAWSCredentials Credentials => new("local", "local");

    public static AmazonDynamoDBConfig Config
        => new() { ServiceURL = "http://127.0.0.1:1", AuthenticationRegion = "us-east-1", HttpClientFactory = new CannedResponse() };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler());

    private sealed class Handler : HttpMessageHandler
    {
        private static readonly byte[] Item =
            """
            {"Item":{"user_id":{"S":"fake-1"},"email":{"S":"fake-1@example.test"},"name":{"S":"Fake User"},"status":{"S":"active"},
            "created_at":{"S":"2026-01-01T00:00:00.0000000Z"},"updated_at":{"S":"2026-01-01T00:00:00.0000000Z"},"age":{"N":"42"},
            "tags":{"L":[{"S":"admin"},{"S":"beta"}]},"version":{"N":"3"},"write_id":{"S":"~0Hs8Kc1QxBBBBBBBB"},
            "birth_id":{"S":"~0Hs8Kc1QxAAAAAAAA"}}}
            """u8.ToArray();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Item), RequestMessage = request };
            response.Headers.TryAddWithoutValidation("x-amz-crc32", Crc32.HashToUInt32(Item).ToString(CultureInfo.InvariantCulture));
            response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.0");
            return Task.FromResult(response);
        }
    }
}

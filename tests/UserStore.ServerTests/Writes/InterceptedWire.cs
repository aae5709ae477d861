using System.Net;
using System.Text;
using Amazon.Runtime;

namespace UserStore.ServerTests.Writes;

/// <summary>The wire of a client whose requests a test passes to the server, or responds to as the service would.</summary>
/// <param name="respond">Returns the response to a request. It gets the request, its operation, and what sends it to the server.</param>
internal sealed class InterceptedWire(Func<HttpRequestMessage, string, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> respond)
    : HttpClientFactory
{
    private static readonly HttpMessageInvoker Network = new(new SocketsHttpHandler());

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(respond));

    /// <summary>Creates an error of the service.</summary>
    public static HttpResponseMessage Error(HttpStatusCode status, string code) => new(status)
    {
        Content = new StringContent(
            $$"""{"__type":"com.amazon.coral.service#{{code}}","message":"An injected fault."}""", Encoding.UTF8, "application/x-amz-json-1.0"),
    };

    /// <summary>Loses a response.</summary>
    public static HttpRequestException Lost(HttpResponseMessage response)
    {
        response.Dispose();
        return new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was closed: an injected fault.");
    }

    private sealed class Handler(Func<HttpRequestMessage, string, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> respond) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            return respond(request, operation, () =>
            {
                request.RequestUri = new Uri(LocalServer.Shared.Endpoint, request.RequestUri!.PathAndQuery);
                return Network.SendAsync(request, cancellationToken);
            });
        }
    }
}

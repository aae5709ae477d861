using System.Net;
using System.Text;
using Amazon.Runtime;

namespace UserStore.ServerTests.Writes;

/// <summary>The wire of a client whose requests a test passes to the server, or answers as the service would.</summary>
/// <param name="answer">Returns the response to a request. It gets the request, its operation, and what sends it to the server.</param>
internal sealed class InterceptedWire(Func<HttpRequestMessage, string, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> answer)
    : HttpClientFactory
{
    private static readonly HttpMessageInvoker Network = new(new SocketsHttpHandler());

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(answer));

    /// <summary>Creates an error of the service.</summary>
    public static HttpResponseMessage Error(HttpStatusCode status, string code) => new(status)
    {
        Content = new StringContent(
            $$"""{"__type":"com.amazon.coral.service#{{code}}","message":"As requested by the test."}""", Encoding.UTF8, "application/x-amz-json-1.0"),
    };

    /// <summary>Loses a response.</summary>
    public static HttpRequestException Lost(HttpResponseMessage response)
    {
        response.Dispose();
        return new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was closed, as requested by the test.");
    }

    private sealed class Handler(Func<HttpRequestMessage, string, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            return answer(request, operation, () =>
            {
                request.RequestUri = new Uri(LocalServer.Shared.Endpoint, request.RequestUri!.PathAndQuery);
                return Network.SendAsync(request, cancellationToken);
            });
        }
    }
}

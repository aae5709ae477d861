using System.Collections.Concurrent;
using Amazon.Runtime;

namespace UserStore.ContractTests.Stores;

/// <summary>Notes every HTTP request that a client sends, by the operation it asks for.</summary>
public sealed class RequestLog : HttpClientFactory
{
    private readonly ConcurrentQueue<string> _operations = new();

    public IReadOnlyList<string> Operations => [.. _operations];

    public void Clear() => _operations.Clear();

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        => new(new Handler(_operations) { InnerHandler = new SocketsHttpHandler() });

    private sealed class Handler(ConcurrentQueue<string> operations) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            operations.Enqueue(request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1]);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

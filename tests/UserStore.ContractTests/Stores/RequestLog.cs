using System.Collections.Concurrent;
using Amazon.Runtime;

namespace UserStore.ContractTests.Stores;

/// <summary>Notes every HTTP request that a client sends, by the operation it asks for, and lets something happen before one.</summary>
public sealed class RequestLog : HttpClientFactory
{
    private readonly ConcurrentQueue<string> _operations = new();

    public IReadOnlyList<string> Operations => [.. _operations];

    /// <summary>Gets or sets what happens once, just before the next request for an operation leaves: what another client does meanwhile.</summary>
    public (string Operation, Func<Task> Action)? Before { get; set; }

    public void Clear() => _operations.Clear();

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        => new(new Handler(this) { InnerHandler = new SocketsHttpHandler() });

    private sealed class Handler(RequestLog log) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            log._operations.Enqueue(operation);
            if (log.Before is { } before && before.Operation == operation)
            {
                log.Before = null;
                await before.Action();
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}

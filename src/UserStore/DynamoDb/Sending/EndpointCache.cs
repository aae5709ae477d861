using System.Collections.Concurrent;
using Amazon.Runtime.Endpoints;

namespace UserStore.DynamoDb.Sending;

/// <summary>Remembers the endpoints that the SDK resolved. It resolves one for every request, which takes as long as signing the request, although a
/// client has only as many as it has accounts and tables.</summary>
/// <param name="provider">The provider of the SDK.</param>
internal sealed class EndpointCache(IEndpointProvider provider) : IEndpointProvider
{
    private const int MaxEntries = 256; // of a client that is given ever new credentials

    private readonly ConcurrentDictionary<Parameters, Endpoint> _endpoints = new();

    /// <inheritdoc/>
    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters key = Parameters.Of(parameters);
        if (!_endpoints.TryGetValue(key, out Endpoint? endpoint))
        {
            endpoint = provider.ResolveEndpoint(parameters);
            if (_endpoints.Count < MaxEntries)
                _endpoints[key] = Copy(endpoint);
        }

        // The pipeline changes the address of the endpoint that it gets.
        return Copy(endpoint);
    }

    private static Endpoint Copy(Endpoint endpoint) => new(endpoint.URL) { Attributes = endpoint.Attributes, Headers = endpoint.Headers };

    /// <summary>All parameters that DynamoDB's endpoints depend on.</summary>
    internal sealed record Parameters(
        object? Region,
        object? UseDualStack,
        object? UseFIPS,
        object? Endpoint,
        object? AccountId,
        object? AccountIdEndpointMode,
        object? IsSearchOperation,
        object? ResourceArn,
        string? ResourceArnList)
    {
        public static Parameters Of(EndpointParameters parameters) => new(
            parameters[nameof(Region)],
            parameters[nameof(UseDualStack)],
            parameters[nameof(UseFIPS)],
            parameters[nameof(Endpoint)],
            parameters[nameof(AccountId)],
            parameters[nameof(AccountIdEndpointMode)],
            parameters[nameof(IsSearchOperation)],
            parameters[nameof(ResourceArn)],
            parameters[nameof(ResourceArnList)] is IEnumerable<string> list ? string.Join(',', list) : null);
    }
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;

namespace UserStore.DynamoDb.Sending;

/// <summary>Determines where the requests of a client are sent to.</summary>
internal static class RequestEndpoint
{
    /// <summary>Returns the address, without user name, password and path; null if the client does not say.</summary>
    public static string? Find(IAmazonDynamoDB? client)
    {
        if (client is IForwardingClient forwarding)
            return Find(forwarding.Target);
        try
        {
            IClientConfig? config = client?.Config;
            string? url = config?.ServiceURL ?? config?.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(new ListTablesRequest())).URL;
            return Uri.TryCreate(url, UriKind.Absolute, out Uri? endpoint) ? $"{endpoint.Scheme}://{endpoint.Authority}/" : null;
        }
        catch (Exception unknown) when (unknown is AmazonClientException or NotSupportedException or NotImplementedException)
        {
            // The application's own client may have no configuration or region.
            return null;
        }
    }
}

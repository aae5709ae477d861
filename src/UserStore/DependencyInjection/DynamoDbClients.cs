using System.Collections.Concurrent;
using Amazon;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.DependencyInjection;

/// <summary>Creates the clients of services that registered none: one for each endpoint and region, shared by the stores that use
/// it. Nothing else receives them, because they do not retry by themselves.</summary>
internal sealed class DynamoDbClients : IDisposable
{
    public const string EndpointVariable = "DYNAMODB_ENDPOINT";

    private const string DefaultRegion = "us-east-1";

    private readonly ConcurrentDictionary<(string? ServiceUrl, string? Region), Lazy<UserStoreClient>> _clients = new();

    public static string? ServiceUrlOf(UserStoreOptions options)
        => options.ServiceUrl ?? (Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint ? endpoint : null);

    /// <summary>Returns the endpoint and region that distinguish clients: stores with the same ones use the same tables.</summary>
    // Two spellings of one address are one server.
    public static (string? ServiceUrl, string? Region) KeyOf(UserStoreOptions options)
        => (Uri.TryCreate(ServiceUrlOf(options), UriKind.Absolute, out Uri? address) ? address.AbsoluteUri : ServiceUrlOf(options), options.Region);

    public IAmazonDynamoDB Get(UserStoreOptions options)
        => _clients.GetOrAdd(KeyOf(options), static key => new(() => Create(key.ServiceUrl, key.Region))).Value;

    public void Dispose()
    {
        foreach (Lazy<UserStoreClient> client in _clients.Values)
        {
            if (client.IsValueCreated)
                client.Value.Dispose();
        }
    }

    internal static UserStoreClient Create(string? serviceUrl, string? region)
    {
        if (serviceUrl is null)
        {
            RegionEndpoint endpoint = region is null
                ? FallbackRegionFactory.GetRegionEndpoint() ?? RegionEndpoint.GetBySystemName(DefaultRegion)
                : RegionEndpoint.GetBySystemName(region);
            return new UserStoreClient(new AmazonDynamoDBConfig { RegionEndpoint = endpoint });
        }

        bool isLocal = new Uri(serviceUrl).IsLoopback;
        var config = new AmazonDynamoDBConfig
        {
            ServiceURL = serviceUrl,
            AuthenticationRegion = region ?? FallbackRegionFactory.GetRegionEndpoint(
                includeInstanceMetadata: false)?.SystemName ?? DefaultRegion,
        };
        return isLocal ? new UserStoreClient(LocalCredentials(), config) : new UserStoreClient(config);
    }

    // A local server may keep separate tables for each access key, so keys that the developer set take precedence.
    private static AWSCredentials LocalCredentials()
        => Environment.GetEnvironmentVariable(EnvironmentVariablesAWSCredentials.ENVIRONMENT_VARIABLE_ACCESSKEY) is { Length: > 0 }
            ? new EnvironmentVariablesAWSCredentials()
            : new BasicAWSCredentials("local", "local");
}

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

    private const string SdkSource = "The endpoint that AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL or the AWS profile sets";

    private const string DefaultRegion = "us-east-1";

    private readonly ConcurrentDictionary<(string? ServiceUrl, string? Region), Lazy<UserStoreClient>> _clients = new();

    /// <summary>Returns the address that the options or the environment set, or null for the endpoint of the region.</summary>
    public static string? ServiceUrlOf(UserStoreOptions options) => FindServiceUrl(options).Url;

    /// <summary>Returns the address that the options or the environment set, and what sets it.</summary>
    public static (string? Url, string Source) FindServiceUrl(UserStoreOptions options)
    {
        if (options.ServiceUrl is not null)
            return (options.ServiceUrl, nameof(options.ServiceUrl));
        return Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint
            ? (endpoint, EndpointVariable)
            : (SdkServiceUrl(), SdkSource);
    }

    /// <summary>Returns the address that the SDK's clients use if none is set in code, by the SDK's own rules: <c>AWS_ENDPOINT_URL_DYNAMODB</c>,
    /// <c>AWS_ENDPOINT_URL</c>, or <c>endpoint_url</c> of the profile, unless they are to be ignored.</summary>
    public static string? SdkServiceUrl() => new AmazonDynamoDBConfig().ServiceURL is { Length: > 0 } url ? url : null;

    /// <summary>Returns the endpoint and region that distinguish clients: stores with the same ones use the same tables.</summary>
    public static (string? ServiceUrl, string? Region) KeyOf(UserStoreOptions options) => (Normalized(ServiceUrlOf(options)), options.Region);

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
        bool isLocal = serviceUrl is not null && new Uri(serviceUrl).IsLoopback;
        // The SDK uses its own address, and the region of the machine to sign for it, which may be that of an endpoint in a VPC.
        if (serviceUrl is null || (!isLocal && Normalized(serviceUrl) == Normalized(SdkServiceUrl())))
        {
            RegionEndpoint endpoint = region is null
                ? FallbackRegionFactory.GetRegionEndpoint() ?? RegionEndpoint.GetBySystemName(DefaultRegion)
                : RegionEndpoint.GetBySystemName(region);
            return new UserStoreClient(new AmazonDynamoDBConfig { RegionEndpoint = endpoint });
        }

        var config = new AmazonDynamoDBConfig
        {
            ServiceURL = serviceUrl,
            AuthenticationRegion = region ?? FallbackRegionFactory.GetRegionEndpoint(
                includeInstanceMetadata: false)?.SystemName ?? DefaultRegion,
        };
        return isLocal ? new UserStoreClient(LocalCredentials(), config) : new UserStoreClient(config);
    }

    // Two spellings of one address are one server.
    private static string? Normalized(string? url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address) ? address.AbsoluteUri : url;

    // A local server may keep separate tables for each access key, so keys that the developer set take precedence.
    private static AWSCredentials LocalCredentials()
        => Environment.GetEnvironmentVariable(EnvironmentVariablesAWSCredentials.ENVIRONMENT_VARIABLE_ACCESSKEY) is { Length: > 0 }
            ? new EnvironmentVariablesAWSCredentials()
            : new BasicAWSCredentials("local", "local");
}

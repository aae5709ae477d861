using System.Reflection;
using Amazon.DynamoDBv2.Endpoints;
using Amazon.DynamoDBv2.Internal;
using Amazon.Runtime.Endpoints;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

public sealed class EndpointCacheTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Fact]
    public void All_parameters_of_an_endpoint_distinguish_it()
        => typeof(EndpointCache.Parameters).GetProperties(Declared).Select(parameter => parameter.Name)
            .Should().BeEquivalentTo(typeof(DynamoDBEndpointParameters).GetProperties(Declared).Select(parameter => parameter.Name));

    [Fact]
    public void Endpoints_are_those_of_the_SDK_the_first_time_and_later()
    {
        var resolved = new AmazonDynamoDBEndpointProvider();
        var cache = new EndpointCache(resolved);
        DynamoDBEndpointParameters[] requests =
        [
            Parameters("eu-central-1"),
            Parameters("us-east-1"),
            Parameters("us-east-1", accountId: "123456789012"),
            Parameters("us-east-1", accountId: "210987654321"),
            Parameters("us-east-1", serviceUrl: "http://127.0.0.1:8000"),
        ];

        foreach (DynamoDBEndpointParameters request in requests.Concat(requests))
        {
            Endpoint endpoint = cache.ResolveEndpoint(request);
            endpoint.Should().BeEquivalentTo(resolved.ResolveEndpoint(request));
            endpoint.URL += "/changed/by/the/pipeline";
        }
    }

    [Fact]
    public void An_endpoint_is_resolved_once()
    {
        var provider = new Counter();
        var cache = new EndpointCache(provider);

        for (int request = 0; request < 3; request++)
        {
            cache.ResolveEndpoint(Parameters("eu-central-1"));
            cache.ResolveEndpoint(Parameters("eu-west-1"));
        }

        provider.Count.Should().Be(2);
    }

    [Fact]
    public void The_number_of_remembered_endpoints_is_limited()
    {
        const int MaxEntries = 256;
        var provider = new Counter();
        var cache = new EndpointCache(provider);
        for (int account = 0; account < MaxEntries + 2; account++)
            cache.ResolveEndpoint(Parameters("eu-central-1", accountId: $"{account}"));
        provider.Count.Should().Be(MaxEntries + 2);

        cache.ResolveEndpoint(Parameters("eu-central-1", accountId: $"{MaxEntries - 1}"));
        provider.Count.Should().Be(MaxEntries + 2, "it was the last for which there was room");
        cache.ResolveEndpoint(Parameters("eu-central-1", accountId: $"{MaxEntries}"));

        provider.Count.Should().Be(MaxEntries + 3);
    }

    private static DynamoDBEndpointParameters Parameters(string region, string? accountId = null, string? serviceUrl = null) => new()
    {
        Region = region,
        UseDualStack = false,
        UseFIPS = false,
        AccountId = accountId,
        AccountIdEndpointMode = "preferred",
        Endpoint = serviceUrl,
        ResourceArn = "users",
    };

    private sealed class Counter : IEndpointProvider
    {
        public int Count { get; private set; }

        public Endpoint ResolveEndpoint(EndpointParameters parameters)
        {
            Count++;
            return new Endpoint("https://dynamodb.example.test");
        }
    }
}

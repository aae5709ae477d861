using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Moq;
using UserStore.DependencyInjection;

namespace UserStore.Tests.DependencyInjection;

/// <summary>The client that stores use if the service registers none.</summary>
public sealed class CreatedClientTests
{
    [Fact]
    public async Task The_created_client_uses_endpoint_and_region_of_the_options()
    {
        await using ServiceProvider provider = new ServiceCollection()
            .AddUserStore(options => (options.ServiceUrl, options.Region) = ("http://localhost:1", "eu-central-1")).Services
            .BuildServiceProvider(AddUserStoreTests.Strict);

        IClientConfig config = StoreServices.ClientOf<User>(provider).Config;

        config.ServiceURL.Should().Be("http://localhost:1/");
        config.AuthenticationRegion.Should().Be("eu-central-1");
        config.MaxErrorRetry.Should().Be(0, "the store's own retries are enough");
    }

    [Fact]
    public void The_created_client_for_a_region_uses_the_endpoint_of_the_service()
    {
        using AmazonDynamoDBClient client = DynamoDbClients.Create(serviceUrl: null, region: "ap-southeast-2");

        client.Config.RegionEndpoint.SystemName.Should().Be("ap-southeast-2");
        client.Config.ServiceURL.Should().BeNull();
    }

    [Fact]
    public void Stores_with_equal_settings_share_a_client_and_others_have_separate_clients()
    {
        using var clients = new DynamoDbClients();

        IAmazonDynamoDB client = clients.Get(new UserStoreOptions { ServiceUrl = "http://localhost:1" });

        clients.Get(new UserStoreOptions { ServiceUrl = "http://localhost:1", TableNamePrefix = "x" }).Should().BeSameAs(client);
        clients.Get(new UserStoreOptions { ServiceUrl = "http://localhost:2" }).Should().NotBeSameAs(client);
    }

    [Fact]
    public async Task The_created_client_is_not_published_and_is_disposed_of_with_the_container()
    {
        IAmazonDynamoDB client;
        await using (ServiceProvider provider = new ServiceCollection()
            .AddUserStore(options => options.ServiceUrl = "http://localhost:1").Services.BuildServiceProvider(AddUserStoreTests.Strict))
        {
            _ = provider.GetRequiredService<IUserStore>();
            client = StoreServices.ClientOf<User>(provider);

            provider.GetService<IAmazonDynamoDB>().Should().BeNull("it does not retry by itself");
        }

        Func<Task> send = () => client.ListTablesAsync();
        await send.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_another_component_registers_where_there_is_none_is_its_own_and_the_one_of_the_store(bool registeredFirst)
    {
        IAmazonDynamoDB own = Mock.Of<IAmazonDynamoDB>();
        ServiceCollection services = new();
        if (registeredFirst)
            services.TryAddSingleton(own);
        services.AddUserStore(options => options.ServiceUrl = "http://localhost:1");
        services.TryAddSingleton(own);
        await using ServiceProvider provider = services.BuildServiceProvider(AddUserStoreTests.Strict);

        provider.GetRequiredService<IAmazonDynamoDB>().Should().BeSameAs(own);
        StoreServices.ClientOf<User>(provider).Should().BeSameAs(own);
    }
}

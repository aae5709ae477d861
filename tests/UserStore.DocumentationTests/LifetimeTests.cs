using Microsoft.Extensions.DependencyInjection;
using UserStore.Replication;

namespace UserStore.DocumentationTests;

/// <summary>The guide to lifetimes lists what the packages register.</summary>
public sealed class LifetimeTests
{
    private static readonly ServiceDescriptor[] Registered =
    [
        .. new ServiceCollection().AddUserStore<User>()
            .AddMigrations(options => options.Migrations.AddCreateTables())
            .AddReplication<User, View, Projection>().Services
            .Where(service => service.ServiceType is { IsPublic: true } or { IsNestedPublic: true }
                && service.ServiceType.Namespace!.StartsWith("UserStore", StringComparison.Ordinal)
                && !service.ServiceType.Name.Contains("Options", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Everything_that_is_registered_is_a_singleton_and_is_in_the_guide()
    {
        IEnumerable<string> spans = new Page("docs/lifetimes.md").CodeSpans.Select(span => span.Split('<')[0]);
        string[] explained = ["IUserChangeHandler", "IUserProjection"]; // as "handlers of changes and projections"

        Registered.Should().HaveCountGreaterThan(7).And.OnlyContain(service => service.Lifetime == ServiceLifetime.Singleton);
        Registered.Select(service => service.ServiceType.Name.Split('`')[0]).Except(explained).Should().BeSubsetOf(spans);
    }

    [Fact]
    public void A_client_of_the_application_is_not_disposed_of()
    {
        var client = new Moq.Mock<Amazon.DynamoDBv2.IAmazonDynamoDB>();
        client.Setup(dynamo => dynamo.Config).Returns(new Amazon.DynamoDBv2.AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:9" });
        ServiceProvider provider = new ServiceCollection().AddSingleton(client.Object).AddUserStore().Services.BuildServiceProvider();
        provider.GetRequiredService<IUserStore>();

        provider.Dispose();

        client.Verify(dynamo => dynamo.Dispose(), Moq.Times.Never);
    }

    [Amazon.DynamoDBv2.DataModel.DynamoDBTable("Views")]
    public sealed class View
    {
        [Amazon.DynamoDBv2.DataModel.DynamoDBHashKey]
        public string Id { get; set; } = "";
    }

    private sealed class Projection : IUserProjection<User, View>
    {
        public View Project(User user) => new() { Id = user.UserId };
    }
}

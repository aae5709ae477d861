using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.Migrations.Running;

namespace UserStore.Tests.Migrations.Running;

public sealed class UnrecordedAccessTests
{
    [Theory]
    [InlineData(typeof(TakesClient), typeof(IAmazonDynamoDB))]
    [InlineData(typeof(TakesConcreteClient), typeof(AmazonDynamoDBClient))]
    [InlineData(typeof(TakesStore), typeof(IUserStore<User>))]
    [InlineData(typeof(TakesLazyStore), typeof(Func<DynamoDbUserStore>))]
    [InlineData(typeof(TakesProvider), typeof(IServiceProvider))]
    [InlineData(typeof(TakesRepository), typeof(IUserStore))]
    [InlineData(typeof(TakesHarmless), null)]
    public void A_service_that_writes_outside_the_context_is_detected(Type migration, Type? service)
    {
        ServiceCollection services = [];
        services.AddSingleton<IRepository, Repository>().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);

        UnrecordedAccess.FindIn(migration, services).Should().Be(service);
    }

    private class Plain(string id) : Migration(id)
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    private interface IRepository;

    private sealed class Repository : IRepository
    {
        public Repository(ILogger<Repository> logger, IUserStore store) => (Logger, Store) = (logger, store);

        public ILogger Logger { get; }

        public IUserStore Store { get; }
    }

#pragma warning disable CS9113 // only the types of the parameters matter
    private sealed class TakesClient(IAmazonDynamoDB client) : Plain("1");

    private sealed class TakesConcreteClient(AmazonDynamoDBClient client) : Plain("1");

    private sealed class TakesStore(TimeProvider time, IUserStore<User> store) : Plain("1");

    private sealed class TakesLazyStore(Func<DynamoDbUserStore> store) : Plain("1");

    private sealed class TakesProvider(IServiceProvider provider) : Plain("1");

    private sealed class TakesRepository(IRepository repository) : Plain("1");

    private sealed class TakesHarmless(TimeProvider time, ILoggerFactory log) : Plain("1");
#pragma warning restore CS9113
}

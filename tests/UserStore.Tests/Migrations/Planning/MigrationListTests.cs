using System.Reflection;
using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.Migrations.Planning;
using UserStore.Tests.Documentation;

namespace UserStore.Tests.Migrations.Planning;

public sealed class MigrationListTests
{
    private readonly MigrationList _list = new();
    private readonly ServiceCollection _services = [];

    [Fact]
    public void Constructors_get_services_and_migrations_sort_by_id()
    {
        _services.AddSingleton(TimeProvider.System);
        _list.Add<AddCity>().Add<AddCity>().Add("20200101000000_first", (_, _) => Task.CompletedTask).Add(new Plain("20300101000000_last"));

        MigrationSource source = Load();

        source.Ids.Should().Equal("20200101000000_first", "20261121093000_add_city", "20300101000000_last");
        source["20261121093000_add_city"].Should().BeOfType<AddCity>();
    }

    [Fact]
    public void All_migrations_of_an_assembly_are_found()
    {
        _services.AddSingleton(TimeProvider.System);
        _list.AddFromAssembly(new FewTypes(typeof(AddCity), typeof(UndoableMigration), typeof(string)));

        Load().Ids.Should().Equal("20261121093000_add_city");
        new MigrationList().AddFromAssembly(typeof(User).Assembly).Registrations.Should().BeEmpty("the built-in ones are added by name");
    }

    [Fact]
    public void Ids_with_another_number_of_digits_are_refused()
    {
        _list.Add(new Plain("9_a")).Add(new Plain("10_b"));

        InvalidMigrationException refused = this.Invoking(_ => Load()).Should().Throw<InvalidMigrationException>().Which;

        refused.Message.Should().Contain("'9_a'").And.Contain("'10_b'").And.Contain("digits");
    }

    [Fact]
    public void A_malformed_id_on_a_class_is_refused_by_name()
    {
        _list.Add<WithWrongId>();

        this.Invoking(_ => Load()).Should().Throw<InvalidMigrationException>().Which.MigrationId.Should().Be("attribute");
    }

    [Fact]
    public void Two_migrations_with_one_id_are_refused_by_id_and_classes()
    {
        _list.Add(new Plain("1_a")).Add("1_a", (_, _) => Task.CompletedTask);

        this.Invoking(_ => Load()).Should().Throw<InvalidMigrationException>().Which.Message.Should().Contain("1_a").And.Contain(nameof(Plain));
    }

    [Theory]
    [InlineData(typeof(TakesClient), typeof(IAmazonDynamoDB))]
    [InlineData(typeof(TakesConcreteClient), typeof(AmazonDynamoDBClient))]
    [InlineData(typeof(TakesStore), typeof(IUserStore<User>))]
    [InlineData(typeof(TakesLazyStore), typeof(Func<DynamoDbUserStore>))]
    [InlineData(typeof(TakesProvider), typeof(IServiceProvider))]
    [InlineData(typeof(TakesRepository), typeof(IUserStore))]
    [InlineData(typeof(TakesHarmless), null)]
    public void What_reaches_tables_past_the_context_is_found(Type migration, Type? bypass)
    {
        _services.AddSingleton<IRepository, Repository>().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        typeof(MigrationList).GetMethod("Add", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(_list, [migration]);

        _list.Registrations.Single().FindBypass(_services).Should().Be(bypass);
    }

    [Fact]
    public void What_a_function_captures_is_found()
    {
        IAmazonDynamoDB client = Mock.Of<IAmazonDynamoDB>();
        int number = 7;
        _list.Add("1_captures", (_, token) => client.PutItemAsync(null, token));
        _list.Add("2_harmless", (_, _) => Task.FromResult(number));
        _list.Add("3_undo", (_, _) => Task.CompletedTask, (_, token) => client.PutItemAsync(null, token));
        foreach (string inner in new[] { "4_inner" })
            _list.Add(inner, (_, token) => client.PutItemAsync(inner, null, token));
        _list.Add("5_static", static (_, _) => Task.CompletedTask);

        _list.Registrations.Select(registration => registration.FindBypass(_services)).Should().Equal(
            typeof(IAmazonDynamoDB), typeof(IAmazonDynamoDB), typeof(IAmazonDynamoDB), typeof(IAmazonDynamoDB), null);
    }

    private MigrationSource Load() => MigrationSource.Load(_list, _services.BuildServiceProvider());

    private sealed class FewTypes(params Type[] types) : Assembly
    {
        public override Type[] GetTypes() => types;
    }

    private class Plain(string id) : Migration(id)
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    [Migration("attribute")]
    private sealed class WithWrongId : Migration
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

#pragma warning disable CS9113 // the parameters are looked at by their types only
    private sealed class TakesClient(IAmazonDynamoDB client) : Plain("1");

    private sealed class TakesConcreteClient(AmazonDynamoDBClient client) : Plain("1");

    private sealed class TakesStore(TimeProvider time, IUserStore<User> store) : Plain("1");

    private sealed class TakesLazyStore(Func<DynamoDbUserStore> store) : Plain("1");

    private sealed class TakesProvider(IServiceProvider provider) : Plain("1");

    private sealed class TakesRepository(IRepository repository) : Plain("1");

    private sealed class TakesHarmless(TimeProvider time, ILoggerFactory log) : Plain("1");
#pragma warning restore CS9113
}

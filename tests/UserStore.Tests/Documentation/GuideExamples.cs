using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using UserStore.Schema;
using UserStore.Testing;

namespace UserStore.Tests.Documentation;

public sealed class Address
{
    [DynamoDBProperty("street")]
    public string? Street { get; set; }
}

public record TravellingUser : User
{
    [DynamoDBProperty("address")]
    public Address? Address { get; init; }

    [DynamoDBProperty("visits")]
    public List<int> Visits { get; init; } = [];
}

public static class Registration
{
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(List<int>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(Address))]
    public static void AddUsers(IServiceCollection services) => services.AddUserStore<TravellingUser>();
}

/// <summary>Compiles and runs the code of the guides that is in no other example.</summary>
public sealed class GuideExamples
{
    [Fact]
    public void The_example_that_binds_options_in_the_code_of_the_application_rejects_unknown_settings_and_quotes_those_it_cannot_convert()
    {
        Bound(("UserStore:TableNamePrefix", "fake-")).TableNamePrefix.Should().Be("fake-");
        FluentActions.Invoking(() => Bound(("UserStore:TableNamePrefx", "fake-"))).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => Bound(("UserStore:Privacy:HashKey", "fake secret"))).Should().Throw<InvalidOperationException>()
            .WithMessage("*fake secret*", "the guide warns of it");

        static UserStoreOptions Bound(params (string Name, string Value)[] settings)
        {
            IConfiguration configuration = new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
            var services = new ServiceCollection();
            services.AddUserStore(options => configuration.GetSection("UserStore").Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
            using ServiceProvider provider = services.BuildServiceProvider();
            return provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName);
        }
    }

    [Fact]
    public void The_example_of_items_that_cannot_be_read_is_valid()
    {
        var services = new ServiceCollection();
        services.AddUserStore(options =>
        {
            options.UnreadableUsers = UnreadableUsers.Report;
            options.OnUnreadableUser = user => Console.WriteLine($"User {user.Key}: {user.AttributeName} ({user.Error})");
        });
        using ServiceProvider provider = services.BuildServiceProvider();

        UserStoreOptions configured = provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName);

        configured.UnreadableUsers.Should().Be(UnreadableUsers.Report);
        configured.OnUnreadableUser!(new UnreadableUser("fake-1", "age", nameof(FormatException)));
    }

    [Fact]
    public async Task The_example_of_a_conflict_runs()
    {
        var users = new InMemoryUserStore();
        User user = await users.CreateAsync(FakeUsers.Create(1));
        await users.UpdateAsync(user with { Age = 5 });

        try
        {
            await users.UpdateAsync(user with { Name = "Fake Renamed" });
        }
        catch (UserConflictException)
        {
            user = await users.GetAsync(user.UserId, ReadConsistency.Strong);
            await users.UpdateAsync(user with { Name = "Fake Renamed" });
        }

        User stored = await users.GetAsync("fake-1");
        (stored.Name, stored.Age, stored.Version).Should().Be(("Fake Renamed", 5, 3));
    }

    [Fact]
    public async Task The_example_of_a_range_runs()
    {
        var users = new InMemoryUserStore();
        await users.CreateAsync(FakeUsers.Create(1) with { Status = UserStatus.Active });

        var lastWeek = new UserQuery<User>("status-index", UserStatus.Active)
        {
            SortKey = SortKeyCondition.AtLeast(DateTimeOffset.UtcNow.AddDays(-7)),
            PinSortKey = true,
            Direction = QueryDirection.Descending,
        };

        (await users.QueryPageAsync(lastWeek)).Users.Should().ContainSingle();
    }

    [Fact]
    public void The_example_of_token_keys_runs()
    {
        ServiceCollection services = new();
        (byte[] newKey, byte[] oldKey) = (new byte[32], new byte[32]);

        services.AddUserStore(options =>
        {
            options.TokenKeys.Add(newKey);
            options.TokenKeys.Add(oldKey);
        });

        using ServiceProvider provider = services.BuildServiceProvider();
        provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName).TokenKeys.Should().HaveCount(2);
    }

    [Fact]
    public async Task The_example_of_a_data_file_starts_a_server()
    {
        string dataFolder = Directory.CreateTempSubdirectory("userstore-").FullName;
        var options = new LocalDynamoDbOptions { DataFile = Path.Combine(dataFolder, "users.db") };
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync(options);

        server.Description.Should().Contain(server.Endpoint.Authority);
        await server.DisposeAsync();
        Directory.Delete(dataFolder, recursive: true);
    }

    [Fact]
    public async Task The_example_of_telemetry_listens()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        var users = new UserStore.DynamoDb.DynamoDbUserStore(server.CreateClient(), new UserStoreOptions { TableNamePrefix = "test-" });
        using TracerProvider traces = Sdk.CreateTracerProviderBuilder().AddSource(UserStoreTelemetry.ActivitySourceName).Build();
        using MeterProvider metrics = Sdk.CreateMeterProviderBuilder().AddMeter(UserStoreTelemetry.MeterName).Build();

        await users.EnsureTablesAsync();

        traces.ForceFlush().Should().BeTrue();
        metrics.ForceFlush().Should().BeTrue();
    }

    [Fact]
    public void The_example_of_a_policy_runs()
    {
        UserStoreSchema schema = UserStoreSchema.For<AppUser>(new UserStoreOptions { TableNamePrefix = "myservice-" });
        var where = new UserStorePolicyOptions { AccountId = "123456789012", Region = "eu-central-1", Migrations = schema.MigrationTables() };
        string policy = UserStorePolicy.Create(schema, UserStoreRole.ReadWrite, where);

        policy.Should().Contain("myservice-Users/index/city-index");
    }

    [Fact]
    public void The_example_of_rooting_registers_a_type_with_collections()
    {
        ServiceCollection services = new();

        Registration.AddUsers(services);

        services.Should().Contain(service => service.ServiceType == typeof(IUserStore<TravellingUser>));
    }
}

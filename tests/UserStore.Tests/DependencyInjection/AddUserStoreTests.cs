using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moq;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Tests.DependencyInjection;

public sealed class AddUserStoreTests
{
    [Fact]
    public async Task AddUserStore_registers_both_interfaces_as_one_store()
    {
        await using ServiceProvider provider = new ServiceCollection().AddUserStore(UseLocalAddress).Services.BuildServiceProvider(Strict);

        IUserStore store = provider.GetRequiredService<IUserStore>();

        store.Should().BeOfType<DynamoDbUserStore>();
        provider.GetRequiredService<IUserStore<User>>().Should().BeSameAs(store);
        provider.GetRequiredService<IUserBatchWriter<User>>().Should().BeOfType<DynamoDbUserBatchWriter<User>>();
        provider.GetRequiredService<IUniqueValueAudit<User>>().Should().BeOfType<DynamoDbUniqueValueAudit<User>>();
    }

    [Fact]
    public async Task AddUserStore_of_a_type_registers_the_generic_interface()
    {
        await using ServiceProvider provider = new ServiceCollection().AddUserStore<Member>(UseLocalAddress).Services.BuildServiceProvider(Strict);

        provider.GetRequiredService<IUserStore<Member>>().Should().BeOfType<DynamoDbUserStore<Member>>();
        provider.GetRequiredService<IUserBatchWriter<Member>>().Should().BeOfType<DynamoDbUserBatchWriter<Member>>();
        provider.GetRequiredService<IUniqueValueAudit<Member>>().Should().BeOfType<DynamoDbUniqueValueAudit<Member>>();
        provider.GetService<IUserStore>().Should().BeNull();
    }

    [Fact]
    public async Task Registering_twice_registers_once_and_applies_both_configurations()
    {
        ServiceCollection services = new();
        services.AddUserStore(UseLocalAddress);
        int count = services.Count(service => service.ServiceType == typeof(IUserStore));

        UserStoreBuilder builder = services.AddUserStore(options => options.TableNamePrefix = "second-");

        services.Count(service => service.ServiceType == typeof(IUserStore)).Should().Be(count).And.Be(1);
        await using ServiceProvider provider = services.BuildServiceProvider(Strict);
        UserStoreOptions options = OptionsOf(provider, builder);
        (options.ServiceUrl, options.TableNamePrefix).Should().Be(("http://localhost:1", "second-"));
        provider.GetRequiredService<IUserStore>().Should().NotBeNull();
    }

    [Fact]
    public async Task Stores_of_two_types_have_separate_options()
    {
        ServiceCollection services = new();
        UserStoreBuilder users = services.AddUserStore(
            options => (options.ServiceUrl, options.TableNamePrefix) = ("http://localhost:1", "a-"));
        UserStoreBuilder members = services.AddUserStore<Member>(
            options => (options.ServiceUrl, options.TableNamePrefix) = ("http://localhost:2", "b-"));
        await using ServiceProvider provider = services.BuildServiceProvider(Strict);

        OptionsOf(provider, users).TableNamePrefix.Should().Be("a-");
        OptionsOf(provider, members).TableNamePrefix.Should().Be("b-");
        provider.GetRequiredService<IUserStore>().Should().NotBeSameAs(provider.GetRequiredService<IUserStore<Member>>());
        provider.GetRequiredKeyedService<IDynamoDBContext>(typeof(User)).Should().NotBeSameAs(
            provider.GetRequiredKeyedService<IDynamoDBContext>(typeof(Member)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_of_the_service_is_used_and_not_disposed(bool registeredFirst)
    {
        var client = new Mock<IAmazonDynamoDB>();
        client.Setup(c => c.TransactWriteItemsAsync(It.IsAny<TransactWriteItemsRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new TransactWriteItemsResponse());
        ServiceCollection services = new();
        if (registeredFirst)
            services.AddSingleton(client.Object);
        services.AddUserStore();
        services.AddUserStore<Member>(options => options.UsersTable = "Members");
        if (!registeredFirst)
            services.AddSingleton(client.Object);

        await using (ServiceProvider provider = services.BuildServiceProvider(Strict))
        {
            await provider.GetRequiredService<IUserStore>().CreateAsync(FakeUsers.Create(1));
            await provider.GetRequiredService<IUserStore<Member>>().CreateAsync(FakeUsers.Create<Member>(1));
        }

        client.Verify(
            c => c.TransactWriteItemsAsync(It.IsAny<TransactWriteItemsRequest>(), It.IsAny<CancellationToken>()), Times.Exactly(2));
        client.Verify(c => c.Dispose(), Times.Never);
    }

    [Fact]
    public async Task A_clock_of_the_service_is_used()
    {
        FakeClock clock = new();
        var client = new Mock<IAmazonDynamoDB>();
        client.Setup(c => c.TransactWriteItemsAsync(It.IsAny<TransactWriteItemsRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new TransactWriteItemsResponse());
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(clock).AddSingleton(client.Object).AddUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider(Strict);

        User created = await provider.GetRequiredService<IUserStore>().CreateAsync(new User());

        created.CreatedAt.Should().Be(clock.GetUtcNow());
    }

    [Fact]
    public async Task Settings_of_tables_are_bound_from_configuration()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["EncryptionKey"] = "alias/users",
            ["TableClass"] = "StandardInfrequentAccess",
            ["Tags:team"] = "identity",
            ["MaxReadRequestUnits"] = "20000",
            ["MaxWriteRequestUnits"] = "5000",
            ["WarmReadUnitsPerSecond"] = "15000",
            ["WarmWriteUnitsPerSecond"] = "4500",
            ["PointInTimeRecovery"] = "true",
            ["PointInTimeRecoveryDays"] = "7",
        }).Build();
        ServiceCollection services = new();
        UserStoreBuilder builder = services.AddUserStore(configuration);
        await using ServiceProvider provider = services.BuildServiceProvider(Strict);

        UserStoreOptions options = OptionsOf(provider, builder);

        (options.EncryptionKey, options.TableClass).Should().Be(("alias/users", TableStorageClass.StandardInfrequentAccess));
        (options.MaxReadRequestUnits, options.MaxWriteRequestUnits).Should().Be((20_000, 5_000));
        (options.WarmReadUnitsPerSecond, options.WarmWriteUnitsPerSecond).Should().Be((15_000, 4_500));
        (options.PointInTimeRecovery, options.PointInTimeRecoveryDays).Should().Be((true, 7));
        options.Tags.Should().Equal(new Dictionary<string, string> { ["team"] = "identity" });
    }

    [Fact]
    public async Task Options_are_bound_from_configuration()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["UserStore:ServiceUrl"] = "http://localhost:1",
            ["UserStore:TableNamePrefix"] = "prod-",
            ["UserStore:UsersTable"] = "People",
            ["UserStore:IndexNames:status-index"] = "people-by-status",
            ["UserStore:BillingMode"] = "Provisioned",
            ["UserStore:ReadCapacityUnits"] = "7",
            ["UserStore:StreamViewType"] = "NewImage",
            ["UserStore:TableCreationTimeout"] = "00:01:00",
        }).Build();
        ServiceCollection services = new();
        UserStoreBuilder builder = services.AddUserStore(configuration.GetSection("UserStore"));
        UserStoreBuilder members = services.AddUserStore<Member>(configuration.GetSection("UserStore"));
        services.Configure<UserStoreOptions>(members.OptionsName, options => options.ServiceUrl = "http://localhost:2");
        await using ServiceProvider provider = services.BuildServiceProvider(Strict);

        foreach (UserStoreOptions options in new[] { OptionsOf(provider, builder), OptionsOf(provider, members) })
        {
            (
                options.TableNamePrefix,
                options.UsersTable,
                options.BillingMode,
                options.ReadCapacityUnits,
                options.StreamViewType,
                options.TableCreationTimeout)
                .Should().Be(("prod-", "People", TableBillingMode.Provisioned, 7, TableStreamViewType.NewImage, TimeSpan.FromMinutes(1)));
            options.IndexNames.Should().Equal(new Dictionary<string, string> { ["status-index"] = "people-by-status" });
        }
    }

    [Fact]
    public async Task A_section_that_does_not_exist_is_an_error_that_contains_its_path()
    {
        ConfigurationManager configuration = new();
        await using ServiceProvider provider = new ServiceCollection()
            .AddUserStore(configuration.GetSection("Services:UserStore")).Services.BuildServiceProvider(Strict);

        Action start = () => provider.GetRequiredService<IStartupValidator>().Validate();
        Action resolve = () => provider.GetRequiredService<IUserStore>();

        start.Should().Throw<OptionsValidationException>()
            .WithMessage("UserStoreOptions for UserStore.User: the configuration section 'Services:UserStore' does not exist or is empty. Add it,*");
        resolve.Should().Throw<OptionsValidationException>();
    }

    [Fact]
    public async Task A_section_can_be_added_after_the_store_and_an_empty_root_sets_nothing()
    {
        ConfigurationManager configuration = new();
        await using ServiceProvider late = new ServiceCollection()
            .AddUserStore(configuration.GetSection("UserStore")).Services.BuildServiceProvider(Strict);
        await using ServiceProvider root = new ServiceCollection()
            .AddUserStore(new ConfigurationBuilder().Build()).Services.BuildServiceProvider(Strict);

        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["UserStore:TableNamePrefix"] = "late-" });

        late.GetRequiredService<IUserStore>().Should().NotBeNull();
        root.GetRequiredService<IUserStore>().Should().NotBeNull();
    }

    [Fact]
    public async Task An_unknown_key_in_the_configuration_is_an_error()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["TableNamePrefx"] = "prod-" }).Build();
        await using ServiceProvider provider = new ServiceCollection().AddUserStore(configuration).Services.BuildServiceProvider(Strict);

        Action resolve = () => provider.GetRequiredService<IUserStore>();

        resolve.Should().Throw<InvalidOperationException>().WithMessage("*TableNamePrefx*");
    }

    [Fact]
    public void Null_arguments_are_rejected()
    {
        Action[] calls =
        [
            () => UserStoreServiceCollectionExtensions.AddUserStore(null!),
            () => new ServiceCollection().AddUserStore((IConfiguration)null!),
            () => new ServiceCollection().AddUserStore<Member>((IConfiguration)null!),
            () => InMemoryUserStoreServiceCollectionExtensions.AddInMemoryUserStore(null!),
            () => _ = new DynamoDbUserStore(null!, new UserStoreOptions()),
            () => _ = new DynamoDbUserStore(Mock.Of<IAmazonDynamoDB>(), null!),
        ];

        foreach (Action call in calls)
            call.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void A_store_can_be_created_without_dependency_injection()
    {
        using var client = new AmazonDynamoDBClient(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1);

        Action make = () => _ = new DynamoDbUserStore<Member>(client, new UserStoreOptions { TableNamePrefix = "x-" });

        make.Should().NotThrow();
    }

    internal static readonly ServiceProviderOptions Strict = new() { ValidateOnBuild = true, ValidateScopes = true };

    internal static void UseLocalAddress(UserStoreOptions options) => options.ServiceUrl = "http://localhost:1";

    private static UserStoreOptions OptionsOf(IServiceProvider provider, UserStoreBuilder builder)
        => provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(builder.OptionsName);
}

public record Member : User
{
    [DynamoDBProperty("team")]
    [DynamoDBGlobalSecondaryIndexHashKey("team-index")]
    public string? Team { get; init; }
}

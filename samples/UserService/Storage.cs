using System.Security.Cryptography;
using Amazon.Runtime;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.Schema;
using UserStore.Testing;

namespace UserService;

/// <summary>Specifies where the service stores its users.</summary>
internal enum StorageKind
{
    /// <summary>In memory, until the service stops.</summary>
    Memory,

    /// <summary>In a local DynamoDB server that the service starts, with a data file.</summary>
    Local,

    /// <summary>In the DynamoDB that the settings specify.</summary>
    DynamoDb,
}

/// <summary>The place where the users are stored: the DynamoDB that the settings specify, otherwise a local DynamoDB server with a data file,
/// otherwise memory.</summary>
internal sealed class Storage : IAsyncDisposable
{
    private const string LocalPrefix = "demo-";

    // Only for the fake users of the local server and of the memory: a key in source code is no secret. With DynamoDB, the setting
    // UserStore:Privacy:HashKey has the key.
    private static readonly byte[] LocalHashKey = SHA256.HashData("The key of the tombstones of fake users"u8);

    private readonly LocalDynamoDb? _server;
    private readonly IConfigurationSection _settings;
    private readonly string? _endpoint;

    private Storage(StorageKind kind, IConfiguration configuration, LocalDynamoDb? server = null)
    {
        (Kind, _server) = (kind, server);
        (_settings, _endpoint) = (configuration.GetSection("UserStore"), server?.Endpoint.ToString() ?? EndpointOf(configuration));
    }

    public StorageKind Kind { get; }

    /// <summary>Gets what prevents the start of a local server; null if nothing does.</summary>
    public string? WhyInMemory { get; private init; }

    /// <summary>Starts the local server if the settings specify no other storage.</summary>
    /// <exception cref="LocalDynamoDbException">The data file is in use by another process, or is not a data file.</exception>
    /// <exception cref="SettingException">The setting <c>Storage</c> has an unknown value.</exception>
    public static async Task<Storage> OpenAsync(IConfiguration configuration)
    {
        if (configuration.GetSection("UserStore").Exists() || EndpointOf(configuration) is not null)
            return new Storage(StorageKind.DynamoDb, configuration);
        if (string.Equals(configuration["Storage"], "memory", StringComparison.OrdinalIgnoreCase))
            return new Storage(StorageKind.Memory, configuration) { WhyInMemory = "The settings say so." };
        if (configuration["Storage"] is { Length: > 0 } other)
            throw new SettingException($"The setting Storage is '{other}', but must be 'memory' or not set.");

        string dataFile = Path.GetFullPath(configuration["DataFile"] is { Length: > 0 } file ? file : DefaultDataFile());
        try
        {
            LocalDynamoDb server = await LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = dataFile });
            // Without a data file, the server is one that the AWS profile specifies.
            return new Storage(server.DataFile is null ? StorageKind.DynamoDb : StorageKind.Local, configuration, server);
        }
        catch (LocalDynamoDbException missing) when (missing.IsNotInstalled)
        {
            return new Storage(StorageKind.Memory, configuration) { WhyInMemory = missing.Message.Split('\n')[0] };
        }
    }

    /// <summary>Registers the store and its migrations.</summary>
    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton(_ => this); // The container disposes what a function creates.
        UserStoreBuilder store = AddStore(services, _settings, options =>
        {
            options.ServiceUrl ??= _endpoint;
            if (Kind == StorageKind.DynamoDb)
                return;
            options.TableNamePrefix = LocalPrefix;
            options.Privacy.HashKey = LocalHashKey;
        })
            .AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues())
            .RunMigrationsOnStart();
        switch (Kind)
        {
            case StorageKind.Local:
                store.AddMigrations(options => options.Migrations.Add<SampleUsers>());
                break;
            case StorageKind.Memory:
                services.AddInMemoryUserStore().AddHostedService<SampleUsers.InMemory>();
                break;
        }
    }

    /// <summary>Registers the store with the options of the settings, of which <paramref name="configure"/> changes some.</summary>
    public static UserStoreBuilder AddStore(IServiceCollection services, IConfigurationSection settings, Action<UserStoreOptions> configure)
    {
        if (settings.Exists())
            services.AddUserStore(settings);
        return services.AddUserStore(configure);
    }

    /// <summary>Returns the table of the users, and the data file, or the address or Region of DynamoDB, or null for memory.</summary>
    public (string Table, string? Location) Locate(IOptionsMonitor<UserStoreOptions> all)
    {
        UserStoreOptions options = all.Get(typeof(User).FullName);
        return (UserStoreSchema.For<User>(options).Users.Name, Kind switch
        {
            StorageKind.Memory => null,
            StorageKind.Local => _server!.DataFile,
            _ => options.ServiceUrl ?? options.Region ?? FallbackRegionFactory.GetRegionEndpoint()?.SystemName ?? "us-east-1",
        });
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string? EndpointOf(IConfiguration configuration)
    {
        bool ignoresSdk = string.Equals(configuration["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"], "true", StringComparison.OrdinalIgnoreCase);
        string[] names = ignoresSdk ? ["DYNAMODB_ENDPOINT"] : ["DYNAMODB_ENDPOINT", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"];
        return names.Select(name => configuration[name]).FirstOrDefault(value => value is { Length: > 0 });
    }

    private static string DefaultDataFile()
    {
        string folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(folder is "" ? Path.GetTempPath() : folder, "userstore-sample", "users.db");
    }
}

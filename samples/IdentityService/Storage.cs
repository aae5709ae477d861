using System.Security.Cryptography;
using UserStore;
using UserStore.Testing;

namespace IdentityService;

/// <summary>The place where the users are stored: the DynamoDB that the settings specify, otherwise a local DynamoDB server with a data file,
/// otherwise memory.</summary>
internal sealed class Storage : IAsyncDisposable
{
    // Only for the fake users of the local server and of the memory: a key in source code is no secret.
    private static readonly byte[] LocalHashKey = SHA256.HashData("The key of the tombstones of fake users"u8);

    private readonly IConfigurationSection _settings;
    private readonly LocalDynamoDb? _server;

    private Storage(IConfigurationSection settings, string description, LocalDynamoDb? server = null)
        => (_settings, Description, _server) = (settings, description, server);

    public string Description { get; }

    public static async Task<Storage> OpenAsync(IConfiguration configuration)
    {
        IConfigurationSection settings = configuration.GetSection("UserStore");
        if (settings.Exists())
            return new Storage(settings, "DynamoDB");
        try
        {
            string file = configuration["DataFile"] ?? Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "userstore-identity-sample",
                "users.db");
            LocalDynamoDb server = await LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = Path.GetFullPath(file) });
            return new Storage(settings, server.DataFile ?? server.Description, server);
        }
        catch (LocalDynamoDbException missing) when (missing.IsNotInstalled)
        {
            return new Storage(settings, $"memory, until the service stops. {missing.Message.Split('\n')[0]}");
        }
    }

    /// <summary>Registers the store and its migrations, which create the tables.</summary>
    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton(_ => this); // The container disposes what a function creates.
        services.AddOptions<UserStoreOptions>(typeof(AppUser).FullName).Validate(
            options => options.Privacy.HashKey is not null,
            "Set UserStore:Privacy:HashKey to a secret key, which 'openssl rand -base64 32' makes. Without it, users cannot be erased.");
        if (_server is null && !_settings.Exists())
        {
            services.AddInMemoryUserStore<AppUser>();
            return;
        }

        services.AddUserStore<AppUser>()
            .AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues())
            .RunMigrationsOnStart();
    }

    /// <summary>Sets the options of the store.</summary>
    public void Configure(UserStoreOptions options)
    {
        _settings.Bind(options);
        if (_settings.Exists())
            return;
        options.ServiceUrl = _server?.Endpoint.ToString();
        options.Privacy.HashKey = LocalHashKey;
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

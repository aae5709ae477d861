using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.ServerTests.Privacy;

/// <summary>A service with everything that the library offers, whose users have recognizable values, and whose whole output is observed.</summary>
internal sealed class Walk : IAsyncDisposable
{
    /// <summary>In every string.</summary>
    public const string Marker = "zqvxkwmarker";

    /// <summary>In every number.</summary>
    public const int Number = 1837465921;

    private const int MaxElements = 10_000;

    private static readonly string[] Forbidden =
    [
        Marker, $"{Number}", Convert.ToBase64String(Encoding.UTF8.GetBytes(Marker)),
        nameof(OutOfMemoryException), // of a damaged response that is read without an end
    ];

    private readonly ServiceProvider _services;

    public Walk(AmazonDynamoDBClient client, FaultyWire wire, string prefix, UserMapping mapping, TimeProvider time, Action<MigrationOptions> migrations)
    {
        (Client, Wire, Prefix) = (client, wire, prefix);
        ServiceCollection services = [];
        services.AddLogging(logging => logging.AddProvider(Output).SetMinimumLevel(LogLevel.Trace));
        services.AddSingleton<IAmazonDynamoDB>(client);
        services.AddSingleton(time);
        services.AddUserStore<WalkedUser>(options =>
            {
                (options.TableNamePrefix, options.Mapping) = (prefix, mapping);
                options.Privacy.HashKey = [.. Enumerable.Repeat((byte)5, 32)];
                options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
                options.UnreadableUsers = UnreadableUsers.Report;
            })
            .AddMigrations(migrations)
            .AddReservationCleanup<WalkedUser>()
            .AddReplication<WalkedUser, WalkedView, WalkedProjection>()
            .ConfigureChangeDispatch(options => options.MaxAttempts = 2);
        services.AddSingleton<IMigrationReporter, FailingReporter>();
        services.AddUserStore<WalkedProfile>(options =>
        {
            (options.TableNamePrefix, options.UnreadableUsers) = (prefix, UnreadableUsers.Report);
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
            options.Describe<WalkedProfile>(type => type.Classified(profile => profile.Name, UserDataTaxonomy.Personal));
        });
        services.AddUserStore<WalkedPatient>(options =>
        {
            (options.TableNamePrefix, options.Retry.BaseDelay) = (prefix, TimeSpan.FromMilliseconds(1));
            EncryptionScenes.Encrypt(options.Privacy);
        });
        services.AddHealthChecks().AddUserStore<WalkedUser>();
        _services = services.BuildServiceProvider();
        Options = OptionsOf<WalkedUser>();
    }

    public AmazonDynamoDBClient Client { get; }

    public FaultyWire Wire { get; }

    public string Prefix { get; }

    public UserStoreOptions Options { get; }

    public string Table => Prefix + "Users";

    public ObservedOutput Output { get; } = new(Forbidden, static value => value is ApplicationFailureException);

    /// <summary>Gets the types of the exceptions that callers received.</summary>
    public HashSet<Type> Thrown { get; } = [];

    public IServiceProvider Services => _services;

    public IUserStore<WalkedUser> Store => Get<IUserStore<WalkedUser>>();

    public T Get<T>()
        where T : notnull
        => _services.GetRequiredService<T>();

    public UserStoreOptions OptionsOf<TUser>() => Get<IOptionsMonitor<UserStoreOptions>>().Get(UserStoreOptions.NameFor(typeof(TUser)));

    public static WalkedUser NewUser(string id) => new()
    {
        UserId = id,
        Email = $"{Marker}.{id}@example.test",
        Name = $"{Marker} name",
        Status = $"{Marker}-status",
        Age = Number,
        Tags = [$"{Marker}-tag"],
        City = $"{Marker} city",
        Salary = Number,
        Phone = $"{Marker}-phone-{id}",
        Logins = [$"{Marker}-login-{id}", $"{Marker}-other-login-{id}"],
        Groups = [$"{Marker}-group"],
        Claims = new() { [$"{Marker}-claim"] = $"{Marker}-value" },
        Address = new WalkedAddress { Street = $"{Marker} street", Lines = [$"{Marker} line"] },
        Photo = Encoding.UTF8.GetBytes(Marker),
        Plan = WalkedPlan.Team,
        Pin = $"{Number}",
    };

    /// <summary>Makes calls, and observes what they throw.</summary>
    public async Task CallAsync(params Func<Task>[] calls)
    {
        foreach (Func<Task> call in calls)
        {
            try
            {
                await call();
            }
            catch (Exception exception)
            {
                Note(exception);
            }
        }
    }

    /// <summary>Makes a call, and observes what it throws and what its result prints.</summary>
    public async Task<T?> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            T result = await call();
            if (result is not (WalkedProfile or WalkedPatient))
                Output.Add($"ToString() of {typeof(T).Name}", result?.ToString());
            return result;
        }
        catch (Exception exception)
        {
            Note(exception);
            return default;
        }
    }

    /// <summary>Reads a sequence, and observes what it throws and what its elements print.</summary>
    public async Task<List<T>> CallAsync<T>(Func<IAsyncEnumerable<T>> call)
    {
        List<T> read = [];
        try
        {
            await foreach (T element in call())
            {
                read.Add(element);
                if (read.Count > MaxElements)
                {
                    Output.Findings.Enqueue($"The sequence of {typeof(T).Name} has no end.");
                    break;
                }

                Output.Add($"ToString() of {typeof(T).Name}", element?.ToString());
            }
        }
        catch (Exception exception)
        {
            Note(exception);
        }

        return read;
    }

    public void Note(Exception exception)
    {
        for (Exception? each = exception; each is not null; each = each.InnerException)
            Thrown.Add(each.GetType());
        Output.Add($"thrown {exception.GetType().Name}", exception);
    }

    /// <summary>Puts an item as another program does.</summary>
    public Task PutAsync(string id, params (string Name, AttributeValue Value)[] attributes)
        => LocalServer.Shared.Client.PutItemAsync(
            Table, attributes.Append(("user_id", new AttributeValue(id))).ToDictionary(each => each.Item1, each => each.Item2));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Output.Dispose();
    }

    private sealed class FailingReporter : IMigrationReporter
    {
        public void StepStarting(MigrationStep started) => throw new ApplicationFailureException(Marker);
    }
}

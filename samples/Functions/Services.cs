using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using UserStore;
using UserStore.Replication;

namespace Functions;

/// <summary>Creates the services of the functions, once for each instance of a function; they are reused by its invocations.</summary>
public static class Services
{
    /// <summary>The environment variable with the prefix of the table names.</summary>
    public const string PrefixVariable = "TABLE_NAME_PREFIX";

    private static readonly Lazy<ServiceProvider> FromEnvironment = new(
        () => Build(options => options.TableNamePrefix = Environment.GetEnvironmentVariable(PrefixVariable) ?? ""));

    public static IServiceProvider Shared => FromEnvironment.Value;

    /// <summary>Creates the services that the functions and their tables need.</summary>
    public static ServiceProvider Build(Action<UserStoreOptions> configure, Action<UserChangeDispatchOptions>? configureDispatch = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(AddJsonLines);
        services.AddUserStore<PlacedUser>(options =>
        {
            options.Retry.Timeout = FunctionLimits.RetryTimeout;
            options.Retry.AttemptTimeout = FunctionLimits.AttemptTimeout;
            configure(options);
        }).AddReplication<PlacedUser, UserByPlace, ByPlace>().ConfigureChangeDispatch(options =>
        {
            options.Timeout = FunctionLimits.Dispatch;
            options.MaxConcurrency = FunctionLimits.MaxConcurrency;
            options.MaxAttempts = FunctionLimits.MaxAttempts;
            options.BaseDelay = FunctionLimits.BaseDelay;
            configureDispatch?.Invoke(options);
        });
        return services.BuildServiceProvider();
    }

    // One JSON object per line, which CloudWatch Logs Insights can query by field. The messages contain ids, never values of users.
    private static void AddJsonLines(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Information).AddJsonConsole(console =>
        {
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            console.UseUtcTimestamp = true;
        });
        logging.ClearProviders(); // only the formatter of the console logger is used
        logging.Services.AddSingleton<ILoggerProvider>(services => new ConsoleLines(
            services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == ConsoleFormatterNames.Json)));
    }
}

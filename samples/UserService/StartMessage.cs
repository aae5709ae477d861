using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using UserStore;

namespace UserService;

/// <summary>Logs what to do next when the service has started.</summary>
internal sealed partial class StartMessage(
    Storage storage, IOptionsMonitor<UserStoreOptions> options, IServer server, IHostApplicationLifetime lifetime, ILoggerFactory logs) : IHostedService
{
    private readonly ILogger _log = logs.CreateLogger("UserService");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Report);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Report()
    {
        LogAddress(_log, server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "no address");
        (string table, string? location) = storage.Locate(options);
        switch (storage.Kind)
        {
            case StorageKind.Memory:
                LogMemory(_log, storage.WhyInMemory!);
                break;
            case StorageKind.Local:
                LogLocal(_log, table, location!);
                break;
            default:
                LogDynamoDb(_log, table, location!);
                return;
        }

        LogSettings(_log);
    }

    [LoggerMessage(2, LogLevel.Information, "Open {Address} in a browser to manage users. Press Ctrl+C to stop the service.")]
    private static partial void LogAddress(ILogger log, string address);

    [LoggerMessage(3, LogLevel.Warning, "The users are stored in memory and are lost when the service stops. {Reason}")]
    private static partial void LogMemory(ILogger log, string reason);

    [LoggerMessage(4, LogLevel.Information, "The users are stored in the table {Table} of a local DynamoDB server, whose data file is {File}.")]
    private static partial void LogLocal(ILogger log, string table, string file);

    [LoggerMessage(5, LogLevel.Information, "The users are stored in the table {Table} of DynamoDB, {Location}.")]
    private static partial void LogDynamoDb(ILogger log, string table, string location);

    [LoggerMessage(
        6,
        LogLevel.Information,
        "To use DynamoDB in AWS instead, set UserStore__Region, such as UserStore__Region=eu-central-1; for a DynamoDB server, set DYNAMODB_ENDPOINT. "
            + "The argument --help lists all settings.")]
    private static partial void LogSettings(ILogger log);
}

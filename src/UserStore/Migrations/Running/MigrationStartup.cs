using Microsoft.Extensions.Hosting;

namespace UserStore.Migrations.Running;

/// <summary>Runs or verifies migrations when the host starts, before other services start.</summary>
internal sealed class MigrationStartup(IMigrationRunner runner, MigrationOptions options) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => options.OnStart switch
    {
        MigrationStartupMode.Run => runner.RunAsync(planner: null, cancellationToken),
        MigrationStartupMode.Verify => runner.VerifyAsync(cancellationToken),
        _ => Task.CompletedTask,
    };

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

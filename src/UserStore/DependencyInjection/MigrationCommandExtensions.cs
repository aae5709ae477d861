using Microsoft.Extensions.Hosting;
using UserStore.Migrations;
using UserStore.Migrations.Running;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs migrations from the command line of a service.</summary>
public static class MigrationCommandExtensions
{
    /// <summary>Runs a migration command instead of the service if the arguments start with <c>migrate</c>: <c>if (await
    /// app.RunMigrationCommandAsync(args) is { } exitCode) return exitCode;</c>.</summary>
    /// <param name="host">The service, which does not need to be started.</param>
    /// <param name="arguments">The arguments of the program: <c>migrate</c>, then <c>plan</c>, <c>up</c>, <c>to</c>, <c>step</c>,
    /// <c>undo</c>, <c>redo</c>, <c>rewind</c>, <c>reset</c>, <c>baseline</c>, <c>status</c>, <c>verify</c>, <c>repair</c> or
    /// <c>unlock</c>; the default is <c>up</c>. <c>migrate help</c> describes them.</param>
    /// <param name="output">The writer for the output; the console if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exit code: 0 on success, 1 on failure, 2 if the arguments are not valid; <see langword="null"/> if the arguments do not
    /// start with <c>migrate</c>.</returns>
    public static Task<int?> RunMigrationCommandAsync(
        this IHost host, string[] arguments, TextWriter? output = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Services.RunMigrationCommandAsync(arguments, output, cancellationToken);
    }

    /// <summary>Runs a migration command if the arguments start with <c>migrate</c>.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="output">The writer for the output; the console if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exit code; <see langword="null"/> if the arguments do not start with <c>migrate</c>.</returns>
    public static async Task<int?> RunMigrationCommandAsync(
        this IServiceProvider services, string[] arguments, TextWriter? output = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments is not ["migrate", .. var rest])
            return null;
        var commands = new MigrationCommands(services.GetRequiredService<IMigrationRunner>(), output ?? Console.Out);
        return await commands.RunAsync(rest, cancellationToken).ConfigureAwait(false);
    }
}

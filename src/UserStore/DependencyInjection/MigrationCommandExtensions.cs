using Microsoft.Extensions.Hosting;
using UserStore.Migrations;
using UserStore.Migrations.Running;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gives a service a command line for its migrations.</summary>
public static class MigrationCommandExtensions
{
    /// <summary>Runs the command that arguments beginning with <c>migrate</c> name, in place of the service: <c>if (await
    /// app.RunMigrationCommandAsync(args) is { } exitCode) return exitCode;</c>.</summary>
    /// <param name="host">The service, which need not be started.</param>
    /// <param name="arguments">The arguments of the program: <c>migrate</c>, then <c>plan</c>, <c>up</c>, <c>to</c>, <c>step</c>,
    /// <c>undo</c>, <c>redo</c>, <c>rewind</c>, <c>reset</c>, <c>baseline</c>, <c>status</c>, <c>verify</c>, <c>repair</c> or
    /// <c>unlock</c>; without it, <c>up</c>. <c>migrate help</c> tells more.</param>
    /// <param name="output">Where to write; the console if null.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The exit code, 0 when all went well, 1 when it failed, 2 when the arguments are wrong; <see langword="null"/> when the
    /// arguments do not begin with <c>migrate</c>.</returns>
    public static Task<int?> RunMigrationCommandAsync(
        this IHost host, string[] arguments, TextWriter? output = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Services.RunMigrationCommandAsync(arguments, output, cancellationToken);
    }

    /// <summary>Runs the command that arguments beginning with <c>migrate</c> name.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="output">Where to write; the console if null.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The exit code; <see langword="null"/> when the arguments do not begin with <c>migrate</c>.</returns>
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

using Microsoft.Extensions.Hosting;
using UserStore.CommandLine;
using UserStore.DependencyInjection;
using UserStore.Migrations;
using UserStore.Migrations.CommandLine;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs migrations from the command line of a service.</summary>
public static class MigrationCommandExtensions
{
    /// <summary>Runs a migration command instead of the service if the first argument is <c>migrate</c>: <c>if (await
    /// app.RunMigrationCommandAsync(args) is { } exitCode) return exitCode;</c>.</summary>
    /// <param name="host">The service, which does not need to be started.</param>
    /// <param name="arguments">The arguments of the program: <c>migrate</c>, then a command; the default is <c>up</c>. <c>migrate help</c>
    /// describes the commands and their options. The case of commands does not matter.</param>
    /// <param name="output">The writer for results; standard output if null.</param>
    /// <param name="error">The writer for errors, which may contain values that migrations put into their exceptions; standard error if
    /// null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exit code: 0 on success, 1 on failure, 2 if the arguments are not valid, 130 or 143 if SIGINT or SIGTERM cancelled the
    /// command; <see langword="null"/> if the first argument is not <c>migrate</c>.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled. A migration that was running is recorded
    /// as failed.</exception>
    /// <remarks>While a command runs, the first SIGINT (Ctrl+C) or SIGTERM cancels it, and a second one ends the process.</remarks>
    public static Task<int?> RunMigrationCommandAsync(
        this IHost host, string[] arguments, TextWriter? output = null, TextWriter? error = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Services.RunMigrationCommandAsync(arguments, output, error, cancellationToken);
    }

    /// <summary>Runs a migration command if the first argument is <c>migrate</c>.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="output">The writer for results; standard output if null.</param>
    /// <param name="error">The writer for errors; standard error if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exit code; <see langword="null"/> if the first argument is not <c>migrate</c>.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <remarks>See the overload for a host.</remarks>
    public static async Task<int?> RunMigrationCommandAsync(
        this IServiceProvider services,
        string[] arguments,
        TextWriter? output = null,
        TextWriter? error = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(arguments);
        IEnumerable<Type> userTypes = services.GetService<StoreRegistry>()?.UserTypesWithMigrations ?? [];
        CommandStore<MigrationCommandTarget>[] stores =
        [
            .. userTypes.Select(type => new CommandStore<MigrationCommandTarget>(type, () => new MigrationCommandTarget(
                services.GetRequiredKeyedService<IMigrationRunner>(type),
                token => services.GetRequiredKeyedService<RegisteredStore>(type).EnsureTablesAsync(token)))),
        ];
        return await new CommandRunner<MigrationCommandTarget>(new MigrationCommandSet(), stores, output ?? Console.Out, error ?? Console.Error)
            .RunAsync(arguments, cancellationToken).ConfigureAwait(false);
    }
}

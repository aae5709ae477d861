using Microsoft.Extensions.Hosting;
using UserStore.CommandLine;
using UserStore.DependencyInjection;
using UserStore.Privacy.CommandLine;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Exports, erases and restricts users from the command line of a service.</summary>
public static class PrivacyCommandExtensions
{
    /// <summary>Runs a privacy command instead of the service if the first argument is <c>privacy</c>: <c>if (await
    /// app.RunPrivacyCommandAsync(args) is { } exitCode) return exitCode;</c>.</summary>
    /// <param name="host">The service, which does not need to be started.</param>
    /// <param name="arguments">The arguments of the program: <c>privacy</c>, then a command: <c>export</c>, <c>erase</c>, <c>verify</c>, <c>sweep</c>,
    /// <c>restrict</c> or <c>release</c>. <c>privacy help</c> describes the commands and their options. The case of commands does not matter.</param>
    /// <param name="input">The reader of keys and receipts, for the argument <c>-</c>; standard input if null.</param>
    /// <param name="output">The writer for results, which are personal data for <c>export</c> and can be for <c>verify</c> and <c>sweep</c>; standard
    /// output if null.</param>
    /// <param name="error">The writer for errors; standard error if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exit code: 0 on success, 1 on failure or if anything is left of erased users, 2 if the arguments are not valid, 130 or 143 if
    /// SIGINT or SIGTERM cancelled the command; <see langword="null"/> if the first argument is not <c>privacy</c>.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <remarks>The commands cost what the methods of <see cref="UserStore.Privacy.IUserPrivacy{TUser}"/> cost. While a command runs, the first SIGINT
    /// (Ctrl+C) or SIGTERM cancels it, and a second one ends the process.</remarks>
    public static Task<int?> RunPrivacyCommandAsync(
        this IHost host,
        string[] arguments,
        TextReader? input = null,
        TextWriter? output = null,
        TextWriter? error = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Services.RunPrivacyCommandAsync(arguments, input, output, error, cancellationToken);
    }

    /// <summary>Runs a privacy command if the first argument is <c>privacy</c>.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="input">The reader of keys and receipts; standard input if null.</param>
    /// <param name="output">The writer for results; standard output if null.</param>
    /// <param name="error">The writer for errors; standard error if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exit code; <see langword="null"/> if the first argument is not <c>privacy</c>.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <remarks>See the overload for a host.</remarks>
    public static async Task<int?> RunPrivacyCommandAsync(
        this IServiceProvider services,
        string[] arguments,
        TextReader? input = null,
        TextWriter? output = null,
        TextWriter? error = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(arguments);
        IEnumerable<Type> userTypes = services.GetService<StoreRegistry>()?.UserTypes ?? [];
        CommandStore<PrivacyCommandTarget>[] stores =
        [
            .. userTypes.Select(type => new CommandStore<PrivacyCommandTarget>(
                type, () => new PrivacyCommandTarget(services.GetRequiredKeyedService<IPrivacyCommands>(type), input ?? Console.In))),
        ];
        return await new CommandRunner<PrivacyCommandTarget>(new PrivacyCommandSet(), stores, output ?? Console.Out, error ?? Console.Error)
            .RunAsync(arguments, cancellationToken).ConfigureAwait(false);
    }
}

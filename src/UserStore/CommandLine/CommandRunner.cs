namespace UserStore.CommandLine;

/// <summary>Executes the commands of a set.</summary>
/// <typeparam name="TTarget">What a store is for its commands.</typeparam>
/// <param name="set">The commands, which act on such stores.</param>
/// <param name="stores">The stores.</param>
/// <param name="output">The writer for results.</param>
/// <param name="error">The writer for errors.</param>
internal sealed class CommandRunner<TTarget>(CommandSet set, IReadOnlyList<CommandStore<TTarget>> stores, TextWriter output, TextWriter error)
{
    private const int Failed = 1;
    private const int InvalidArguments = 2;

    private readonly CommandStores<TTarget> _stores = new(set, stores);

    // A signal is handled on another thread.
    private readonly TextWriter _error = TextWriter.Synchronized(error);

    /// <returns>The exit code; null if the first argument is not the word of the set.</returns>
    public async Task<int?> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        if (arguments is not [var first, .. var rest] || !first.Equals(set.Word, StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            CommandInvocation invocation = CommandParser.Parse(set, rest);
            if (!invocation.IsHelp)
                return await ExecuteAsync(invocation, cancellationToken).ConfigureAwait(false);
            output.WriteLine(new CommandHelp(set).Of(invocation.Command));
            return 0;
        }
        catch (CommandUsageException wrong)
        {
            new CommandOutput(set, output, _error, CommandParser.IsJson(rest), wrong.Command?.Name, isForSeveral: false).WriteUsage(wrong);
            return InvalidArguments;
        }
    }

    private async Task<int> ExecuteAsync(CommandInvocation invocation, CancellationToken cancellationToken)
    {
        IReadOnlyList<CommandStore<TTarget>> selected = _stores.Select(invocation);
        var results = new CommandOutput(set, output, _error, invocation.IsJson, invocation.Command!.Name, selected.Count > 1);
        int exitCode = await ExecuteAsync(invocation, selected, results, cancellationToken).ConfigureAwait(false);
        results.End();
        return exitCode;
    }

    private async Task<int> ExecuteAsync(
        CommandInvocation invocation, IReadOnlyList<CommandStore<TTarget>> selected, CommandOutput results, CancellationToken cancellationToken)
    {
        if (selected.Count == 0)
        {
            results.Add(new StoreReport("", null, new CommandFailure(set, set.NoStores.Type, set.NoStores.Message), Failed));
            return Failed;
        }

        using var signals = new TerminationSignals(_error, TimeProvider.System, cancellationToken);
        int exitCode = 0;
        foreach (CommandStore<TTarget> store in selected)
        {
            string name = _stores.NameOf(store);
            bool isStopped = exitCode != 0 && (signals.ExitCode is not null || invocation.Command!.StopsAtFailure);
            StoreReport report = isStopped
                ? new StoreReport(name, null, new CommandFailure(set, "NotRun", "Nothing was done, because the command ended at an earlier store."), exitCode)
                : await ExecuteAsync(invocation, store, name, results.LinesOf(name), signals, cancellationToken).ConfigureAwait(false);
            results.Add(report);
            exitCode = Math.Max(exitCode, report.ExitCode);
        }

        return exitCode;
    }

    private async Task<StoreReport> ExecuteAsync(
        CommandInvocation invocation,
        CommandStore<TTarget> store,
        string name,
        Action<string>? writeLine,
        TerminationSignals signals,
        CancellationToken cancellationToken)
    {
        var command = (Command<TTarget>)invocation.Command!;
        var context = new CommandContext(invocation, _stores.AreSeveral ? name : null);
        CommandResult? result = null;
        try
        {
            result = await command.ExecuteAsync(store.Open(), context, signals.Token).ConfigureAwait(false);
            await result.CompleteAsync(writeLine).ConfigureAwait(false);
            return new StoreReport(name, result, null, 0);
        }
        catch (CommandFailedException failure)
        {
            return new StoreReport(name, result, new CommandFailure(set, failure.Type, failure.Message), Failed);
        }
        catch (OperationCanceledException) when (signals.ExitCode is { } exitCode)
        {
            string message = $"Cancelled by {signals.Received}. {command.DescribeCancellation?.Invoke(context)}".TrimEnd();
            return new StoreReport(name, result, new CommandFailure(set, "Cancelled", message), exitCode);
        }
        catch (Exception failure) when (failure is not CommandUsageException
            && (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            return new StoreReport(name, result, new CommandFailure(set, failure, context), signals.ExitCode ?? Failed);
        }
    }
}

namespace UserStore.Migrations.CommandLine;

/// <summary>Executes the commands of the command line.</summary>
/// <param name="stores">The stores that have migrations.</param>
/// <param name="output">The writer for results.</param>
/// <param name="error">The writer for errors.</param>
internal sealed class MigrationCommandLine(CommandStores stores, TextWriter output, TextWriter error)
{
    private const int Failed = 1;
    private const int InvalidArguments = 2;

    // A signal is handled on another thread.
    private readonly TextWriter _error = TextWriter.Synchronized(error);

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        CommandInvocation invocation;
        IReadOnlyList<CommandStore> selected;
        try
        {
            invocation = CommandParser.Parse(arguments);
            if (invocation.IsHelp)
            {
                output.WriteLine(CommandHelp.Of(invocation.Command));
                return 0;
            }

            selected = stores.Select(invocation);
        }
        catch (CommandUsageException wrong)
        {
            new CommandOutput(output, _error, CommandParser.IsJson(arguments), wrong.Command?.Name, isForSeveral: false).WriteUsage(wrong);
            return InvalidArguments;
        }

        var results = new CommandOutput(output, _error, invocation.IsJson, invocation.Command!.Name, selected.Count > 1);
        int exitCode = await ExecuteAsync(invocation, selected, results, cancellationToken).ConfigureAwait(false);
        results.End();
        return exitCode;
    }

    private async Task<int> ExecuteAsync(
        CommandInvocation invocation, IReadOnlyList<CommandStore> selected, CommandOutput results, CancellationToken cancellationToken)
    {
        if (selected.Count == 0)
        {
            results.Add(new StoreReport("", null, new CommandFailure("NoMigrations", "No store of this service has migrations. Call AddMigrations."), Failed));
            return Failed;
        }

        using var signals = new TerminationSignals(_error, TimeProvider.System, cancellationToken);
        int exitCode = 0;
        foreach (CommandStore store in selected)
        {
            string name = stores.NameOf(store);
            bool isStopped = exitCode != 0 && (signals.ExitCode is not null || invocation.Command!.Planner is not null);
            StoreReport report = isStopped
                ? new StoreReport(name, null, new CommandFailure("NotRun", "Nothing was done, because the command ended at an earlier store."), exitCode)
                : await ExecuteAsync(invocation, store, name, signals, cancellationToken).ConfigureAwait(false);
            results.Add(report);
            exitCode = Math.Max(exitCode, report.ExitCode);
        }

        return exitCode;
    }

    private async Task<StoreReport> ExecuteAsync(
        CommandInvocation invocation, CommandStore store, string name, TerminationSignals signals, CancellationToken cancellationToken)
    {
        CommandContext? context = null;
        try
        {
            context = new CommandContext(store.Open(), store.EnsureTablesAsync, invocation, stores.AreSeveral ? name : null);
            CommandResult result = await invocation.Command!.ExecuteAsync(context, signals.Token).ConfigureAwait(false);
            return new StoreReport(name, result, null, 0);
        }
        catch (OperationCanceledException) when (signals.ExitCode is { } exitCode)
        {
            return new StoreReport(name, null, new CommandFailure("Cancelled", Cancelled(invocation, signals, context)), exitCode);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new StoreReport(name, null, new CommandFailure(failure, context), signals.ExitCode ?? Failed);
        }
    }

    private static string Cancelled(CommandInvocation invocation, TerminationSignals signals, CommandContext? context)
    {
        if (context is null || invocation.Command!.Planner is null)
            return $"Cancelled by {signals.Received}.";
        string next = invocation.Command == MigrationCommandTable.Up
            ? $"The next '{context.Spell("migrate")}' resumes it."
            : $"'{context.Spell("migrate status")}' shows what to do next.";
        return $"Cancelled by {signals.Received}. The lock is released, and a migration that was running is recorded as failed. {next}";
    }
}

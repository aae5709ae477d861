namespace UserStore.Migrations.CommandLine;

/// <summary>Describes a command.</summary>
/// <param name="Name">The word after <c>migrate</c>.</param>
/// <param name="Summary">What it does, in one line.</param>
internal sealed record MigrationCommand(string Name, string Summary)
{
    public IReadOnlyList<CommandArgument> Arguments { get; init; } = [];

    /// <summary>Gets what the summary omits, such as conditions.</summary>
    public string? Details { get; init; }

    /// <summary>Gets examples, without the leading <c>migrate</c>.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Gets a value indicating whether the arguments are those of another command, which is planned.</summary>
    public bool TakesPlannedCommand { get; init; }

    /// <summary>Gets a value indicating whether the command acts on all stores unless one is named.</summary>
    public bool IsForAllStores { get; init; }

    /// <summary>Gets what would happen, for a command that requires <c>--force</c>.</summary>
    public string? ForceWarning { get; init; }

    /// <summary>Gets a function that creates a planner from the arguments; null if the command does not run migrations.</summary>
    public Func<IReadOnlyList<string>, MigrationPlanner>? Planner { get; init; }

    /// <summary>Gets a function that executes the command on one store.</summary>
    public required Func<CommandContext, CancellationToken, Task<CommandResult>> ExecuteAsync { get; init; }

    public bool IsForced => ForceWarning is not null;
}

/// <summary>Represents the execution of a command on one store.</summary>
/// <param name="Runner">The runner of the store.</param>
/// <param name="EnsureTablesAsync">Creates the tables of the store, or changes them as the options require, and returns their names.</param>
/// <param name="Invocation">The command and its arguments.</param>
/// <param name="StoreName">The name of the store, if the service has several.</param>
internal sealed record CommandContext(
    IMigrationRunner Runner, Func<CancellationToken, Task<IReadOnlyList<string>>> EnsureTablesAsync, CommandInvocation Invocation, string? StoreName)
{
    /// <summary>Returns how a command for this store is typed.</summary>
    public string Spell(string command) => StoreName is null ? command : $"{command} --store {StoreName}";
}

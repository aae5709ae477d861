namespace UserStore.Migrations.CommandLine;

/// <summary>Represents the parsed arguments of the program.</summary>
/// <param name="Command">The command; null for help on all commands.</param>
internal sealed record CommandInvocation(MigrationCommand? Command)
{
    /// <summary>Gets the command whose plan is requested.</summary>
    public MigrationCommand? Planned { get; init; }

    /// <summary>Gets the arguments of the command, or of the planned one. All words of a reason are one.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Gets the requested store.</summary>
    public string? Store { get; init; }

    public bool IsHelp { get; init; }

    public bool IsJson { get; init; }

    public MigrationPlanner Planner => (Planned ?? Command)!.Planner!(Arguments);
}

/// <summary>Thrown when the arguments of the program are not valid. The message names what is wrong.</summary>
internal sealed class CommandUsageException(string message, MigrationCommand? command) : Exception(message)
{
    /// <summary>Gets the command whose usage helps; null for that of all commands.</summary>
    public MigrationCommand? Command { get; } = command;
}

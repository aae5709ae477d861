using UserStore.CommandLine;

namespace UserStore.Migrations.CommandLine;

/// <summary>Describes a command of <c>migrate</c>.</summary>
/// <param name="Name">The word after <c>migrate</c>.</param>
/// <param name="Summary">What it does, in one line.</param>
internal sealed record MigrationCommand(string Name, string Summary) : Command<MigrationCommandTarget>(Name, Summary)
{
    /// <summary>Gets a function that creates a planner from the arguments; null if the command does not run migrations.</summary>
    public Func<IReadOnlyList<string>, MigrationPlanner>? Planner { get; init; }

    /// <summary>Returns the planner of a command that runs migrations, or plans one that does.</summary>
    public static MigrationPlanner PlannerOf(CommandInvocation invocation)
        => ((MigrationCommand)(invocation.Taken ?? invocation.Command)!).Planner!(invocation.Arguments);
}

/// <summary>Represents a store that has migrations.</summary>
/// <param name="Runner">Its runner.</param>
/// <param name="EnsureTablesAsync">Creates its tables, or changes them as the options require, and returns their names.</param>
internal sealed record MigrationCommandTarget(IMigrationRunner Runner, Func<CancellationToken, Task<IReadOnlyList<string>>> EnsureTablesAsync);

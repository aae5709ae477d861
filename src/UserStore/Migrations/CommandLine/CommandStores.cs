namespace UserStore.Migrations.CommandLine;

/// <summary>Represents a store that has migrations.</summary>
/// <param name="UserType">Its user type.</param>
/// <param name="Open">Resolves its runner, which fails if its options are not valid.</param>
/// <param name="EnsureTablesAsync">Creates its tables, or changes them as the options require, and returns their names.</param>
internal sealed record CommandStore(
    Type UserType, Func<IMigrationRunner> Open, Func<CancellationToken, Task<IReadOnlyList<string>>> EnsureTablesAsync);

/// <summary>Selects the stores on which a command acts, by the names of their user types.</summary>
/// <param name="stores">The stores that have migrations, in the order of their registration.</param>
internal sealed class CommandStores(IReadOnlyList<CommandStore> stores)
{
    public bool AreSeveral => stores.Count > 1;

    /// <exception cref="CommandUsageException">The requested store is unknown, or one must be requested.</exception>
    public IReadOnlyList<CommandStore> Select(CommandInvocation invocation)
    {
        if (invocation.Store is { } name)
        {
            CommandStore[] named = [.. stores.Where(store => IsName(name, store.UserType.Name) || IsName(name, store.UserType.FullName!))];
            return named switch
            {
                [_] => named,
                [] => throw new CommandUsageException(
                    $"Unknown store '{name}'.{(stores.Count == 0 ? "" : Suggestion.For(name, stores.Select(NameOf)))} {Known()}", invocation.Command),
                _ => throw new CommandUsageException($"Several stores are named '{name}'. {Known()}", invocation.Command),
            };
        }

        return stores.Count <= 1 || invocation.Command!.IsForAllStores
            ? stores
            : throw new CommandUsageException(
                $"'{invocation.Command.Name}' acts on one store, and the service has several. Name one with '--store'. {Known()}", invocation.Command);
    }

    /// <summary>Returns the name of a user type, with its namespace if another store has the same.</summary>
    public string NameOf(CommandStore store)
        => stores.Count(other => IsName(other.UserType.Name, store.UserType.Name)) > 1 ? store.UserType.FullName! : store.UserType.Name;

    private string Known() => stores.Count == 0
        ? "No store of this service has migrations."
        : $"Stores with migrations: {string.Join(", ", stores.Select(NameOf))}.";

    private static bool IsName(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}

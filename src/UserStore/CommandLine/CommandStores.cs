namespace UserStore.CommandLine;

/// <summary>Represents a store on which commands act.</summary>
/// <typeparam name="TTarget">What the store is for its commands.</typeparam>
/// <param name="UserType">Its user type.</param>
/// <param name="Open">Resolves it, which fails if its options are not valid.</param>
internal sealed record CommandStore<TTarget>(Type UserType, Func<TTarget> Open);

/// <summary>Selects the stores on which a command acts, by the names of their user types.</summary>
/// <param name="set">The commands.</param>
/// <param name="stores">The stores, in the order of their registration.</param>
internal sealed class CommandStores<TTarget>(CommandSet set, IReadOnlyList<CommandStore<TTarget>> stores)
{
    public bool AreSeveral => stores.Count > 1;

    /// <exception cref="CommandUsageException">The requested store is unknown, or one must be requested.</exception>
    public IReadOnlyList<CommandStore<TTarget>> Select(CommandInvocation invocation)
    {
        if (invocation.Store is { } name)
        {
            CommandStore<TTarget>[] named = [.. stores.Where(store => IsName(name, store.UserType.Name) || IsName(name, store.UserType.FullName!))];
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
    public string NameOf(CommandStore<TTarget> store)
        => stores.Count(other => IsName(other.UserType.Name, store.UserType.Name)) > 1 ? store.UserType.FullName! : store.UserType.Name;

    private string Known() => stores.Count == 0 ? set.NoStores.Message : $"{set.StoresName}: {string.Join(", ", stores.Select(NameOf))}.";

    private static bool IsName(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}

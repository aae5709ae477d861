namespace UserStore.CommandLine;

/// <summary>Represents the parsed arguments of the program.</summary>
/// <param name="Command">The command; null for help on all commands.</param>
internal sealed record CommandInvocation(Command? Command)
{
    /// <summary>Gets the command that the command took as argument.</summary>
    public Command? Taken { get; init; }

    /// <summary>Gets the arguments of the command, or of the one that it took.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Gets the values of the options by name; an empty string for an option without a value.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    public bool IsHelp { get; init; }

    /// <summary>Gets the requested store.</summary>
    public string? Store => Options.GetValueOrDefault(CommandParser.Store.Name);

    public bool IsJson => Options.ContainsKey(CommandParser.Json.Name);
}

/// <summary>Represents the execution of a command on one store.</summary>
/// <param name="Invocation">The command and its arguments.</param>
/// <param name="StoreName">The name of the store, if the service has several.</param>
internal sealed record CommandContext(CommandInvocation Invocation, string? StoreName)
{
    /// <summary>Returns how a command for this store is typed.</summary>
    public string Spell(string command) => StoreName is null ? command : $"{command} --store {StoreName}";
}

/// <summary>Thrown when the arguments of the program are not valid. The message names what is wrong.</summary>
internal sealed class CommandUsageException(string message, Command? command) : Exception(message)
{
    /// <summary>Gets the command whose usage helps; null for that of all commands.</summary>
    public Command? Command { get; } = command;
}

/// <summary>Thrown when a command could not do what it was asked to.</summary>
/// <param name="type">The type in JSON.</param>
/// <param name="message">A sentence without personal data.</param>
internal sealed class CommandFailedException(string type, string message) : Exception(message)
{
    public string Type => type;
}

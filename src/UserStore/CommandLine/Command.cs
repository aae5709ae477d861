namespace UserStore.CommandLine;

/// <summary>Describes a command: what its help shows, and how its arguments are parsed.</summary>
/// <param name="Name">The word after that of the set.</param>
/// <param name="Summary">What it does, in one line.</param>
internal abstract record Command(string Name, string Summary)
{
    public IReadOnlyList<CommandArgument> Arguments { get; init; } = [];

    /// <summary>Gets the options besides those of all commands.</summary>
    public IReadOnlyList<CommandOption> Options { get; init; } = [];

    /// <summary>Gets what the summary omits, such as conditions.</summary>
    public string? Details { get; init; }

    /// <summary>Gets examples, without the word of the set.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Gets a function that returns why a command cannot be the argument of this one, null if it can; null if this command takes no other
    /// command with its arguments.</summary>
    public Func<Command, string?>? CheckTaken { get; init; }

    /// <summary>Gets a value indicating whether the command acts on all stores unless one is named.</summary>
    public bool IsForAllStores { get; init; }

    /// <summary>Gets a value indicating whether the command does nothing on other stores after it failed on one.</summary>
    public bool StopsAtFailure { get; init; }

    /// <summary>Gets the option without which the command does nothing, with what would happen as its warning.</summary>
    public CommandConfirmation? Confirmation { get; init; }

    /// <summary>Gets a function that returns what a signal has left, and what to do next.</summary>
    public Func<CommandContext, string>? DescribeCancellation { get; init; }

    /// <summary>Gets all options that only some commands have.</summary>
    public IEnumerable<CommandOption> OwnOptions => Confirmation is null ? Options : [.. Options, Confirmation.Option];
}

/// <summary>Describes a command that acts on stores.</summary>
/// <typeparam name="TTarget">What a store is for its commands.</typeparam>
/// <param name="Name">The word after that of the set.</param>
/// <param name="Summary">What it does, in one line.</param>
internal record Command<TTarget>(string Name, string Summary) : Command(Name, Summary)
{
    /// <summary>Gets a function that executes the command on one store.</summary>
    public required Func<TTarget, CommandContext, CancellationToken, Task<CommandResult>> ExecuteAsync { get; init; }
}

/// <summary>Describes an option of a command.</summary>
/// <param name="Name">The option, with its hyphens.</param>
/// <param name="Value">The name of its value in the usage; null if it has none.</param>
/// <param name="Description">Its effect.</param>
internal sealed record CommandOption(string Name, string? Value, string Description)
{
    public string Signature => Value is null ? Name : $"{Name} {Value}";
}

/// <summary>Describes the option that confirms a command whose effect is final.</summary>
/// <param name="Name">The option.</param>
/// <param name="Warning">What the command does.</param>
internal sealed record CommandConfirmation(string Name, string Warning)
{
    public CommandOption Option => new(Name, null, "confirms the command, which otherwise does nothing");
}

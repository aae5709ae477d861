namespace UserStore.CommandLine;

/// <summary>Parses the arguments after the word of a set of commands.</summary>
internal sealed class CommandParser
{
    public static readonly CommandOption Json = new("--json", null, "writes one JSON document to standard output");
    public static readonly CommandOption Store = new("--store", "<name>", "acts on the store of this user type, if the service has several");

    private static readonly CommandOption Help = new("--help", null, "");

    private readonly CommandSet _set;
    private readonly CommandOption[] _known;
    private readonly List<string> _words = [];
    private readonly Dictionary<string, string> _options = new(StringComparer.OrdinalIgnoreCase);

    private CommandParser(CommandSet set)
    {
        _set = set;
        _known = [Help, Json, Store, .. set.Commands.SelectMany(command => command.OwnOptions)];
    }

    /// <summary>Returns whether JSON is requested, even if the arguments are not valid.</summary>
    public static bool IsJson(IEnumerable<string> arguments) => arguments.Contains(Json.Name, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CommandUsageException">The arguments are not valid.</exception>
    public static CommandInvocation Parse(CommandSet set, IReadOnlyList<string> arguments) => new CommandParser(set).Read(arguments);

    private CommandInvocation Read(IReadOnlyList<string> arguments)
    {
        CommandUsageException? wrongOption = Split(arguments);
        bool isHelp = _options.ContainsKey(Help.Name) || IsWord(0, "help");
        if (IsWord(0, "help"))
            _words.RemoveAt(0);
        Command? command = _words.Count > 0 ? Find(_words[0]) : isHelp ? null : _set.Default;
        if (isHelp)
            return new CommandInvocation(command) { IsHelp = true };
        if (wrongOption is not null)
            throw new CommandUsageException(wrongOption.Message, command);
        if (command is null)
            throw new CommandUsageException($"'{_set.Word}' requires a command.", null);
        if (_options.Keys.FirstOrDefault(name => !IsOptionOf(command, name)) is { } foreign)
            throw new CommandUsageException($"'{command.Name}' has no option '{foreign}'.", command);

        string[] rest = [.. _words.Skip(1)];
        Command? taken = null;
        if (command.CheckTaken is { } check)
        {
            taken = rest.Length > 0 ? Find(rest[0]) : _set.Default!;
            if (check(taken) is { } refusal)
                throw new CommandUsageException(refusal, command);
            rest = [.. rest.Skip(1)];
        }

        IReadOnlyList<string> values = Bind(taken ?? command, rest, command);
        if (command.Confirmation is { } confirmation && !_options.ContainsKey(confirmation.Name))
            throw new CommandUsageException($"{confirmation.Warning} Nothing was done. To do it, add '{confirmation.Name}'.", command);
        return new CommandInvocation(command) { Taken = taken, Arguments = values, Options = _options };
    }

    /// <summary>Separates options from words. A mistake is returned, because it matters less than an unknown command.</summary>
    private CommandUsageException? Split(IReadOnlyList<string> arguments)
    {
        CommandUsageException? wrong = null;
        for (int at = 0; at < arguments.Count; at++)
        {
            string argument = arguments[at];
            if (argument == "--")
            {
                _words.AddRange(arguments.Skip(at + 1));
                break;
            }

            if (argument is not ['-', not (>= '0' and <= '9'), ..])
            {
                _words.Add(argument);
                continue;
            }

            string[] parts = argument.Split('=', 2);
            string name = parts[0] is "-h" or "-?" ? Help.Name : parts[0];
            string? value = parts.Length > 1 ? parts[1] : FindOption(name) is { Value: not null } && at + 1 < arguments.Count ? arguments[++at] : null;
            string? error = FindError(name, value);
            if (error is null && !_options.TryAdd(name, value ?? ""))
                error = $"Option '{name}' is given twice.";
            wrong ??= error is null ? null : new CommandUsageException(error, null);
        }

        return wrong;
    }

    private string? FindError(string name, string? value) => FindOption(name) switch
    {
        null => $"Unknown option '{name}'.{Suggestion.For(name, _known.Select(option => option.Name))}",
        { Value: { } required } option => string.IsNullOrEmpty(value) || value[0] == '-' ? $"Option '{option.Name}' requires a value: {required}." : null,
        _ => value is null ? null : $"Option '{name}' takes no value.",
    };

    private CommandOption? FindOption(string name) => Array.Find(_known, option => IsSame(option.Name, name));

    private static bool IsOptionOf(Command command, string name)
        => new[] { Help, Json, Store }.Concat(command.OwnOptions).Any(option => IsSame(option.Name, name));

    private static bool IsSame(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private bool IsWord(int at, string word) => at < _words.Count && IsSame(_words[at], word);

    private Command Find(string name) => _set.Find(name)
        ?? throw new CommandUsageException($"Unknown command '{name}'.{Suggestion.For(name, _set.Commands.Select(command => command.Name))}", null);

    private static List<string> Bind(Command command, string[] words, Command shown)
    {
        List<string> values = [];
        for (int at = 0; at < command.Arguments.Count; at++)
        {
            CommandArgument argument = command.Arguments[at];
            if (at >= words.Length)
                throw new CommandUsageException($"'{command.Name}' requires the argument {argument.Name}.", shown);
            string[] given = argument.IsList ? words[at..] : argument.IsRest ? [string.Join(' ', words.Skip(at))] : [words[at]];
            foreach (string value in given)
            {
                Check(argument, value, shown);
                values.Add(value);
            }
        }

        return command.Arguments is [.., { IsRest: true } or { IsList: true }] || words.Length <= command.Arguments.Count
            ? values
            : throw new CommandUsageException($"Unexpected argument '{words[command.Arguments.Count]}'.", shown);
    }

    private static void Check(CommandArgument argument, string value, Command shown)
    {
        try
        {
            argument.Check(value);
        }
        catch (Exception invalid) when (invalid is ArgumentException or UserStoreException)
        {
            throw new CommandUsageException($"'{value}' is not valid for {argument.Name}. {invalid.Message}", shown);
        }
    }
}

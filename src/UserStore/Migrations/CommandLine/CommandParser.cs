namespace UserStore.Migrations.CommandLine;

/// <summary>Parses the arguments after <c>migrate</c>.</summary>
internal sealed class CommandParser
{
    private const string Json = "--json";
    private const string Store = "--store";
    private const string Force = "--force";
    private const string Help = "--help";

    private readonly List<string> _words = [];
    private readonly Dictionary<string, string> _options = new(StringComparer.OrdinalIgnoreCase);

    private CommandParser()
    {
    }

    /// <summary>Returns whether JSON is requested, even if the arguments are not valid.</summary>
    public static bool IsJson(IEnumerable<string> arguments) => arguments.Contains(Json, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CommandUsageException">The arguments are not valid.</exception>
    public static CommandInvocation Parse(IReadOnlyList<string> arguments) => new CommandParser().Read(arguments);

    private CommandInvocation Read(IReadOnlyList<string> arguments)
    {
        CommandUsageException? wrongOption = Split(arguments);
        bool isHelp = _options.ContainsKey(Help) || IsWord(0, "help");
        if (IsWord(0, "help"))
            _words.RemoveAt(0);
        MigrationCommand? command = _words.Count > 0 ? Find(_words[0]) : isHelp ? null : MigrationCommandTable.Up;
        if (isHelp)
            return new CommandInvocation(command) { IsHelp = true };
        if (wrongOption is not null)
            throw new CommandUsageException(wrongOption.Message, command);
        if (_options.ContainsKey(Force) && !command!.IsForced)
            throw new CommandUsageException($"'{command.Name}' has no option '{Force}'.", command);

        string[] rest = [.. _words.Skip(1)];
        MigrationCommand? planned = null;
        if (command!.TakesPlannedCommand)
        {
            planned = rest.Length > 0 ? Find(rest[0]) : MigrationCommandTable.Up;
            if (planned.Planner is null)
                throw new CommandUsageException($"'{planned.Name}' has no plan, because it does not run migrations.", command);
            rest = [.. rest.Skip(1)];
        }

        IReadOnlyList<string> values = Bind(planned ?? command, rest, command);
        if (command.ForceWarning is { } warning && !_options.ContainsKey(Force))
            throw new CommandUsageException($"{warning} Nothing was done. To do it, add '{Force}'.", command);
        return new CommandInvocation(command)
        {
            Planned = planned,
            Arguments = values,
            Store = _options.GetValueOrDefault(Store),
            IsJson = _options.ContainsKey(Json),
        };
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
            string name = parts[0] is "-h" or "-?" ? Help : parts[0];
            string? value = parts.Length > 1 ? parts[1] : IsOption(name, Store) && at + 1 < arguments.Count ? arguments[++at] : null;
            string? error = FindError(name, value);
            if (error is null && !_options.TryAdd(name, value ?? ""))
                error = $"Option '{name}' is given twice.";
            wrong ??= error is null ? null : new CommandUsageException(error, null);
        }

        return wrong;
    }

    private static string? FindError(string name, string? value)
    {
        string[] known = [Help, Json, Store, Force];
        if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            return $"Unknown option '{name}'.{Suggestion.For(name, known)}";
        if (IsOption(name, Store))
            return string.IsNullOrEmpty(value) || value[0] == '-' ? $"Option '{Store}' requires the name of a store." : null;
        return value is null ? null : $"Option '{name}' takes no value.";
    }

    private static bool IsOption(string name, string option) => name.Equals(option, StringComparison.OrdinalIgnoreCase);

    private bool IsWord(int at, string word) => at < _words.Count && _words[at].Equals(word, StringComparison.OrdinalIgnoreCase);

    private static MigrationCommand Find(string name) => MigrationCommandTable.Find(name)
        ?? throw new CommandUsageException(
            $"Unknown command '{name}'.{Suggestion.For(name, MigrationCommandTable.All.Select(command => command.Name))}", null);

    private static List<string> Bind(MigrationCommand command, string[] words, MigrationCommand shown)
    {
        List<string> values = [];
        for (int at = 0; at < command.Arguments.Count; at++)
        {
            CommandArgument argument = command.Arguments[at];
            if (at >= words.Length)
                throw new CommandUsageException($"'{command.Name}' requires the argument {argument.Name}.", shown);
            string value = argument.IsRest ? string.Join(' ', words.Skip(at)) : words[at];
            try
            {
                argument.Check(value);
            }
            catch (Exception invalid) when (invalid is ArgumentException or InvalidMigrationException)
            {
                throw new CommandUsageException($"'{value}' is not valid for {argument.Name}. {invalid.Message}", shown);
            }

            values.Add(value);
        }

        return command.Arguments is [.., { IsRest: true }] || words.Length <= command.Arguments.Count
            ? values
            : throw new CommandUsageException($"Unexpected argument '{words[command.Arguments.Count]}'.", shown);
    }
}

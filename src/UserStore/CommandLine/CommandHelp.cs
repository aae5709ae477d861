using System.Text;

namespace UserStore.CommandLine;

/// <summary>Formats the usage of the commands of a set.</summary>
internal sealed class CommandHelp(CommandSet set)
{
    private const string ExitCodes = """
        Exit codes:
          0    success
          1    the command failed
          2    the arguments are not valid
          130  cancelled by SIGINT (Ctrl+C)
          143  cancelled by SIGTERM
        """;

    public string Of(Command? command) => command is null ? OfAll() : OfOne(command);

    /// <summary>Returns the usage in one line, and where to find more.</summary>
    public string ShortUsageOf(Command? command) => command is null
        ? $"Usage: {UsageOfAll}{Environment.NewLine}Run '{set.Word} help' for a list of commands."
        : $"Usage: {UsageOf(command)}{Environment.NewLine}Run '{set.Word} help {command.Name}' for more information.";

    private string UsageOfAll => set.Default is null ? $"{set.Word} <command> [options]" : $"{set.Word} [command] [options]";

    private string UsageOf(Command command)
        => $"{set.Word} {SignatureOf(command)}{string.Concat(command.Options.Select(option => $" [{option.Signature}]"))} [--store <name>] [--json]";

    /// <summary>Returns the name of a command with its arguments.</summary>
    public static string SignatureOf(Command command)
    {
        string arguments = command.CheckTaken is null ? string.Concat(command.Arguments.Select(argument => $" {argument.Name}")) : " [command]";
        return $"{command.Name}{arguments}{(command.Confirmation is { } confirmation ? $" {confirmation.Name}" : "")}";
    }

    private string OfAll()
    {
        StringBuilder help = new StringBuilder($"Usage: {UsageOfAll}").AppendLine().AppendLine().AppendLine(set.Summary).AppendLine();
        AddTable(help, "Commands:", set.Commands.Select(command => (SignatureOf(command), command.Summary)));
        AddTable(help, "Options:", CommandSet.OptionsOf(null).Select(option => (option.Signature, option.Description)));
        return help.AppendLine(ExitCodes).AppendLine()
            .Append($"Run '{set.Word} help <command>' for the arguments and examples of a command.").ToString();
    }

    private string OfOne(Command command)
    {
        StringBuilder help = new StringBuilder($"Usage: {UsageOf(command)}").AppendLine().AppendLine().AppendLine(command.Summary);
        foreach (string paragraph in new[] { command.Details, command.Confirmation?.Warning }.OfType<string>())
            help.AppendLine(paragraph);
        help.AppendLine();
        AddTable(help, "Arguments:", command.Arguments.Select(argument => (argument.Name, argument.Description)));
        AddTable(help, "Options:", CommandSet.OptionsOf(command).Select(option => (option.Signature, option.Description)));
        if (command.Examples.Count > 0)
            help.AppendLine("Examples:");
        foreach (string example in command.Examples)
            help.AppendLine($"  {set.Word} {example}".TrimEnd());
        return help.ToString().TrimEnd();
    }

    private static void AddTable(StringBuilder help, string heading, IEnumerable<(string Name, string Meaning)> rows)
    {
        (string Name, string Meaning)[] all = [.. rows];
        if (all.Length == 0)
            return;
        int width = all.Max(row => row.Name.Length);
        help.AppendLine(heading);
        foreach ((string name, string meaning) in all)
            help.AppendLine($"  {name.PadRight(width)}  {meaning}");
        help.AppendLine();
    }
}

using System.Text;

namespace UserStore.Migrations.CommandLine;

/// <summary>Formats the usage of the commands.</summary>
internal static class CommandHelp
{
    private const string Options = """
        Options:
          --store <name>  acts on the store of this user type, if the service has several
          --json          writes one JSON document to standard output
          -h, --help      shows this help, or that of a command
        """;

    private const string ExitCodes = """
        Exit codes:
          0    success
          1    the command failed
          2    the arguments are not valid
          130  cancelled by SIGINT (Ctrl+C)
          143  cancelled by SIGTERM
        """;

    public static string Of(MigrationCommand? command) => command is null ? OfAll() : OfOne(command);

    /// <summary>Returns the usage in one line, and where to find more.</summary>
    public static string ShortUsageOf(MigrationCommand? command) => command is null
        ? $"Usage: migrate [command] [options]{Environment.NewLine}Run 'migrate help' for a list of commands."
        : $"Usage: {UsageOf(command)}{Environment.NewLine}Run 'migrate help {command.Name}' for more information.";

    private static string UsageOf(MigrationCommand command) => $"migrate {SignatureOf(command)} [--store <name>] [--json]";

    /// <summary>Returns the name of a command with its arguments.</summary>
    public static string SignatureOf(MigrationCommand command)
    {
        string arguments = command.TakesPlannedCommand ? " [command]" : string.Concat(command.Arguments.Select(argument => $" {argument.Name}"));
        return $"{command.Name}{arguments}{(command.IsForced ? " --force" : "")}";
    }

    private static string OfAll()
    {
        StringBuilder help = new StringBuilder("Usage: migrate [command] [options]").AppendLine().AppendLine()
            .AppendLine("Applies, undoes and inspects the migrations of this service.").AppendLine().AppendLine("Commands:");
        string[] names = [.. MigrationCommandTable.All.Select(SignatureOf)];
        int width = names.Max(name => name.Length);
        foreach ((string name, MigrationCommand command) in names.Zip(MigrationCommandTable.All))
            help.AppendLine($"  {name.PadRight(width)}  {command.Summary}");
        return help.AppendLine().AppendLine(Options).AppendLine().AppendLine(ExitCodes).AppendLine()
            .Append("Run 'migrate help <command>' for the arguments and examples of a command.").ToString();
    }

    private static string OfOne(MigrationCommand command)
    {
        StringBuilder help = new StringBuilder($"Usage: {UsageOf(command)}").AppendLine().AppendLine().AppendLine(command.Summary);
        foreach (string paragraph in new[] { command.Details, command.ForceWarning }.OfType<string>())
            help.AppendLine(paragraph);
        if (command.Arguments.Count > 0)
            help.AppendLine().AppendLine("Arguments:");
        int width = command.Arguments.Select(argument => argument.Name.Length).DefaultIfEmpty().Max();
        foreach (CommandArgument argument in command.Arguments)
            help.AppendLine($"  {argument.Name.PadRight(width)}  {argument.Description}");
        help.AppendLine().AppendLine(Options);
        if (command.Examples.Count > 0)
            help.AppendLine().AppendLine("Examples:");
        foreach (string example in command.Examples)
            help.AppendLine($"  migrate {example}".TrimEnd());
        return help.ToString().TrimEnd();
    }
}

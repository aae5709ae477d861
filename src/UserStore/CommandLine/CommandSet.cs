using System.Text.Json;

namespace UserStore.CommandLine;

/// <summary>Lists the commands of one word, such as <c>migrate</c>.</summary>
/// <param name="word">The first argument of the program.</param>
/// <param name="summary">What the commands do, in one sentence.</param>
/// <param name="commands">The commands.</param>
internal abstract class CommandSet(string word, string summary, IReadOnlyList<Command> commands)
{
    private static readonly CommandOption[] Common =
    [
        CommandParser.Store,
        CommandParser.Json,
        new("-h, --help", null, "shows this help, or that of a command"),
    ];

    public string Word => word;

    public string Summary => summary;

    public IReadOnlyList<Command> Commands => commands;

    /// <summary>Gets the command that an empty command line means; null if it means help.</summary>
    public virtual Command? Default => null;

    /// <summary>Gets how an error calls the stores on which the commands act.</summary>
    public abstract string StoresName { get; }

    /// <summary>Gets the error of a service without such stores: its type, and what to do.</summary>
    public abstract (string Type, string Message) NoStores { get; }

    /// <summary>Returns the options that the help of a command shows, or that of all commands.</summary>
    public static IEnumerable<CommandOption> OptionsOf(Command? command) => [.. command?.OwnOptions ?? [], .. Common];

    public Command? Find(string name) => commands.FirstOrDefault(command => command.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Writes properties of an exception into the JSON object of the error.</summary>
    public virtual void WriteDetails(Utf8JsonWriter json, Exception? exception)
    {
    }

    /// <summary>Returns commands that resolve a failure.</summary>
    public virtual IEnumerable<string> RemediesOf(Exception exception) => [];
}

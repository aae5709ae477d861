using System.Text.Json;
using Microsoft.Extensions.Options;

namespace UserStore.CommandLine;

/// <summary>Represents the failure of a command.</summary>
internal sealed class CommandFailure
{
    private readonly CommandSet _set;
    private readonly string _type;
    private readonly string _message;
    private readonly bool _isKnown;
    private readonly Exception? _exception;
    private readonly string[] _commands = [];

    public CommandFailure(CommandSet set, Exception exception, CommandContext context)
    {
        (_set, _exception, _type, _message) = (set, exception, exception.GetType().Name, MessageOf(exception));
        // The messages of other exceptions may contain values of users.
        _isKnown = exception is UserStoreException or OptionsValidationException or InvalidOperationException or ArgumentException;
        _commands = [.. set.RemediesOf(exception).Select(context.Spell)];
    }

    public CommandFailure(CommandSet set, string type, string message) => (_set, _type, _message, _isKnown) = (set, type, message, true);

    // The name of a parameter says nothing to an operator.
    private static string MessageOf(Exception exception) => exception is ArgumentException { ParamName: { } parameter }
        ? exception.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal)
        : exception.Message;

    /// <summary>Writes a sentence for the operator and, unlike everywhere else, the exceptions that caused the failure, with their messages and
    /// stacks.</summary>
    public void WriteText(TextWriter error, string heading)
    {
        string message = _exception is null ? $"{heading}{_message}" : $"{heading}{_type}: {_message}";
        string? cause = _exception?.InnerException is { } inner ? $"Cause: {inner}" : null;
        if (!_isKnown)
        {
            error.WriteLine(message);
            error.WriteLine(_exception!.StackTrace);
            error.WriteLine(cause);
            return;
        }

        // Stacks are long, so that what to do is written after them.
        if (cause is not null)
            error.WriteLine($"{heading}{cause}");
        error.WriteLine(message);
        foreach (string command in _commands)
            error.WriteLine($"    {command}");
    }

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("error");
        json.WriteString("type", _type);
        json.WriteString("message", _isKnown ? _message : "The exception is written to standard error.");
        json.WriteBoolean("isTransient", _exception is UserStoreException { IsTransient: true });
        _set.WriteDetails(json, _exception);
        json.WriteEndObject();
    }
}

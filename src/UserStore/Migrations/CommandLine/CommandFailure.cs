using System.Text.Json;
using Microsoft.Extensions.Options;

namespace UserStore.Migrations.CommandLine;

/// <summary>Represents the failure of a command.</summary>
internal sealed class CommandFailure
{
    private readonly string _type;
    private readonly string _message;
    private readonly bool _isKnown;
    private readonly Exception? _exception;
    private readonly string[] _commands = [];

    public CommandFailure(Exception exception, CommandContext? context)
    {
        (_exception, _type, _message) = (exception, exception.GetType().Name, exception.Message);
        // The messages of other exceptions may contain values of users.
        _isKnown = exception is UserStoreException or OptionsValidationException or InvalidOperationException or ArgumentException;
        if (exception is MigrationDirtyException { MigrationId: { } id } && context is not null)
            _commands = [.. StatusResult.RepairsOf(id).Select(context.Spell)];
    }

    public CommandFailure(string type, string message) => (_type, _message, _isKnown) = (type, message, true);

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
        json.WriteString("migrationId", (_exception as MigrationException)?.MigrationId);
        if (_exception is MigrationPlanException rejected)
        {
            json.WriteString("reason", $"{rejected.Error}");
            StatusJson.WriteStrings(json, "migrationIds", rejected.MigrationIds);
        }

        json.WriteEndObject();
    }
}

using System.Text.Json;

namespace UserStore.Migrations.CommandLine;

/// <summary>Represents the result of a command on one store.</summary>
internal abstract class CommandResult
{
    public abstract void WriteText(TextWriter writer);

    /// <summary>Writes properties of the JSON object of the store.</summary>
    public abstract void WriteJson(Utf8JsonWriter json);
}

/// <summary>Represents a result that one sentence describes.</summary>
internal sealed class MessageResult(string message, Action<Utf8JsonWriter> writeJson) : CommandResult
{
    public override void WriteText(TextWriter writer) => writer.WriteLine(message);

    public override void WriteJson(Utf8JsonWriter json) => writeJson(json);
}

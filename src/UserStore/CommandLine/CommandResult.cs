using System.Text.Json;

namespace UserStore.CommandLine;

/// <summary>Represents the result of a command on one store.</summary>
internal abstract class CommandResult
{
    /// <summary>Does what the command does step by step, and writes each step at once, unless the output is JSON.</summary>
    /// <param name="writeLine">Writes a line; null for JSON.</param>
    public virtual Task CompleteAsync(Action<string>? writeLine) => Task.CompletedTask;

    /// <summary>Writes the result of a command that succeeded.</summary>
    public abstract void WriteText(TextWriter writer);

    /// <summary>Writes properties of the JSON object of the store, also if the command failed later.</summary>
    public abstract void WriteJson(Utf8JsonWriter json);
}

/// <summary>Represents a result that one sentence describes.</summary>
internal sealed class MessageResult(string message, Action<Utf8JsonWriter> writeJson) : CommandResult
{
    public override void WriteText(TextWriter writer) => writer.WriteLine(message);

    public override void WriteJson(Utf8JsonWriter json) => writeJson(json);
}

/// <summary>Represents items that a command finds or changes one by one. Those before a failure are reported, too.</summary>
/// <param name="property">The name of the array in JSON.</param>
/// <param name="items">The items, which the command determines while they are enumerated.</param>
/// <param name="textOf">Returns an item as a line.</param>
/// <param name="writeItem">Writes an item as a JSON value.</param>
/// <param name="summaryOf">Returns the last line, from the number of items; null for none.</param>
internal sealed class ListResult<T>(
    string property, IAsyncEnumerable<T> items, Func<T, string> textOf, Action<Utf8JsonWriter, T> writeItem, Func<int, string>? summaryOf = null)
    : CommandResult
{
    private readonly List<T> _items = [];

    public override async Task CompleteAsync(Action<string>? writeLine)
    {
        await foreach (T item in items.ConfigureAwait(false))
        {
            _items.Add(item);
            writeLine?.Invoke(textOf(item));
        }
    }

    public override void WriteText(TextWriter writer)
    {
        if (summaryOf is not null)
            writer.WriteLine(summaryOf(_items.Count));
    }

    public override void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartArray(property);
        foreach (T item in _items)
            writeItem(json, item);
        json.WriteEndArray();
    }
}

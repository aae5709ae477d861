using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.CommandLine;

namespace UserStore.Migrations.CommandLine;

/// <summary>Represents the items that a migration could not change, with their keys.</summary>
internal sealed class PoisonResult(IReadOnlyList<PoisonItem> items) : CommandResult
{
    public override void WriteText(TextWriter writer)
    {
        foreach (PoisonItem item in items)
        {
            string other = item.ConflictsWith is null ? "" : $" Conflicts with {TextOf(item.ConflictsWith)}.";
            writer.WriteLine($"{TextOf(item.Key)}: {item.Error}{other}");
        }

        writer.WriteLine(items.Count == 1 ? "1 item." : $"{items.Count} items.");
    }

    public override void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartArray("items");
        foreach (PoisonItem item in items)
        {
            json.WriteStartObject();
            Write(json, "key", item.Key);
            json.WriteString("error", item.Error);
            if (item.ConflictsWith is not null)
                Write(json, "conflictsWith", item.ConflictsWith);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string property, IReadOnlyDictionary<string, AttributeValue> key)
    {
        json.WriteStartObject(property);
        foreach ((string name, AttributeValue value) in key)
            json.WriteString(name, ScalarOf(value));
        json.WriteEndObject();
    }

    private static string TextOf(IReadOnlyDictionary<string, AttributeValue> key)
        => string.Join(", ", key.Select(attribute => $"{attribute.Key} = {ScalarOf(attribute.Value)}"));

    private static string ScalarOf(AttributeValue value) => value.S ?? value.N ?? Convert.ToBase64String(value.B.ToArray());
}

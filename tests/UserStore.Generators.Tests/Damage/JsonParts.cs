using System.Text.Json;

namespace UserStore.Generators.Tests.Damage;

/// <summary>The positions of the parts of a JSON text, up to where it is damaged.</summary>
internal sealed class JsonParts
{
    private JsonParts()
    {
    }

    /// <summary>Gets all values.</summary>
    public List<Range> Values { get; } = [];

    /// <summary>Gets all properties: the name and the value.</summary>
    public List<Range> Members { get; } = [];

    /// <summary>Gets all strings, and the names of properties, without their quotes.</summary>
    public List<Range> Texts { get; } = [];

    public static JsonParts Of(ReadOnlySpan<byte> json)
    {
        var parts = new JsonParts();
        var reader = new Utf8JsonReader(json);
        try
        {
            parts.Read(ref reader);
        }
        catch (JsonException)
        {
            // What precedes the damage was read.
        }

        return parts;
    }

    private void Read(ref Utf8JsonReader reader)
    {
        var open = new Stack<(int Start, int Member)>();
        int member = -1;
        while (reader.Read())
        {
            int start = (int)reader.TokenStartIndex;
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                Texts.Add((start + 1)..(start + 1 + reader.ValueSpan.Length));
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    member = start;
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push((start, member));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    (start, member) = open.Pop();
                    Add(start, member, (int)reader.BytesConsumed);
                    break;
                default:
                    Add(start, member, (int)reader.BytesConsumed);
                    break;
            }

            member = -1;
        }
    }

    private void Add(int start, int member, int end)
    {
        Values.Add(start..end);
        if (member >= 0)
            Members.Add(member..end);
    }
}

using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UserStore.DynamoDb.Expressions;

/// <summary>The text of an expression, which requests of the same form share.</summary>
internal sealed class ExpressionText(string text)
{
    private ExpressionNames? _names;

    public string Text => text;

    /// <summary>Gets the text as a string of JSON.</summary>
    public JsonEncodedText Encoded { get; } = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    /// <summary>Returns the names of a request with this expression: those of the last one, if they are the same.</summary>
    public ExpressionNames NamesOf(Dictionary<string, int> names)
    {
        // Requests with other names and the same text run at the same time: the field is read once.
        ExpressionNames? known = _names;
        if (known?.Are(names) != true)
            _names = known = new ExpressionNames([.. names.Keys]);
        return known;
    }
}

/// <summary>The attribute names of a request, by placeholder.</summary>
/// <param name="names">The names, in the order of their placeholders.</param>
internal sealed class ExpressionNames(string[] names)
{
    private Dictionary<string, string>? _byPlaceholder;
    private byte[]? _json;

    /// <summary>Gets the names for the SDK, which does not change them.</summary>
    public Dictionary<string, string> ByPlaceholder => _byPlaceholder ??= names.Index().ToDictionary(
        name => ExpressionWriter.NamePlaceholder(name.Index), name => name.Item, StringComparer.Ordinal);

    /// <summary>Gets the names as an object of JSON.</summary>
    public ReadOnlySpan<byte> Json => _json ??= ToJson();

    /// <summary>Returns whether these are the names.</summary>
    /// <param name="others">Names, added in the order of their placeholders.</param>
    public bool Are(Dictionary<string, int> others)
    {
        if (others.Count != names.Length)
            return false;
        int number = 0;
        foreach (string name in others.Keys)
        {
            if (name != names[number++])
                return false;
        }

        return true;
    }

    private byte[] ToJson()
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        foreach ((int number, string name) in names.Index())
            writer.WriteString(ExpressionWriter.NamePlaceholder(number), name);
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }
}

/// <summary>The expressions of earlier requests. They contain no values, so that a service has few of them: one for each form of a request.</summary>
internal static class ExpressionTexts
{
    // A service that builds conditions without end must not fill the memory.
    private const int MaxEntries = 2048;
    private const int MaxLength = 4096; // of an expression in DynamoDB: Amazon DynamoDB Developer Guide, "Quotas"

    private static readonly ConcurrentDictionary<string, ExpressionText> Texts = new(StringComparer.Ordinal);

    public static ExpressionText Of(ReadOnlySpan<char> text)
    {
        if (Texts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out ExpressionText? known))
            return known;
        var added = new ExpressionText(text.ToString());
        return text.Length <= MaxLength && Texts.Count < MaxEntries ? Texts.GetOrAdd(added.Text, added) : added;
    }
}

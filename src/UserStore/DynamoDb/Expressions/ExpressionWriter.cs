using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Expressions;

/// <summary>
/// Writes the expressions of one request. Names and values are always placeholders, so that reserved words and values never occur in an expression.
/// </summary>
/// <remarks>A writer of JSON is disposed of after the request was sent, because its buffer is used again.</remarks>
internal sealed class ExpressionWriter : IDisposable
{
    private const int InitialLength = 1024;
    private const int MaxSpareLength = 16 * 1024;
    private const string JsonValues = "ExpressionAttributeValues";

    private static readonly string[] NamePlaceholders = [.. Enumerable.Range(0, 64).Select(NumberedName)];
    private static readonly string[] ValuePlaceholders = [.. Enumerable.Range(0, 64).Select(NumberedValue)];
    private static readonly JsonEncodedText[] ValueKeys = [.. ValuePlaceholders.Select(placeholder => JsonEncodedText.Encode(placeholder))];

    // Expressions are written without a pause, so that the writers of a thread can share a buffer.
    [ThreadStatic]
    private static char[]? SpareText;

    private readonly Dictionary<string, int> _names;
    private readonly Dictionary<string, AttributeValue>? _values;
    private ExpressionText? _last;
    private char[] _text = [];
    private int _length;
    private int _valueCount;

    /// <summary>Initializes a new instance of the <see cref="ExpressionWriter"/> class for a request that the SDK writes.</summary>
    public ExpressionWriter() => (_names, _values) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));

    private ExpressionWriter(JsonBody body) => (_names, Body) = (body.Names, body);

    /// <summary>Gets the JSON of the request, into which values are written; null if the SDK writes the request.</summary>
    public JsonBody? Body { get; private set; }

    /// <summary>Gets the names by placeholder.</summary>
    public Dictionary<string, string> Names => TakeNames().ByPlaceholder;

    /// <summary>Gets the values by placeholder, for a request that the SDK writes; null if there are none, which DynamoDB demands.</summary>
    public Dictionary<string, AttributeValue>? Values => _values is { Count: > 0 } ? _values : null;

    /// <summary>Gets a value indicating whether nothing was written since the last expression was taken.</summary>
    private bool IsEmpty => _length == 0;

    /// <summary>Returns a writer for a request that is written as JSON.</summary>
    public static ExpressionWriter ForJson() => new(JsonBody.Rent());

    public static string NamePlaceholder(int number) => number < NamePlaceholders.Length ? NamePlaceholders[number] : NumberedName(number);

    public string Name(string attribute)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_names, attribute, out bool isKnown);
        if (!isKnown)
            number = _names.Count - 1;
        return NamePlaceholder(number);
    }

    public string Name(MappedProperty property) => Name(property.AttributeName);

    /// <summary>Adds a value as it is stored.</summary>
    public string Value(AttributeValue value)
    {
        string placeholder = NextValue();
        if (Body is null)
            _values!.Add(placeholder, value);
        else
            Body.Values.Write(value);
        return placeholder;
    }

    public string Value(string text) => Value(new StoredScalar(ScalarKind.String, text));

    public string Value(long number) => Value(new StoredScalar(ScalarKind.Number, number.ToString(CultureInfo.InvariantCulture)));

    public string Value(StoredNumber number) => Value(new StoredScalar(ScalarKind.Number, number.ToString()));

    public string Value(StoredScalar value)
    {
        if (Body is null)
            return Value(value.ToAttribute());
        string placeholder = NextValue();
        Body.Values.Write(value);
        return placeholder;
    }

    /// <summary>Adds a value that is JSON already to the JSON of the request.</summary>
    public string Value(ReadOnlySpan<byte> json)
    {
        string placeholder = NextValue();
        Body!.Values.WriteRaw(json);
        return placeholder;
    }

    /// <summary>Appends text to the expression.</summary>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The text appended itself.")]
    public void Append([InterpolatedStringHandlerArgument("")] Text text) => _ = text;

    /// <summary>Appends a condition to those of the expression, all of which must hold.</summary>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The condition appended itself.")]
    public void And([InterpolatedStringHandlerArgument("")] Condition condition) => _ = condition;

    /// <summary>Begins a condition, if there are others in the expression.</summary>
    public void And()
    {
        if (!IsEmpty)
            Append(" AND ".AsSpan());
    }

    public void Append(ReadOnlySpan<char> text)
    {
        if (_text.Length - _length < text.Length)
            Grow(text.Length);
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>Returns the expression that was written, and begins another one of the same request.</summary>
    public ExpressionText Take()
    {
        _last = ExpressionTexts.Of(_text.AsSpan(0, _length));
        ReturnText();
        return _last;
    }

    /// <summary>Returns the expression that was written; null if nothing was.</summary>
    public ExpressionText? TakeIfAny() => IsEmpty ? null : Take();

    /// <summary>Returns the names, after all expressions were taken.</summary>
    public ExpressionNames TakeNames() => (_last ?? ExpressionTexts.Of("")).NamesOf(_names);

    /// <summary>Writes names and values to the JSON of the request.</summary>
    public void WriteNamesAndValues()
    {
        if (_valueCount > 0)
            Body!.Json.WriteEndObject();
        if (_names.Count == 0)
            return;
        Body!.Json.WritePropertyName("ExpressionAttributeNames");
        Body.Json.WriteRawValue(TakeNames().Json, skipInputValidation: true);
    }

    public void Dispose()
    {
        Body?.Dispose();
        Body = null;
    }

    private static string NumberedName(int number) => string.Create(CultureInfo.InvariantCulture, $"#{number}");

    private static string NumberedValue(int number) => string.Create(CultureInfo.InvariantCulture, $":{number}");

    private string NextValue()
    {
        int number = _valueCount++;
        if (Body is not null)
        {
            if (number == 0)
                Body.Json.WriteStartObject(JsonValues);
            Body.Values.SetKey(number < ValueKeys.Length ? ValueKeys[number] : JsonEncodedText.Encode(NumberedValue(number)));
        }

        return number < ValuePlaceholders.Length ? ValuePlaceholders[number] : NumberedValue(number);
    }

    private void Grow(int needed)
    {
        if (_text.Length == 0 && SpareText is { } spare)
            (_text, SpareText) = (spare, null);
        if (_text.Length - _length < needed)
            Array.Resize(ref _text, Math.Max(InitialLength, Math.Max(_text.Length * 2, _length + needed)));
    }

    private void ReturnText()
    {
        if (_text.Length <= MaxSpareLength)
            SpareText = _text;
        (_text, _length) = ([], 0);
    }

    /// <summary>Appends an interpolated string to the expression, without a string of its own.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Text
    {
        private readonly ExpressionWriter _writer;

        public Text(int literalLength, int formattedCount, ExpressionWriter writer) => (_, _, _writer) = (literalLength, formattedCount, writer);

        public void AppendLiteral(string text) => _writer.Append(text.AsSpan());

        public void AppendFormatted(string text) => _writer.Append(text.AsSpan());
    }

    /// <summary>Appends an interpolated string after the conditions of the expression.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Condition
    {
        private readonly ExpressionWriter _writer;

        public Condition(int literalLength, int formattedCount, ExpressionWriter writer)
        {
            (_, _, _writer) = (literalLength, formattedCount, writer);
            writer.And();
        }

        public void AppendLiteral(string text) => _writer.Append(text.AsSpan());

        public void AppendFormatted(string text) => _writer.Append(text.AsSpan());
    }
}

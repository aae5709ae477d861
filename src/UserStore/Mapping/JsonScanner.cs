using System.Buffers;
using System.Text;
using System.Text.Json;

namespace UserStore.Mapping;

/// <summary>Scans JSON of which the structure is known, from one end to the other.</summary>
/// <remarks>
/// The values of an item are objects in objects, so that a general reader spends most of its time on their tokens. Whatever is not known, and escapes
/// in strings, is left to that reader.
/// </remarks>
internal ref struct JsonScanner(ReadOnlySpan<byte> json)
{
    // 32 levels of DynamoDB are two of JSON each; the response surrounds them.
    private const int MaxDepth = 128;

    private static readonly SearchValues<byte> EndsOfText = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, ' ').Select(unit => (byte)unit)]);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;
    private int _depth;
    private bool _isFirst;

    public readonly int Position => _at;

    public readonly int Length => _json.Length;

    public static JsonException Damaged() => new("The response is not one of DynamoDB.");

    public void BeginObject() => Begin((byte)'{');

    public void BeginArray() => Begin((byte)'[');

    /// <summary>Returns whether an object, array or string begins here.</summary>
    public bool IsAt(byte start) => Next() == start;

    /// <summary>Advances to the value of the next property.</summary>
    /// <param name="name">The name, without escapes.</param>
    /// <returns>False after the last property.</returns>
    public bool NextProperty(out ReadOnlySpan<byte> name)
    {
        if (!NextElement((byte)'}'))
        {
            name = default;
            return false;
        }

        name = Text(out bool isEscaped);
        if (isEscaped)
            name = Encoding.UTF8.GetBytes(StringOf(name, isEscaped));
        Expect((byte)':');
        return true;
    }

    /// <summary>Advances to the next element of an array.</summary>
    /// <returns>False after the last one.</returns>
    public bool NextElement() => NextElement((byte)']');

    /// <summary>Ends an object that has no further property.</summary>
    public void EndObject()
    {
        if (NextElement((byte)'}'))
            throw Damaged();
    }

    /// <summary>Returns the string here, between its quotes.</summary>
    public ReadOnlySpan<byte> Text(out bool isEscaped)
    {
        Expect((byte)'"');
        isEscaped = false;
        int start = _at;
        while (true)
        {
            int length = _json[_at..].IndexOfAny(EndsOfText);
            if (length < 0)
                throw Damaged();
            _at += length;
            switch (_json[_at])
            {
                case (byte)'"':
                    return _json[start.._at++];
                case (byte)'\\' when _at + 1 < _json.Length:
                    isEscaped = true;
                    _at += 2;
                    break;
                default:
                    throw Damaged();
            }
        }
    }

    /// <summary>Returns a string that <see cref="Text"/> returned.</summary>
    public static string StringOf(ReadOnlySpan<byte> text, bool isEscaped)
    {
        try
        {
            return isEscaped ? Unescaped(text) : Utf8.GetString(text);
        }
        catch (Exception invalid) when (invalid is ArgumentException or InvalidOperationException)
        {
            throw Damaged(); // not UTF-8, or a surrogate without the other one
        }
    }

    /// <summary>Reads <see langword="null"/>, if it is here.</summary>
    public bool TryNull()
    {
        if (!IsAt((byte)'n'))
            return false;
        Expect("null"u8);
        return true;
    }

    /// <summary>Reads <see langword="true"/> or <see langword="false"/>.</summary>
    public bool Boolean()
    {
        bool value = IsAt((byte)'t');
        Expect(value ? "true"u8 : "false"u8);
        return value;
    }

    /// <summary>Reads an object with one property whose value is a string, if the property has this name: <c>{"S":"text"}</c>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="start">The start of the object, as DynamoDB writes it: <c>{"S":</c>.</param>
    /// <param name="text">The string between its quotes.</param>
    /// <param name="isEscaped">Whether it has escapes.</param>
    /// <returns>False if the property has another name; the object is not read to its end then.</returns>
    public bool TryText(ReadOnlySpan<byte> name, ReadOnlySpan<byte> start, out ReadOnlySpan<byte> text, out bool isEscaped)
    {
        if (_json[_at..].StartsWith(start))
        {
            _at += start.Length;
        }
        else
        {
            Expect((byte)'{');
            if (!Text(out bool isNameEscaped).SequenceEqual(name) || isNameEscaped)
            {
                text = default;
                return isEscaped = false;
            }

            Expect((byte)':');
        }

        text = Text(out isEscaped);
        Expect((byte)'}');
        return true;
    }

    /// <summary>Skips the value here.</summary>
    public void Skip()
    {
        var reader = new Utf8JsonReader(_json[_at..], Options);
        reader.Read();
        reader.Skip();
        _at += (int)reader.BytesConsumed;
    }

    /// <summary>Reads the value here, whatever it is.</summary>
    public JsonElement Element()
    {
        var reader = new Utf8JsonReader(_json[_at..], Options);
        var element = JsonElement.ParseValue(ref reader);
        _at += (int)reader.BytesConsumed;
        return element;
    }

    public void EndDocument()
    {
        while (_at < _json.Length)
        {
            if (!IsSpace(_json[_at++]))
                throw Damaged();
        }
    }

    private static bool IsSpace(byte unit) => unit is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    private static string Unescaped(ReadOnlySpan<byte> text)
    {
        byte[] quoted = [(byte)'"', .. text, (byte)'"'];
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString()!;
    }

    private void Begin(byte start)
    {
        Expect(start);
        if (++_depth > MaxDepth)
            throw Damaged();
        _isFirst = true;
    }

    private bool NextElement(byte end)
    {
        byte next = Next();
        if (next == end)
        {
            _at++;
            _depth--;
            _isFirst = false;
            return false;
        }

        if (_isFirst)
            _isFirst = false;
        else
            Expect((byte)',');
        return true;
    }

    private void Expect(byte unit)
    {
        if (Next() != unit)
            throw Damaged();
        _at++;
    }

    private void Expect(ReadOnlySpan<byte> literal)
    {
        if (!_json[_at..].StartsWith(literal))
            throw Damaged();
        _at += literal.Length;
    }

    private byte Next()
    {
        while (_at < _json.Length)
        {
            byte next = _json[_at];
            if (next > ' ' || !IsSpace(next))
                return next;
            _at++;
        }

        throw Damaged();
    }
}

using System.ComponentModel;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;

namespace UserStore.Mapping;

/// <summary>Writes the values of users as the JSON of DynamoDB's requests. For code that the source generator writes.</summary>
/// <remarks>
/// A method returns <see langword="false"/>, and writes nothing, for a value that is not stored: <see langword="null"/>, or an empty set. A user
/// with a value that is not written here, because DynamoDB rejects it or a converter fails, is irregular: the context maps it, or says which rule it
/// violates.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed partial class ItemWriter
{
    private const int MaxCharBytes = 3;

    private static readonly JsonEncodedText StringType = JsonEncodedText.Encode("S");
    private static readonly JsonEncodedText BooleanType = JsonEncodedText.Encode("BOOL");
    private static readonly JsonEncodedText BinaryType = JsonEncodedText.Encode("B");

    private readonly Utf8JsonWriter _json;
    private JsonEncodedText _encodedKey;
    private string? _key;
    private bool _hasKey;
    private bool _isInSet;
    private int _depth;

    internal ItemWriter(Utf8JsonWriter json) => _json = json;

    /// <summary>Gets a value indicating whether a value was not written that only the context may map.</summary>
    internal bool IsIrregular { get; private set; }

    /// <summary>Forgets what was written before.</summary>
    internal void Reset() => (IsIrregular, _hasKey, _key, _isInSet, _depth) = (false, false, null, false, 0);

    /// <summary>Sets the key, in an item or map, under which the next value that is stored is written.</summary>
    /// <param name="key">The key.</param>
    public void SetKey(JsonEncodedText key) => (_hasKey, _key, _encodedKey) = (true, null, key);

    /// <summary>Sets the key, in a map, under which the next value that is stored is written.</summary>
    /// <param name="key">The key.</param>
    public void SetKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        IsIrregular |= key.Length == 0 || UserRules.Utf8Length(key) is null;
        (_hasKey, _key) = (true, IsIrregular ? "-" : key);
    }

    /// <summary>Writes a string.</summary>
    /// <param name="value">The string.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteString(string? value)
    {
        if (value is null)
            return false;
        if (UserRules.Utf8Length(value) is null)
        {
            IsIrregular = true;
            value = "";
        }

        if (_isInSet)
        {
            _json.WriteStringValue(value);
            return true;
        }

        Begin();
        _json.WriteString(StringType, value);
        _json.WriteEndObject();
        return true;
    }

    /// <summary>Writes a Boolean.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteBoolean(bool? value)
    {
        if (value is null)
            return false;
        Begin();
        _json.WriteBoolean(BooleanType, value.Value);
        _json.WriteEndObject();
        return true;
    }

    /// <summary>Writes a character.</summary>
    /// <param name="value">The character.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteChar(char? value)
    {
        if (value is null)
            return false;
        if (char.IsSurrogate(value.Value))
            return SetIrregular();
        Span<byte> text = stackalloc byte[MaxCharBytes];
        new System.Text.Rune(value.Value).TryEncodeToUtf8(text, out int length);
        WriteText(text[..length]);
        return true;
    }

    /// <summary>Writes a <see cref="Guid"/> in its default format.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteGuid(Guid? value)
    {
        if (value is null)
            return false;
        Span<byte> text = stackalloc byte[36];
        value.Value.TryFormat(text, out _);
        WriteText(text);
        return true;
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>Whether they are stored.</returns>
    public bool WriteBytes(byte[]? value)
    {
        if (value is null)
            return false;
        if (_isInSet)
        {
            _json.WriteBase64StringValue(value);
            return true;
        }

        Begin();
        _json.WriteBase64String(BinaryType, value);
        _json.WriteEndObject();
        return true;
    }

    /// <summary>Writes a value by a converter.</summary>
    /// <param name="converter">The converter.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteConverted(IPropertyConverter converter, object? value)
    {
        ArgumentNullException.ThrowIfNull(converter);
        if (value is null)
            return false; // without a call of the converter, as by the context
        try
        {
            if (converter.ToEntry(value) is not { } entry)
                return false;
            var map = new Document { [""] = entry }.ToAttributeMap(DynamoDBEntryConversion.V2, isEmptyStringValueEnabled: true);
            if (!map.TryGetValue("", out AttributeValue? attribute))
                return false;
            ItemRules.Check(map, []);
            Write(attribute);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            IsIrregular = true; // the context converts it once more, and says why it cannot
            return false;
        }
    }

    /// <summary>Leaves the user to the context.</summary>
    /// <returns><see langword="false"/>.</returns>
    public bool SetIrregular()
    {
        IsIrregular = true;
        return false;
    }

    internal void WriteRaw(ReadOnlySpan<byte> json)
    {
        WriteKey();
        _json.WriteRawValue(json, skipInputValidation: true);
    }

    internal void Write(AttributeValue attribute)
    {
        WriteKey();
        AttributeJson.Write(_json, attribute);
    }

    internal void Write(StoredScalar scalar)
    {
        if (scalar.Kind == ScalarKind.StringSet)
        {
            Write(scalar.ToAttribute());
            return;
        }

        Begin();
        if (scalar.Kind == ScalarKind.Boolean)
            _json.WriteBoolean(BooleanType, scalar.Text == bool.TrueString);
        else
            _json.WriteString(scalar.Kind == ScalarKind.Number ? NumberType : StringType, scalar.Text);
        _json.WriteEndObject();
    }

    private void WriteText(ReadOnlySpan<byte> text)
    {
        if (_isInSet)
        {
            _json.WriteStringValue(text);
            return;
        }

        Begin();
        _json.WriteString(StringType, text);
        _json.WriteEndObject();
    }

    private void Begin()
    {
        WriteKey();
        _json.WriteStartObject();
    }

    private void WriteKey()
    {
        if (!_hasKey)
            return;
        _hasKey = false;
        if (_key is null)
            _json.WritePropertyName(_encodedKey);
        else
            _json.WritePropertyName(_key);
    }
}

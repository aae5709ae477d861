using System.Buffers;
using System.Buffers.Text;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;

namespace UserStore.Mapping;

/// <summary>Reads users from the JSON of DynamoDB's responses. For code that the source generator writes.</summary>
/// <remarks>
/// Every method that tries to read a value returns <see langword="false"/> for one that the SDK's context reads otherwise or not at all: the
/// generated code returns <see langword="null"/> then, and the context reads the item.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref partial struct ItemReader
{
    private const int GuidLength = 36;
    private const int MaxCharBytes = 6; // of one that is escaped
    private const int MaxItems = 4096; // more are added without a guess

    private readonly ItemLayout? _layout;
    private readonly Shared? _shared;
    private readonly StoredScalar?[] _kept;
    private JsonScanner _json;
    private JsonScanner _item;
    private int _attribute;
    private byte _setType;

    internal ItemReader(ReadOnlySpan<byte> json, ItemLayout? layout, bool readsMany)
    {
        _json = new JsonScanner(json);
        _layout = layout;
        _kept = layout is null or { KeptCount: 0 } ? [] : new StoredScalar?[layout.KeptCount];
        _shared = readsMany && layout is not null ? new Shared(layout.Count) : null;
    }

    /// <summary>Gets the stored values of the attributes that are kept, each in its slot, until the next item begins.</summary>
    internal readonly ReadOnlySpan<StoredScalar?> Kept => _kept;

    /// <summary>Gets a value indicating whether the item has an attribute of the type.</summary>
    internal bool HasAttributes { get; private set; }

    internal string? WriteId { get; private set; }

    internal string? BirthId { get; private set; }

    internal long? Version { get; private set; }

    internal long? ExpiresAt { get; private set; }

    /// <summary>Gets the scanner of the JSON, for what surrounds the items.</summary>
    [UnscopedRef]
    internal ref JsonScanner Json => ref _json;

    /// <summary>Begins to read an item.</summary>
    internal void BeginItem()
    {
        (WriteId, BirthId, Version, ExpiresAt, HasAttributes) = (null, null, null, null, false);
        _kept.AsSpan().Clear();
        _setType = 0; // the item before may have been left in the middle of a set
        _item = _json;
        _json.BeginObject();
    }

    /// <summary>Returns to the start of the item, and reads it as attributes.</summary>
    internal Dictionary<string, AttributeValue> ReadAgain()
    {
        _json = _item;
        return AttributeJson.ReadItem(_json.Element());
    }

    /// <summary>Returns how many items there are from the one that was read last, if all others are as long.</summary>
    internal readonly int CountOfRest()
        => Math.Min(MaxItems, ((_json.Length - _item.Position) / Math.Max(1, _json.Position - _item.Position)) + 1);

    /// <summary>Advances to the next attribute of the mapping.</summary>
    /// <returns>The position of the attribute; -1 after the last one; -2 for an item that only the context reads.</returns>
    public int Next()
    {
        while (true)
        {
            int position = NextIn(_layout!.Names);
            if (position < _layout.Count)
            {
                HasAttributes |= position >= 0;
                return _attribute = position;
            }

            if (position == _layout.Count + 2)
                return -2; // the item of a restricted user
            bool isWriteId = position == _layout.Count;
            if ((isWriteId ? WriteId : BirthId) is not null || !TryReadString(out string? id))
                return -2;
            if (isWriteId)
                WriteId = id;
            else
                BirthId = id;
        }
    }

    /// <summary>Advances to the next known attribute of a map.</summary>
    /// <param name="names">The names.</param>
    /// <returns>The position of the attribute, or -1 after the last one.</returns>
    public int NextIn(AttributeNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _attribute = -1;
        while (_json.NextProperty(out ReadOnlySpan<byte> name))
        {
            int position = names.IndexOf(name);
            if (position >= 0)
                return position;
            _json.Skip();
        }

        return -1;
    }

    /// <summary>Tries to read a string.</summary>
    /// <param name="value">The string.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryReadString([NotNullWhen(true)] out string? value)
    {
        value = null;
        if (!TryString(out ReadOnlySpan<byte> text, out bool isEscaped))
            return false;
        value = _shared is not null && !isEscaped && _attribute >= 0 ? _shared.StringOf(_attribute, text) : JsonScanner.StringOf(text, isEscaped);
        Keep(ScalarKind.String, value);
        return true;
    }

    /// <summary>Tries to read a Boolean.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryReadBoolean(out bool value)
    {
        value = false;
        if (!TryBegin("BOOL"u8))
            return false;
        value = _json.Boolean();
        Keep(ScalarKind.Boolean, value ? bool.TrueString : bool.FalseString);
        _json.EndObject();
        return true;
    }

    /// <summary>Tries to read a <see cref="Guid"/> in its default format.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryReadGuid(out Guid value)
    {
        value = default;
        if (!TryText(out ReadOnlySpan<byte> text) || text.Length != GuidLength || text.ContainsAnyInRange((byte)'A', (byte)'F')
            || !Utf8Parser.TryParse(text, out value, out int read, 'D') || read != GuidLength)
        {
            return false;
        }

        Keep(ScalarKind.String, text);
        return true;
    }

    /// <summary>Tries to read bytes.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>Whether the attribute is binary.</returns>
    public bool TryReadBytes([NotNullWhen(true)] out byte[]? value)
    {
        value = null;
        if (!TryText((byte)'B', "B"u8, "{\"B\":"u8, out ReadOnlySpan<byte> text, out bool isEscaped) || isEscaped)
            return false;
        value = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, value, out int read, out int written) != OperationStatus.Done || read != text.Length)
            return false;
        if (written == 0)
            value = []; // the one that the context returns as well
        else
            Array.Resize(ref value, written);
        return true;
    }

    /// <summary>Tries to read a character.</summary>
    /// <param name="value">The character.</param>
    /// <returns>Whether the attribute is a string of one character.</returns>
    public bool TryReadChar(out char value)
    {
        value = default;
        if (!TryString(out ReadOnlySpan<byte> text, out bool isEscaped) || text.Length > MaxCharBytes
            || JsonScanner.StringOf(text, isEscaped) is not [var character])
        {
            return false;
        }

        value = character;
        Keep(ScalarKind.String, value.ToString());
        return true;
    }

    /// <summary>Tries to read a value by a converter.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="converter">The converter.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the converter returns a value of the type.</returns>
    public bool TryReadConverted<T>(IPropertyConverter converter, [MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(converter);
        value = default;
        AttributeValue stored = AttributeJson.Read(_json.Element());
        try
        {
            if (converter.FromEntry(Document.FromAttributeMap(new() { [""] = stored })[""]) is not T converted)
                return false;
            value = converted;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return false; // the context converts it once more, and says why it cannot
        }

        if (_attribute >= 0)
            Keep(stored);
        return true;
    }

    private bool TryText(out ReadOnlySpan<byte> text) => TryString(out text, out bool isEscaped) && !isEscaped;

    private bool TryString(out ReadOnlySpan<byte> text, out bool isEscaped) => TryText((byte)'S', "S"u8, "{\"S\":"u8, out text, out isEscaped);

    private bool TryText(byte type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> start, out ReadOnlySpan<byte> text, out bool isEscaped)
    {
        if (_setType == 0)
            return _json.TryText(name, start, out text, out isEscaped);
        if (_setType != type)
        {
            text = default;
            return isEscaped = false;
        }

        text = _json.Text(out isEscaped);
        return true;
    }

    private void Keep(ScalarKind kind, string text)
    {
        if (_attribute >= 0 && _layout!.SlotOf(_attribute) is >= 0 and var slot)
            _kept[slot] = new StoredScalar(kind, text);
    }

    private void Keep(ScalarKind kind, ReadOnlySpan<byte> text)
    {
        if (_attribute >= 0 && _layout!.SlotOf(_attribute) is >= 0 and var slot)
            _kept[slot] = new StoredScalar(kind, JsonScanner.StringOf(text, isEscaped: false));
    }

    private void Keep(AttributeValue stored)
    {
        if (_attribute == _layout!.ExpiresAt && long.TryParse(stored.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds))
            ExpiresAt = seconds;
        if (stored.BOOL is { } flag)
            Keep(ScalarKind.Boolean, flag ? bool.TrueString : bool.FalseString);
        else if (stored.ToScalar() is { } scalar)
            Keep(scalar.Kind, scalar.Text);
    }
}

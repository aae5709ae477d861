using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;
using UserStore.Modeling;

namespace UserStore.Mapping;

/// <content>Lists, sets and maps.</content>
public ref partial struct ItemReader
{
    private static readonly AttributeNames EnumNames = new(NullableEnumConverter.NumberField);

    /// <summary>Tries to read a list of strings as <see cref="StringListConverter"/> does.</summary>
    /// <param name="value">The list.</param>
    /// <returns>Whether the attribute is a list of strings only.</returns>
    public bool TryReadStrings([NotNullWhen(true)] out ValueList<string>? value)
    {
        value = null;
        int attribute = _attribute;
        if (!TryBeginList())
            return false;
        ValueList<string>? last = attribute >= 0 ? _shared?.ListOf(attribute) : null;
        (int same, List<string>? items) = (0, null);
        while (NextElement())
        {
            if (!_json.TryText("S"u8, "{\"S\":"u8, out ReadOnlySpan<byte> text, out bool isEscaped))
                return false;
            if (items is null && !isEscaped && last is not null && same < last.Count && Shared.IsSame(last[same], text))
                same++;
            else
                (items ??= [.. last?.Take(same) ?? []]).Add(JsonScanner.StringOf(text, isEscaped));
        }

        value = items is null && last?.Count == same ? last : ValueList.CopyOf<string>(items ?? last?.Take(same));
        if (attribute >= 0)
            _shared?.Remember(attribute, value);
        return true;
    }

    /// <summary>Tries to begin a list.</summary>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryBeginList() => TryBeginArray("L"u8);

    /// <summary>Tries to begin a set, whose elements are read like values of their type.</summary>
    /// <param name="type"><c>SS</c>, <c>NS</c> or <c>BS</c>.</param>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryBeginSet(ReadOnlySpan<byte> type)
    {
        // DynamoDB stores no empty set. What one means, the context decides.
        if (!TryBeginArray(type) || _json.IsAt((byte)']'))
            return false;
        _setType = type[0];
        return true;
    }

    /// <summary>Advances to the next element of a list or set.</summary>
    /// <returns><see langword="false"/> after the last one.</returns>
    public bool NextElement()
    {
        _attribute = -1;
        if (_json.NextElement())
            return true;
        _setType = 0;
        _json.EndObject();
        return false;
    }

    /// <summary>Tries to read NULL, which is stored for an element that is <see langword="null"/>.</summary>
    /// <returns>Whether the element is NULL; otherwise, its value can be read.</returns>
    public bool TryReadNull()
    {
        JsonScanner start = _json;
        if (TryBegin("NULL"u8) && _json.IsAt((byte)'t') && _json.Boolean())
        {
            _json.EndObject();
            return true;
        }

        _json = start;
        return false;
    }

    /// <summary>Tries to read a nullable enum as the SDK stores it: as a map with the number.</summary>
    /// <typeparam name="T">The type of the number.</typeparam>
    /// <param name="value">The number.</param>
    /// <returns>Whether the attribute is such a map.</returns>
    public bool TryReadEnumMap<T>(out T value)
        where T : struct, IBinaryInteger<T>
    {
        value = default;
        if (!TryBeginMap() || NextIn(EnumNames) != 0 || !TryReadInteger(out value) || NextIn(EnumNames) != -1)
            return false;
        EndMap();
        return true;
    }

    /// <summary>Tries to begin a map.</summary>
    /// <returns>Whether the attribute is one.</returns>
    public bool TryBeginMap()
    {
        if (!TryBegin("M"u8))
            return false;
        _json.BeginObject();
        return true;
    }

    /// <summary>Reads the next key of a map whose keys are not known.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="false"/> after the last one.</returns>
    public bool NextKey([NotNullWhen(true)] out string? key)
    {
        _attribute = -1;
        if (_json.NextProperty(out ReadOnlySpan<byte> name))
        {
            key = JsonScanner.StringOf(name, isEscaped: false);
            return true;
        }

        key = null;
        _json.EndObject();
        return false;
    }

    /// <summary>Ends a map after <see cref="NextIn"/> returned -1.</summary>
    public void EndMap() => _json.EndObject();

    private bool TryBegin(ReadOnlySpan<byte> type)
    {
        if (_setType != 0)
            return false;
        _json.BeginObject();
        return _json.NextProperty(out ReadOnlySpan<byte> name) && name.SequenceEqual(type);
    }

    private bool TryBeginArray(ReadOnlySpan<byte> type)
    {
        if (!TryBegin(type))
            return false;
        _json.BeginArray();
        return true;
    }

    /// <summary>The last strings of each attribute: most users of a page share their status and tags.</summary>
    private sealed class Shared(int attributes)
    {
        private readonly string?[] _strings = new string?[attributes];
        private readonly ValueList<string>?[] _lists = new ValueList<string>?[attributes];

        // Strings of ASCII only: others are read again.
        public static bool IsSame(string last, ReadOnlySpan<byte> text) => last.Length == text.Length && Ascii.Equals(text, last);

        public string StringOf(int attribute, ReadOnlySpan<byte> text)
            => _strings[attribute] is { } last && IsSame(last, text) ? last : _strings[attribute] = JsonScanner.StringOf(text, isEscaped: false);

        public ValueList<string>? ListOf(int attribute) => _lists[attribute];

        public void Remember(int attribute, ValueList<string> list) => _lists[attribute] = list;
    }
}

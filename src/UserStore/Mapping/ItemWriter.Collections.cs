using System.Numerics;
using System.Text.Json;
using UserStore.Modeling;

namespace UserStore.Mapping;

/// <content>Lists, sets and maps.</content>
public sealed partial class ItemWriter
{
    private const int MaxDepth = 32; // Amazon DynamoDB Developer Guide, "Quotas"

    private static readonly JsonEncodedText NullType = JsonEncodedText.Encode("NULL");
    private static readonly JsonEncodedText ListType = JsonEncodedText.Encode("L");
    private static readonly JsonEncodedText MapType = JsonEncodedText.Encode("M");
    private static readonly JsonEncodedText EnumNumber = JsonEncodedText.Encode(NullableEnumConverter.NumberField);

    /// <summary>Writes a list of strings as <see cref="StringListConverter"/> does.</summary>
    /// <param name="value">The strings.</param>
    /// <returns>Whether they are stored.</returns>
    public bool WriteStrings(IEnumerable<string>? value)
    {
        if (value is null || !BeginList())
            return false;
        if (value is IReadOnlyList<string> list)
        {
            for (int i = 0; i < list.Count; i++)
                WriteElement(list[i]);
        }
        else
        {
            foreach (string text in value)
                WriteElement(text);
        }

        EndList();
        return true;
    }

    /// <summary>Writes a nullable enum as the SDK does: as a map with the number.</summary>
    /// <typeparam name="T">The type of the number.</typeparam>
    /// <param name="value">The number.</param>
    /// <returns>Whether it is stored.</returns>
    public bool WriteEnumMap<T>(T? value)
        where T : struct, IBinaryInteger<T>
    {
        if (value is null || !BeginMap())
            return false;
        SetKey(EnumNumber);
        WriteInteger(value);
        EndMap();
        return true;
    }

    /// <summary>Writes NULL, for an element that is <see langword="null"/>.</summary>
    public void WriteNull()
    {
        Begin();
        _json.WriteBoolean(NullType, true);
        _json.WriteEndObject();
    }

    /// <summary>Begins a list.</summary>
    /// <returns>Whether its elements are to be written: those of a list that is nested too deep are not.</returns>
    public bool BeginList()
    {
        if (!Descend())
            return false;
        Begin();
        _json.WriteStartArray(ListType);
        return true;
    }

    /// <summary>Ends a list.</summary>
    public void EndList()
    {
        _depth--;
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary>Begins a set, whose elements are written like values of their type.</summary>
    /// <param name="type"><c>SS</c>, <c>NS</c> or <c>BS</c>.</param>
    public void BeginSet(ReadOnlySpan<byte> type)
    {
        Begin();
        _json.WriteStartArray(type);
        _isInSet = true;
    }

    /// <summary>Ends a set.</summary>
    public void EndSet()
    {
        _isInSet = false;
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary>Begins a map.</summary>
    /// <returns>Whether its entries are to be written: those of a map that is nested too deep are not.</returns>
    public bool BeginMap()
    {
        if (!Descend())
            return false;
        Begin();
        _json.WriteStartObject(MapType);
        return true;
    }

    /// <summary>Ends a map.</summary>
    public void EndMap()
    {
        _depth--;
        _hasKey = false; // of a value that is not stored
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteElement(string? text)
    {
        if (!WriteString(text))
            IsIrregular = true;
    }

    // What is in it is one level deeper. A user that contains itself is not written without end.
    private bool Descend() => ++_depth < MaxDepth || Ascend();

    private bool Ascend()
    {
        _depth--;
        return SetIrregular();
    }
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace UserStore.Generators.Tests.Damage;

/// <summary>What happens to the bytes of a response: plain values, so that it can be printed and shortened.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">Where, relative to the number of bytes or parts.</param>
/// <param name="Size">How much of it.</param>
/// <param name="Choice">By what it is replaced.</param>
internal sealed record ResponseDamage(string Kind, int At, int Size, int Choice)
{
    private const int MaxDamages = 3;

    public static readonly IReadOnlyList<string> Kinds =
    [
        "invert", "overwrite", "delete", "insert", "duplicate", "truncate", "exchange", "escape", "space",
        "replace value", "replace value", "replace value", "exchange values", "exchange values", "delete member", "duplicate member", "move member",
        "rename", "nest", "lengthen",
    ];

    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "null", "true", "false", "5", "-0", "1e999", "\"\"", "\"x\"",
            "\"5\"", "{}", "[]", "[null]", "[{}]", "[[]]", "{\"S\":\"x\"}", "{\"S\":\"\"}", "{\"N\":\"1\"}",
            "{\"N\":\"1e400\"}", "{\"N\":5}", "{\"S\":null}", "{\"S\":{}}",
            "{\"NULL\":true}", "{\"NULL\":false}", "{\"BOOL\":true}", "{\"BOOL\":\"true\"}",
            "{\"S\":\"a\",\"N\":\"1\"}", "{\"M\":{}}", "{\"M\":[]}", "{\"M\":{\"a\":{\"S\":\"b\"}}}",
            "{\"L\":[]}", "{\"L\":[{\"S\":\"a\"}]}", "{\"L\":[null]}", "{\"B\":\"AQ\"}",
            "{\"B\":\"AQ==\"}", "{\"SS\":[\"a\",\"a\"]}", "{\"SS\":[]}", "{\"NS\":[\"1\"]}",
            "{\"X\":1}", "\"\\ud800\"", "{\"S\":\"\\ud83d\\ude00\"}", "{\"S\":\"\\ud83d\"}",
            "{\"S\":\"\\x\"}", "{\"\\u0053\":\"x\"}", "\"Item\":null,", "\"LastEvaluatedKey\":null,", ",", ":", "{", "}",
            "[", "]", "\"", "\\", "/**/", "NaN", "\ufeff", "\0",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0x22, 0x80, 0x22],
    ];

    private static readonly string[] Names =
    [
            "Item", "Items", "Attributes", "LastEvaluatedKey", "Responses", "UnprocessedKeys", "Keys",
            "ConsumedCapacity", "Count", "S", "N", "B", "BOOL", "NULL",
        "M", "L", "SS", "NS", "BS", "Users", "user_id", "name", "version", "write_id", "item", "",
    ];

    private static readonly byte[] Structure = "{}[]:,\"\\"u8.ToArray();

    public static Gen<ResponseDamage[]> Several { get; } = Gen.Choose(1, MaxDamages).SelectMany(count => Gen.ArrayOf(
        from kind in Gen.Elements(Kinds.ToArray())
        from at in Gen.Choose(0, int.MaxValue - 1)
        from size in Gen.Frequency((3, Gen.Choose(1, 4)), (1, Gen.Choose(1, 100)))
        from choice in Gen.Choose(0, int.MaxValue - 1)
        select new ResponseDamage(kind, at, size, choice),
        count));

    /// <summary>Returns the damaged copy of a body.</summary>
    public byte[] Apply(byte[] body)
    {
        if (body.Length == 0)
            return Pieces[Choice % Pieces.Length];
        JsonParts parts = JsonParts.Of(body);
        int at = At % body.Length;
        if (Choice % 3 == 0)
            at = NextOf(Structure, body, at);
        int end = Math.Min(body.Length, at + Size);
        return Kind switch
        {
            "invert" => Replace(body, at..(at + 1), [(byte)(body[at] ^ (1 << (Choice % 8)))]),
            "overwrite" => Replace(body, at..(at + 1), [Size % 2 == 0 ? Structure[Choice % Structure.Length] : (byte)Choice]),
            "delete" => Replace(body, at..end, []),
            "insert" => Replace(body, at..at, Pieces[Choice % Pieces.Length]),
            "duplicate" => Replace(body, at..at, body[at..end]),
            "truncate" => body[..at],
            "exchange" => Exchange(body, at..(at + 1), Choice % body.Length is var other ? other..(other + 1) : default),
            "space" => Replace(body, at..at, Enumerable.Repeat(" \n\r\t"u8.ToArray()[Choice % 4], Size).ToArray()),
            "escape" when parts.Texts.Count > 0 => Escape(body, Pick(parts.Texts, At), Choice),
            "rename" when parts.Texts.Count > 0 => Replace(body, Pick(parts.Texts, At), Encoding.UTF8.GetBytes(Names[Choice % Names.Length])),
            "replace value" when parts.Values.Count > 0 => Replace(body, Pick(parts.Values, At), Pieces[Choice % Pieces.Length]),
            "exchange values" when parts.Values.Count > 0 => Exchange(body, Pick(parts.Values, At), Pick(parts.Values, Choice)),
            "delete member" when parts.Members.Count > 0 => WithoutMember(body, Pick(parts.Members, At)),
            "duplicate member" when parts.Members.Count > 0 => Insert(body, Pick(parts.Members, At), Pick(parts.Members, At)),
            "move member" when parts.Members.Count > 0 => Insert(body, Pick(parts.Members, At), Pick(parts.Members, Choice)),
            "nest" when parts.Values.Count > 0 => Replace(body, Pick(parts.Values, At), Nested(Size, Choice)),
            "lengthen" when parts.Values.Count > 0 => Replace(body, Pick(parts.Values, At), Long(Size * 20, Choice)),
            _ => body,
        };
    }

    /// <summary>Returns lists in lists, or brackets in brackets.</summary>
    public static byte[] Nested(int depth, int choice)
    {
        (string open, string close) = (choice % 3) switch { 0 => ("[", "]"), 1 => ("{\"L\":[", "]}"), _ => ("{\"M\":{\"a\":", "}}") };
        string innermost = choice % 3 == 2 ? "{\"M\":{}}" : "";
        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth)) + innermost + string.Concat(Enumerable.Repeat(close, depth)));
    }

    /// <summary>Returns a value with many characters.</summary>
    public static byte[] Long(int length, int choice)
    {
        string digits = new((char)('0' + (choice % 10)), length);
        return Encoding.UTF8.GetBytes((choice % 6) switch
        {
            0 => digits,
            1 => $"{{\"N\":\"{digits}\"}}",
            2 => $"{{\"N\":\"1{digits}e-{digits}\"}}",
            3 => $"{{\"S\":\"{digits}\"}}",
            4 => $"{{\"B\":\"{digits}\"}}",
            _ => $"{{\"L\":[{string.Join(',', Enumerable.Repeat("{\"N\":\"1\"}", length))}]}}",
        });
    }

    private static Range Pick(List<Range> parts, int choice) => parts[choice % parts.Count];

    private static int NextOf(byte[] units, byte[] body, int at)
    {
        int next = body.AsSpan(at).IndexOfAny(units);
        return next < 0 ? at : at + next;
    }

    private static byte[] Replace(byte[] body, Range part, byte[] piece) => [.. body[..part.Start], .. piece, .. body[part.End..]];

    private static byte[] Exchange(byte[] body, Range one, Range other)
    {
        (Range first, Range second) = one.Start.Value <= other.Start.Value ? (one, other) : (other, one);
        return first.End.Value > second.Start.Value
            ? Replace(body, first, body[second]) // one is within the other
            : [.. body[..first.Start], .. body[second], .. body[first.End..second.Start], .. body[first], .. body[second.End..]];
    }

    private static byte[] Insert(byte[] body, Range member, Range before)
        => Replace(body, before.Start..before.Start, [.. body[member], (byte)',']);

    private static byte[] WithoutMember(byte[] body, Range member)
    {
        int end = member.End.Value;
        if (end < body.Length && body[end] == ',')
            return Replace(body, member.Start..(end + 1), []);
        int start = member.Start.Value;
        return Replace(body, (start > 0 && body[start - 1] == ',' ? start - 1 : start)..end, []);
    }

    // Of ASCII, the same text in another notation.
    private static byte[] Escape(byte[] body, Range text, int choice)
    {
        (int start, int length) = text.GetOffsetAndLength(body.Length);
        if (length == 0)
            return body;
        int at = start + (choice % length);
        return Replace(body, at..(at + 1), Encoding.UTF8.GetBytes($"\\u{body[at]:x4}"));
    }
}

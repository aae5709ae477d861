using System.Globalization;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.Modeling;

internal enum ScalarKind
{
    String,
    Number,
    Boolean,
    StringSet,

    /// <summary>The keyed hashes of the strings of an encrypted unique value, which the item has beside the encrypted value.</summary>
    Hashes,
}

/// <summary>Represents a value as DynamoDB stores and compares it: strings by their UTF-8 bytes, numbers by their numeric value. A set of strings has
/// its strings sorted in its text, each prefixed with its length.</summary>
internal readonly record struct StoredScalar(ScalarKind Kind, string Text) : IComparable<StoredScalar>
{
    public static bool TryFromEntry(DynamoDBEntry entry, out StoredScalar scalar)
    {
        scalar = default;
        if (entry is DynamoDBBool flag)
            scalar = new StoredScalar(ScalarKind.Boolean, flag.Value ? bool.TrueString : bool.FalseString);
        else if (entry is Primitive { Type: DynamoDBEntryType.Numeric } number)
            scalar = new StoredScalar(ScalarKind.Number, Canonical(number.AsString()));
        else if (entry is Primitive { Type: DynamoDBEntryType.String } text)
            scalar = new StoredScalar(ScalarKind.String, text.AsString());
        else
            return false;
        return true;
    }

    public static StoredScalar OfSet(IEnumerable<string> strings) => new(ScalarKind.StringSet, string.Concat(strings
        .Order(StringComparer.Ordinal).Select(text => string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{text}"))));

    public static StoredScalar OfNumber(long number) => new(ScalarKind.Number, Canonical(number.ToString(CultureInfo.InvariantCulture)));

    public DynamoDBEntry ToEntry() => Kind switch
    {
        ScalarKind.Boolean => new DynamoDBBool(Text == bool.TrueString),
        ScalarKind.Number => new Primitive(Text, saveAsNumeric: true),
        _ => new Primitive(Text),
    };

    /// <summary>The length of each of the hashes, in hexadecimal digits.</summary>
    public const int HashLength = 64;

    /// <summary>Returns the strings of a set, sorted, the hashes, or the text of anything else.</summary>
    public IReadOnlyList<string> Strings()
    {
        if (Kind == ScalarKind.Hashes)
            return [.. Text.Chunk(HashLength).Select(hash => new string(hash))];
        if (Kind != ScalarKind.StringSet)
            return [Text];
        var strings = new List<string>();
        for (int start = 0; start < Text.Length;)
        {
            int colon = Text.IndexOf(':', start);
            int length = int.Parse(Text.AsSpan(start, colon - start), NumberStyles.None, CultureInfo.InvariantCulture);
            strings.Add(Text.Substring(colon + 1, length));
            start = colon + 1 + length;
        }

        return strings;
    }

    public bool SameAs(StoredScalar other) => Kind == other.Kind && CompareTo(other) == 0;

    /// <summary>Returns the rule that DynamoDB's storage of the value violates, or null.</summary>
    public string? ViolatedRule() => Kind switch
    {
        ScalarKind.Number => StoredNumber.Find(Text) is { } number ? number.ViolatedRule() : StoredNumber.FiniteRule,
        ScalarKind.String => UserRules.Utf8Length(Text) is null ? UserRules.WellFormedRule : null,
        _ => null,
    };

    public int CompareTo(StoredScalar other)
    {
        if (Kind != other.Kind)
            return Kind.CompareTo(other.Kind);
        return Kind == ScalarKind.Number ? CompareNumbers(Text, other.Text) : CompareUtf8(Text, other.Text);
    }

    // DynamoDB removes trailing zeros, so that 1.50 and 1.5 are the same key.
    private static string Canonical(string number) => StoredNumber.Find(number)?.ToString() ?? number;

    private static int CompareNumbers(string left, string right)
        => StoredNumber.Find(left) is { } a && StoredNumber.Find(right) is { } b ? a.CompareTo(b) : string.CompareOrdinal(left, right);

    private static int CompareUtf8(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        return Utf8Rank(left[common]).CompareTo(Utf8Rank(right[common]));
    }

    // Surrogates encode the code points above U+FFFF, which sort after U+E000..U+FFFF in UTF-8 and before them in UTF-16.
    private static int Utf8Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x2000 : unit >= 0xE000 ? unit - 0x800 : unit;
}

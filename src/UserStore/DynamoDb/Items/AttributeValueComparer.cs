using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>Copies and compares values of attributes.</summary>
internal static class AttributeValueComparer
{
    /// <summary>Gets the comparer of items, or of their keys, by their values.</summary>
    public static IEqualityComparer<Dictionary<string, AttributeValue>> ByValue { get; } = EqualityComparer<Dictionary<string, AttributeValue>>.Create(
        (one, other) => one is null || other is null ? one is null && other is null : AreEqual(one, other),
        item => item.Values.Aggregate(item.Count, (hash, value) => hash ^ HashCode.Combine(value.S, Canonical(value.N))));

    public static Dictionary<string, AttributeValue> Copy(Dictionary<string, AttributeValue> item)
        => item.ToDictionary(attribute => attribute.Key, attribute => Copy(attribute.Value), StringComparer.Ordinal);

    /// <summary>Returns a value as DynamoDB returns it: with one notation for each number.</summary>
    public static AttributeValue AsStored(AttributeValue value) => value switch
    {
        { N: { } number } => new AttributeValue { N = Canonical(number) },
        { L: { } list } => new AttributeValue { L = list.ConvertAll(AsStored) },
        { M: { } map } => new AttributeValue { M = map.ToDictionary(entry => entry.Key, entry => AsStored(entry.Value)) },
        { NS: { } numbers } => new AttributeValue { NS = Canonical(numbers) },
        _ => value,
    };

    public static bool AreEqual(Dictionary<string, AttributeValue> one, Dictionary<string, AttributeValue> other)
        => one.Count == other.Count && one.All(attribute => AreEqual(attribute.Value, other.GetValueOrDefault(attribute.Key)));

    public static bool AreEqual(AttributeValue? one, AttributeValue? other)
    {
        if (one is null || other is null)
            return one is null && other is null;
        return one.S == other.S && Canonical(one.N) == Canonical(other.N) && one.BOOL == other.BOOL && one.NULL == other.NULL
            && AreEqual(one.B, other.B)
            && AreEqual(one.SS, other.SS) && AreEqual(Canonical(one.NS), Canonical(other.NS))
            && (one.BS, other.BS) switch
            {
                (null, null) => true,
                ({ } bytes, { } others) => bytes.Count == others.Count && bytes.TrueForAll(
                    value => others.Exists(candidate => AreEqual(value, candidate))),
                _ => false,
            }
            && (one.L, other.L) switch
            {
                (null, null) => true,
                ({ } list, { } others) => list.Count == others.Count && list.Zip(others).All(pair => AreEqual(pair.First, pair.Second)),
                _ => false,
            }
            && (one.M, other.M) switch
            {
                (null, null) => true,
                ({ } map, { } others) => AreEqual(map, others),
                _ => false,
            };
    }

    private static AttributeValue Copy(AttributeValue value) => new()
    {
        S = value.S,
        N = value.N,
        BOOL = value.BOOL,
        NULL = value.NULL,
        B = value.B is null ? null : new MemoryStream(value.B.ToArray()),
        SS = value.SS is null ? null : [.. value.SS],
        NS = value.NS is null ? null : [.. value.NS],
        BS = value.BS is null ? null : [.. value.BS.Select(bytes => new MemoryStream(bytes.ToArray()))],
        L = value.L is null ? null : [.. value.L.Select(Copy)],
        M = value.M is null ? null : Copy(value.M),
    };

    private static bool AreEqual(MemoryStream? one, MemoryStream? other)
        => one is null || other is null ? one is null && other is null : one.ToArray().AsSpan().SequenceEqual(other.ToArray());

    private static bool AreEqual(List<string>? one, List<string>? other)
        => one is null || other is null ? one is null && other is null : one.Count == other.Count && one.ToHashSet(StringComparer.Ordinal).SetEquals(other);

    private static List<string>? Canonical(List<string>? numbers) => numbers?.ConvertAll(number => Canonical(number)!);

    // DynamoDB may return a number in another notation than it was written in.
    private static string? Canonical(string? number) => StoredNumber.Find(number)?.ToString() ?? number;
}

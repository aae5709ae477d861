using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations.Backfilling;

/// <summary>The difference between an item as it was read and as it should be, as a write under the condition that what differs still is as
/// it was read.</summary>
internal sealed class ItemChange
{
    private readonly Dictionary<string, (AttributeValue? Old, AttributeValue? New)> _differences = new(StringComparer.Ordinal);

    public ItemChange(Dictionary<string, AttributeValue> old, Dictionary<string, AttributeValue> wanted)
    {
        foreach (string name in old.Keys.Union(wanted.Keys, StringComparer.Ordinal))
        {
            (AttributeValue? before, AttributeValue? after) = (old.GetValueOrDefault(name), wanted.GetValueOrDefault(name));
            if (!AttributeValues.AreEqual(before, after))
                _differences[name] = (before, after);
        }
    }

    public bool IsNothing => _differences.Count == 0;

    public bool Concerns(string attribute) => _differences.ContainsKey(attribute);

    /// <summary>Tells whether an item has all that this change wanted: the change was applied, or makes no difference any more.</summary>
    public bool IsIn(Dictionary<string, AttributeValue> item)
        => _differences.All(difference => AttributeValues.AreEqual(item.GetValueOrDefault(difference.Key), difference.Value.New));

    public UpdateItemRequest ToRequest(string tableName, Dictionary<string, AttributeValue> key)
    {
        var names = new Dictionary<string, string>();
        var values = new Dictionary<string, AttributeValue>();
        List<string> sets = [], removes = [], conditions = [.. key.Keys.Select(name => $"attribute_exists({Name(name)})")];
        foreach ((string attribute, (AttributeValue? old, AttributeValue? wanted)) in _differences)
        {
            string name = Name(attribute);
            conditions.Add(old is null ? $"attribute_not_exists({name})" : $"{name} = {Value(old)}");
            if (wanted is null)
                removes.Add(name);
            else
                sets.Add($"{name} = {Value(wanted)}");
        }

        return new UpdateItemRequest
        {
            TableName = tableName,
            Key = key,
            UpdateExpression = string.Join(
                ' ', new[] { Clause("SET", sets), Clause("REMOVE", removes) }.Where(clause => clause.Length > 0)),
            ConditionExpression = string.Join(" AND ", conditions),
            ExpressionAttributeNames = names,
            ExpressionAttributeValues = values.Count == 0 ? null : values,
        };

        string Name(string attribute)
        {
            string placeholder = $"#n{names.Count}";
            names[placeholder] = attribute;
            return placeholder;
        }

        string Value(AttributeValue value)
        {
            string placeholder = $":v{values.Count}";
            values[placeholder] = value;
            return placeholder;
        }

        static string Clause(string verb, List<string> parts) => parts.Count == 0 ? "" : $"{verb} {string.Join(", ", parts)}";
    }
}

/// <summary>Copies and compares values of attributes.</summary>
internal static class AttributeValues
{
    public static Dictionary<string, AttributeValue> Copy(Dictionary<string, AttributeValue> item)
        => item.ToDictionary(attribute => attribute.Key, attribute => Copy(attribute.Value), StringComparer.Ordinal);

    public static bool AreEqual(AttributeValue? one, AttributeValue? other)
    {
        if (one is null || other is null)
            return one is null && other is null;
        return one.S == other.S && one.N == other.N && one.BOOL == other.BOOL && one.NULL == other.NULL
            && AreEqual(one.B, other.B)
            && AreEqual(one.SS, other.SS) && AreEqual(one.NS, other.NS)
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
                ({ } map, { } others) => map.Count == others.Count && map.All(
                    pair => AreEqual(pair.Value, others.GetValueOrDefault(pair.Key))),
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
}

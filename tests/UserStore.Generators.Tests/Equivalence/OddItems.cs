using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Generators.Tests.Equivalence;

/// <summary>Items as other programs may write them.</summary>
internal static class OddItems
{
    private static readonly string[] Strings =
    [
        "", " ", "x", "Some", "some", "5", "true", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-13-01T00:00:00.000Z",
        "2026-01-01T00:00:00.0000000Z", "2026-01-01T00:00:00.123456789+02:00", "2026-02-30", "12:30:00.000", "12:30", "24:00:00.000", "é", "😀",
        "00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF", "00112233445566778899aabbccddeeff",
    ];

    private static readonly string[] Numbers =
    [
        "0", "1", "-1", "5", "77", "300", "70000", "5000000000", "99999999999999999999", "1.0", "1.50", "0.1", "1E2", "1e400", "1E-130", "007", "-0", "+5",
        " 5 ", "", "NaN", "253402300800", "1E+20",
    ];

    /// <summary>Returns values of every type, each a new one.</summary>
    public static IEnumerable<AttributeValue> Values()
    {
        yield return new AttributeValue { NULL = true };
        foreach (string text in Strings)
            yield return new AttributeValue { S = text };
        foreach (string number in Numbers)
            yield return new AttributeValue { N = number };
        yield return new AttributeValue { BOOL = true };
        yield return new AttributeValue { BOOL = false };
        yield return new AttributeValue { B = new MemoryStream() };
        yield return new AttributeValue { B = new MemoryStream([1, 2]) };
        yield return new AttributeValue { SS = ["a", "5"] };
        yield return new AttributeValue { NS = ["1", "2.5"] };
        yield return new AttributeValue { NS = ["1", "1.0"] };
        yield return new AttributeValue { BS = [new MemoryStream([1])] };
        yield return new AttributeValue { L = [] };
        yield return new AttributeValue { L = [new AttributeValue { S = "a" }, new AttributeValue { N = "1" }] };
        yield return new AttributeValue { L = [new AttributeValue { S = "a" }, new AttributeValue { NULL = true }] };
        yield return new AttributeValue { L = [new AttributeValue { N = "1" }] };
        yield return new AttributeValue { L = [new AttributeValue { M = [] }] };
        yield return new AttributeValue { L = [new AttributeValue { L = [] }] };
        yield return new AttributeValue { M = [] };
        yield return new AttributeValue { M = new() { ["unknown"] = new AttributeValue { S = "x" } } };
        yield return new AttributeValue { M = new() { ["value__"] = new AttributeValue { N = "1" } } };
        yield return new AttributeValue { M = new() { ["value__"] = new AttributeValue { N = "5000000000" } } };
        yield return new AttributeValue { M = new() { ["value__"] = new AttributeValue { NULL = true }, ["x"] = new AttributeValue { S = "x" } } };
    }

    /// <summary>Returns a copy of an item with another value somewhere inside an attribute; null if the attribute has nothing inside.</summary>
    public static Dictionary<string, AttributeValue>? ChangedInside(Dictionary<string, AttributeValue> item, string attribute, Random random)
    {
        Dictionary<string, AttributeValue> copy = AttributeValueComparer.Copy(item);
        return copy.TryGetValue(attribute, out AttributeValue? value) && Change(value, random) ? copy : null;
    }

    private static bool Change(AttributeValue value, Random random)
    {
        AttributeValue[] odd = [.. Values()];
        AttributeValue other = odd[random.Next(odd.Length)];
        if (value.M is { Count: > 0 } map)
        {
            string key = map.Keys.ElementAt(random.Next(map.Count));
            if (random.Next(2) == 0 && Change(map[key], random))
                return true;
            if (random.Next(4) == 0)
                map.Remove(key);
            else
                map[key] = other;
            return true;
        }

        if (value.L is { Count: > 0 } list)
        {
            int index = random.Next(list.Count);
            if (random.Next(2) != 0 || !Change(list[index], random))
                list[index] = other;
            return true;
        }

        return false;
    }
}

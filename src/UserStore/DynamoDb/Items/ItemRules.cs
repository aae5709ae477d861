using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>The rules of DynamoDB about whole items.</summary>
internal static class ItemRules
{
    // Amazon DynamoDB Developer Guide, "Quotas": item size with names, depth of nesting.
    public const int MaxItemBytes = 400 * 1024;
    private const int MaxDepth = 32;

    /// <summary>Returns the size of an item in bytes.</summary>
    /// <exception cref="InvalidUserException">The item violates rules; all of them are listed.</exception>
    public static long Check(Dictionary<string, AttributeValue> item, IEnumerable<MappedProperty> properties)
    {
        var violations = new List<UserRuleViolation>();
        long size = 0;
        foreach ((string name, AttributeValue value) in item)
        {
            string? rule = null;
            size += (UserRules.Utf8Length(name) ?? 0) + Measure(value, 1, ref rule);
            if (rule is not null)
                violations.Add(new UserRuleViolation(PropertyName(name, properties), rule));
        }

        if (size > MaxItemBytes)
            violations.Add(new UserRuleViolation("Item", "must not exceed 400 KB, attribute names included"));
        return violations.Count > 0 ? throw new InvalidUserException(violations) : size;
    }

    /// <summary>Returns the size of an item that is stored, in bytes.</summary>
    public static long SizeOf(Dictionary<string, AttributeValue> item)
    {
        string? rule = null;
        long size = 0;
        foreach ((string name, AttributeValue value) in item)
            size += (UserRules.Utf8Length(name) ?? 0) + Measure(value, 1, ref rule);
        return size;
    }

    private static string PropertyName(string attribute, IEnumerable<MappedProperty> properties)
        => properties.FirstOrDefault(property => property.AttributeName == attribute)?.Name ?? attribute;

    private static long Measure(AttributeValue value, int depth, ref string? rule)
    {
        if (depth > MaxDepth)
        {
            rule = $"must not be nested deeper than {MaxDepth} levels";
            return 0;
        }

        if (value.S is not null)
            return MeasureString(value.S, ref rule);
        if (value.N is not null)
            return MeasureNumber(value.N, ref rule);
        if (value.B is not null)
            return value.B.Length;

        long size = 0;
        foreach (string text in value.SS ?? [])
            size += MeasureString(text, ref rule);
        foreach (string number in value.NS ?? [])
            size += MeasureNumber(number, ref rule);
        foreach (MemoryStream bytes in value.BS ?? [])
            size += bytes.Length;
        foreach (AttributeValue item in value.L ?? [])
            size += 1 + Measure(item, depth + 1, ref rule);
        foreach ((string name, AttributeValue item) in value.M ?? [])
        {
            if (name.Length == 0)
                rule = "must not contain an empty key";
            size += 1 + MeasureString(name, ref rule) + Measure(item, depth + 1, ref rule);
        }

        return size + (value.L is not null || value.M is not null ? 3 : 1);
    }

    private static int MeasureString(string text, ref string? rule)
    {
        int? length = UserRules.Utf8Length(text);
        if (length is null)
            rule = UserRules.WellFormedRule;
        return length ?? 0;
    }

    // Two digits to a byte, with a byte for the exponent and one for the sign.
    private static int MeasureNumber(string text, ref string? rule)
    {
        StoredNumber? number = StoredNumber.Find(text);
        rule = (number is null ? StoredNumber.FiniteRule : number.Value.ViolatedRule()) ?? rule;
        return number is { DigitCount: > 0 and int digits } ? (digits + 1) / 2 + 2 : 1;
    }
}

using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

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
            if (!AttributeValueComparer.AreEqual(before, after))
                _differences[name] = (before, after);
        }
    }

    public bool IsNothing => _differences.Count == 0;

    public bool Concerns(string attribute) => _differences.ContainsKey(attribute);

    /// <summary>Tells whether an item has all that this change wanted: the change was applied, or makes no difference any more.</summary>
    public bool IsIn(Dictionary<string, AttributeValue> item)
        => _differences.All(difference => AttributeValueComparer.AreEqual(item.GetValueOrDefault(difference.Key), difference.Value.New));

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

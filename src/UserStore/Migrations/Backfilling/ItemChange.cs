using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Migrations.Backfilling;

/// <summary>Represents the difference between an item as it was read and its desired state.</summary>
internal sealed class ItemChange
{
    private readonly Dictionary<string, (AttributeValue? Old, AttributeValue? New)> _differences = new(StringComparer.Ordinal);

    public ItemChange(Dictionary<string, AttributeValue> old, Dictionary<string, AttributeValue> desired)
    {
        foreach (string name in old.Keys.Union(desired.Keys, StringComparer.Ordinal))
        {
            (AttributeValue? before, AttributeValue? after) = (old.GetValueOrDefault(name), desired.GetValueOrDefault(name));
            if (!AttributeValueComparer.AreEqual(before, after))
                _differences[name] = (before, after);
        }
    }

    public bool IsEmpty => _differences.Count == 0;

    public bool Concerns(string attribute) => _differences.ContainsKey(attribute);

    /// <summary>Returns whether an item contains this change: it was applied, or no longer makes a difference.</summary>
    public bool IsIn(Dictionary<string, AttributeValue> item)
        => _differences.All(difference => AttributeValueComparer.AreEqual(item.GetValueOrDefault(difference.Key), difference.Value.New));

    /// <summary>Returns the request that makes the change, under the condition that the attributes that differ are as they were read.</summary>
    public UpdateItemRequest ToRequest(string tableName, Dictionary<string, AttributeValue> key)
    {
        var expression = new ExpressionWriter();
        List<string> sets = [], removes = [], conditions = [.. key.Keys.Select(name => $"attribute_exists({expression.Name(name)})")];
        foreach ((string attribute, (AttributeValue? old, AttributeValue? desired)) in _differences)
        {
            string name = expression.Name(attribute);
            conditions.Add(old is null ? $"attribute_not_exists({name})" : $"{name} = {expression.Value(old)}");
            if (desired is null)
                removes.Add(name);
            else
                sets.Add($"{name} = {expression.Value(desired)}");
        }

        return new UpdateItemRequest
        {
            TableName = tableName,
            Key = key,
            UpdateExpression = string.Join(
                ' ', new[] { Clause("SET", sets), Clause("REMOVE", removes) }.Where(clause => clause.Length > 0)),
            ConditionExpression = string.Join(" AND ", conditions),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };

        static string Clause(string verb, List<string> parts) => parts.Count == 0 ? "" : $"{verb} {string.Join(", ", parts)}";
    }
}

using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;

namespace UserStore.Migrations.Backfilling;

/// <summary>Represents the difference between an item as it was read and its desired state.</summary>
internal sealed class ItemChange
{
    // Amazon DynamoDB Developer Guide, "Constraints in Amazon DynamoDB": maximum length of an expression.
    private const int MaxExpressionLength = 4096;

    // The same, "Operators and functions": each attribute takes a comparison or function, and an AND.
    private const int MaxOperators = 300;

    private readonly Dictionary<string, AttributeValue> _old;
    private readonly Dictionary<string, AttributeValue?> _differences = new(StringComparer.Ordinal);

    public ItemChange(Dictionary<string, AttributeValue> old, Dictionary<string, AttributeValue> desired)
    {
        _old = old;
        foreach (string name in old.Keys.Union(desired.Keys, StringComparer.Ordinal))
        {
            AttributeValue? after = desired.GetValueOrDefault(name);
            if (!AttributeValueComparer.AreEqual(old.GetValueOrDefault(name), after))
                _differences[name] = after;
        }
    }

    public bool IsEmpty => _differences.Count == 0;

    public bool Concerns(string attribute) => _differences.ContainsKey(attribute);

    /// <summary>Returns whether an item contains this change: it was applied, or no longer makes a difference.</summary>
    public bool IsIn(Dictionary<string, AttributeValue> item)
        => _differences.All(difference => AttributeValueComparer.AreEqual(item.GetValueOrDefault(difference.Key), difference.Value));

    /// <summary>Returns the request that makes the change, under the condition that the attributes that differ, and those that the change
    /// depends on, are as they were read.</summary>
    /// <param name="tableName">The table.</param>
    /// <param name="key">The key of the item.</param>
    /// <param name="dependencies">The names of the attributes that the change depends on.</param>
    /// <exception cref="InvalidBackfillChangeException">DynamoDB would reject the expressions, because they are too long.</exception>
    public UpdateItemRequest ToRequest(string tableName, Dictionary<string, AttributeValue> key, IEnumerable<string> dependencies)
    {
        var expression = new ExpressionWriter();
        List<string> sets = [], removes = [];
        string[] conditions =
        [
            .. key.Keys.Select(name => $"attribute_exists({expression.Name(name)})"),
            .. _differences.Keys.Union(dependencies, StringComparer.Ordinal).Except(key.Keys).Select(
                attribute => _old.GetValueOrDefault(attribute) is { } value
                    ? $"{expression.Name(attribute)} = {expression.Value(value)}"
                    : $"attribute_not_exists({expression.Name(attribute)})"),
        ];
        foreach ((string attribute, AttributeValue? desired) in _differences)
        {
            if (desired is null)
                removes.Add(expression.Name(attribute));
            else
                sets.Add($"{expression.Name(attribute)} = {expression.Value(desired)}");
        }

        return new UpdateItemRequest
        {
            TableName = tableName,
            Key = key,
            UpdateExpression = Checked(
                string.Join(' ', new[] { Clause("SET", sets), Clause("REMOVE", removes) }.Where(clause => clause.Length > 0)), sets.Count + removes.Count, 1),
            ConditionExpression = Checked(string.Join(" AND ", conditions), conditions.Length, 2),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };

        static string Clause(string verb, List<string> parts) => parts.Count == 0 ? "" : $"{verb} {string.Join(", ", parts)}";
    }

    private static string Checked(string expression, int attributes, int operatorsPerAttribute)
        => expression.Length <= MaxExpressionLength && attributes * operatorsPerAttribute <= MaxOperators
            ? expression
            : throw new InvalidBackfillChangeException(
                $"reads or changes {attributes} attributes, which takes an expression of {expression.Length} bytes. DynamoDB allows "
                    + $"{MaxExpressionLength} bytes and {MaxOperators} operators. Change fewer attributes of an item at once, in several backfills.");
}

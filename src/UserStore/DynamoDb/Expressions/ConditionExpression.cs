using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Expressions;

/// <summary>Writes conditions on attributes.</summary>
internal static class ConditionExpression
{
    /// <summary>Accepts items with the value that was read in an attribute, as the table holds it. NULL, which some programs store where others omit
    /// the attribute, is none.</summary>
    public static void AndSame(this ExpressionWriter writer, MappedProperty property, AttributeValue? value)
    {
        string name = writer.Name(property);
        if (value is null or { NULL: true })
            writer.And($"(attribute_not_exists({name}) OR attribute_type({name}, {writer.Value("NULL")}))");
        else if (property.IsEncrypted && EncryptedValue.TryRead(value, out EncryptedValue encrypted)) // the same value has another ciphertext each time
            writer.And($"begins_with({name}, {writer.Value(new AttributeValue { B = new MemoryStream(encrypted.Header.ToArray()) })})");
        else
            writer.And($"{name} = {writer.Value(value)}");
    }

    /// <summary>Accepts items with the value that was read in an attribute, or without it if the item that was read had none.</summary>
    public static void AndSame(this ExpressionWriter writer, string attribute, Dictionary<string, AttributeValue> read)
    {
        if (read.TryGetValue(attribute, out AttributeValue? value))
            writer.And($"{writer.Name(attribute)} = {writer.Value(value)}");
        else
            writer.And($"attribute_not_exists({writer.Name(attribute)})");
    }

    /// <summary>Returns the delete of an item under the condition.</summary>
    public static Delete ToDelete(this ExpressionWriter writer, NamedTable table, Dictionary<string, AttributeValue> key) => new()
    {
        TableName = table.TableName,
        Key = key,
        ConditionExpression = writer.Take().Text,
        ExpressionAttributeNames = writer.Names,
        ExpressionAttributeValues = writer.Values,
    };

    /// <summary>Returns the condition as an action of a transaction.</summary>
    public static TransactWriteItem ToCheck(this ExpressionWriter writer, NamedTable table, Dictionary<string, AttributeValue> key) => new()
    {
        ConditionCheck = new ConditionCheck
        {
            TableName = table.TableName,
            Key = key,
            ConditionExpression = writer.Take().Text,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
        },
    };

    /// <summary>Accepts items with this value in an attribute. Programs that use the SDK's V1 conversion store Booleans as numbers.</summary>
    public static void AppendEqual(this ExpressionWriter writer, MappedProperty property, StoredScalar value)
    {
        string name = writer.Name(property);
        string placeholder = writer.Value(value);
        if (value.Kind == ScalarKind.Boolean)
            writer.Append($"({name} = {placeholder} OR {name} = {writer.Value(value.Text == bool.TrueString ? 1 : 0)})");
        else
            writer.Append($"{name} = {placeholder}");
    }

    /// <summary>Accepts the key and sort key range of a query.</summary>
    public static void AndKey(this ExpressionWriter writer, PreparedQuery query)
    {
        writer.And($"{writer.Name(query.Index.PartitionKey)} = {writer.Value(query.PartitionKey)}");
        if (query.SortKey is not { } range)
            return;

        string sort = writer.Name(query.Index.SortKey!);
        if (range.IsPrefix)
            writer.And($"begins_with({sort}, {writer.Value(range.Value)})");
        else if (range.Upper is { } upper)
            writer.And($"{sort} BETWEEN {writer.Value(range.Value)} AND {writer.Value(upper)}");
        else
            writer.And($"{sort}{Symbol(range.Operator)}{writer.Value(range.Value)}");
    }

    public static void AndCondition(this ExpressionWriter writer, UserCondition condition)
    {
        writer.And();
        Append(writer, condition);
    }

    private static void Append(ExpressionWriter writer, UserCondition condition)
    {
        switch (condition)
        {
            case AndCondition both:
                AppendJoined(writer, both.Left, " AND ", both.Right);
                break;
            case OrCondition either:
                AppendJoined(writer, either.Left, " OR ", either.Right);
                break;
            case NotCondition not:
                writer.Append($"(NOT ");
                Append(writer, not.Inner);
                writer.Append($")");
                break;
            case ComparisonCondition { Operator: ComparisonOperator.Equal } comparison:
                writer.AppendEqual(comparison.Property, comparison.Value);
                break;
            case ComparisonCondition { Operator: ComparisonOperator.NotEqual, Value.Kind: ScalarKind.Boolean } comparison:
                writer.Append($"(NOT ");
                writer.AppendEqual(comparison.Property, comparison.Value);
                writer.Append($")");
                break;
            case InCondition { Values: [{ Kind: ScalarKind.Boolean }, ..] } membership:
                AppendList(writer, "(", membership.Values, " OR ", value => writer.AppendEqual(membership.Property, value));
                break;
            case ComparisonCondition comparison:
                writer.Append($"{writer.Name(comparison.Property)}{Symbol(comparison.Operator)}{writer.Value(comparison.Value)}");
                break;
            case InCondition membership:
                AppendList(writer, $"{writer.Name(membership.Property)} IN (", membership.Values, ", ", value => writer.Append($"{writer.Value(value)}"));
                break;
            case StartsWithCondition prefix:
                writer.Append($"begins_with({writer.Name(prefix.Property)}, {writer.Value(prefix.Prefix)})");
                break;
            case ContainsCondition contains:
                writer.Append($"contains({writer.Name(contains.Property)}, {writer.Value(contains.Value)})");
                break;
            case PresentCondition present:
                // Some programs store NULL where others omit the attribute.
                string name = writer.Name(present.Property);
                writer.Append($"(attribute_exists({name}) AND NOT attribute_type({name}, {writer.Value("NULL")}))");
                break;
            default:
                throw new InvalidOperationException($"There is no expression for {condition.GetType().Name}.");
        }
    }

    private static void AppendJoined(ExpressionWriter writer, UserCondition left, string word, UserCondition right)
    {
        writer.Append($"(");
        Append(writer, left);
        writer.Append($"{word}");
        Append(writer, right);
        writer.Append($")");
    }

    private static void AppendList(
        ExpressionWriter writer, string start, IReadOnlyList<StoredScalar> values, string separator, Action<StoredScalar> append)
    {
        writer.Append($"{start}");
        for (int i = 0; i < values.Count; i++)
        {
            if (i > 0)
                writer.Append($"{separator}");
            append(values[i]);
        }

        writer.Append($")");
    }

    private static string Symbol(ComparisonOperator @operator) => @operator switch
    {
        ComparisonOperator.Equal => " = ",
        ComparisonOperator.NotEqual => " <> ",
        ComparisonOperator.Less => " < ",
        ComparisonOperator.LessOrEqual => " <= ",
        ComparisonOperator.Greater => " > ",
        _ => " >= ",
    };
}

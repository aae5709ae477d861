using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Items;

/// <summary>
/// Writes DynamoDB expressions. Names and values are always placeholders, so that reserved words and values never occur in an expression.
/// </summary>
internal sealed class ExpressionWriter
{
    private readonly Dictionary<string, string> _placeholders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttributeValue> _values = new(StringComparer.Ordinal);

    public Dictionary<string, string> Names => _placeholders.ToDictionary(name => name.Value, name => name.Key, StringComparer.Ordinal);

    /// <summary>Gets the values; null if there are none, which DynamoDB demands.</summary>
    public Dictionary<string, AttributeValue>? Values => _values.Count == 0 ? null : _values;

    public string Name(string attribute)
    {
        if (!_placeholders.TryGetValue(attribute, out string? placeholder))
            _placeholders.Add(attribute, placeholder = $"#{_placeholders.Count}");
        return placeholder;
    }

    public string Name(MappedProperty property) => Name(property.AttributeName);

    /// <summary>Adds a value as it is stored.</summary>
    public string Value(AttributeValue value)
    {
        string placeholder = $":{_values.Count}";
        _values.Add(placeholder, value);
        return placeholder;
    }

    public string Value(string text) => Value(new AttributeValue(text));

    public string Value(long number) => Value(new AttributeValue { N = number.ToString(CultureInfo.InvariantCulture) });

    public string Value(StoredNumber number) => Value(new AttributeValue { N = number.ToString() });

    public string Value(StoredScalar value) => Value(value.ToAttribute());

    /// <summary>Selects the attributes of the model and of the revision: not those of other programs, nor the ids of earlier writes.</summary>
    public string Projection(UserModel model) => string.Join(", ", model.Attributes.Append(model.WriteIds[0]).Append(model.BirthId).Select(Name));

    /// <summary>Accepts any item, but not the absence of one.</summary>
    public string Exists(UserModel model) => $"attribute_exists({Name(model.Key.PartitionKey.Property)})";

    /// <summary>Accepts the absence of an item only.</summary>
    public string Absent(UserModel model) => $"attribute_not_exists({Name(model.Key.PartitionKey.Property)})";

    /// <summary>Accepts users that are expired; null if users of the type do not expire.</summary>
    public string? Expired(UserModel model, DateTimeOffset now)
    {
        if (model.ExpiresAt is not { } property)
            return null;
        string expired = $"{Name(property)} <= {Value(now.ToUnixTimeSeconds())}";
        return model.Discriminators.Count == 0 ? expired : $"({expired} AND {IsUser(model)})";
    }

    /// <summary>Accepts items that are users; null if every item of the table is one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="without">The keys of the queried index, by which DynamoDB cannot filter.</param>
    public string? IsUser(UserModel model, params ReadOnlySpan<MappedProperty?> without)
    {
        string? condition = null;
        foreach ((MappedProperty property, StoredScalar value) in model.Discriminators)
        {
            if (!without.Contains(property))
                condition = Both(condition, Equal(property, value));
        }

        return condition;
    }

    /// <summary>Accepts users that are not expired, including those without an expiry; null if that is every item.</summary>
    /// <param name="model">The model.</param>
    /// <param name="now">The present time.</param>
    /// <param name="without">The keys of the queried index, by which DynamoDB cannot filter.</param>
    public string? Living(UserModel model, DateTimeOffset now, params ReadOnlySpan<MappedProperty?> without)
    {
        string? isUser = IsUser(model, without);
        string? notExpired = model.ExpiresAt is { } property
            ? $"(NOT {Name(property)} <= {Value(now.ToUnixTimeSeconds())})"
            : null;
        return Both(notExpired, isUser);
    }

    /// <summary>Joins conditions of which any may be null.</summary>
    public static string? Both(string? one, string? other) => one is null ? other : other is null ? one : $"{one} AND {other}";

    /// <summary>Accepts items with the value that was read in an attribute, as the table holds it. NULL, which some programs store where others omit
    /// the attribute, is none.</summary>
    public string Same(MappedProperty property, AttributeValue? value) => value is null or { NULL: true }
        ? $"(attribute_not_exists({Name(property)}) OR attribute_type({Name(property)}, {Value("NULL")}))"
        : $"{Name(property)} = {Value(value)}";

    /// <summary>Accepts items with this value in an attribute. Programs that use the SDK's V1 conversion store Booleans as numbers.</summary>
    public string Equal(MappedProperty property, StoredScalar value)
    {
        string name = Name(property);
        string equal = $"{name} = {Value(value)}";
        return value.Kind == ScalarKind.Boolean
            ? $"({equal} OR {name} = {Value(value.Text == bool.TrueString ? 1 : 0)})"
            : equal;
    }

    /// <summary>Accepts the key and sort key range of a query.</summary>
    public string KeyCondition(PreparedQuery query)
    {
        string partition = $"{Name(query.Index.PartitionKey)} = {Value(query.PartitionKey)}";
        if (query.SortKey is not { } range)
            return partition;

        string sort = Name(query.Index.SortKey!);
        return $"{partition} AND " + range switch
        {
            { IsPrefix: true } => $"begins_with({sort}, {Value(range.Value)})",
            { Upper: { } upper } => $"{sort} BETWEEN {Value(range.Value)} AND {Value(upper)}",
            _ => $"{sort}{Symbol(range.Operator)}{Value(range.Value)}",
        };
    }

    public string Condition(UserCondition condition)
    {
        var text = new StringBuilder();
        Write(condition, text);
        return text.ToString();
    }

    private void Write(UserCondition condition, StringBuilder text)
    {
        switch (condition)
        {
            case AndCondition both:
                WriteJoined(both.Left, " AND ", both.Right, text);
                break;
            case OrCondition either:
                WriteJoined(either.Left, " OR ", either.Right, text);
                break;
            case NotCondition not:
                text.Append("(NOT ");
                Write(not.Inner, text);
                text.Append(')');
                break;
            case ComparisonCondition { Operator: ComparisonOperator.Equal } comparison:
                text.Append(Equal(comparison.Property, comparison.Value));
                break;
            case ComparisonCondition { Operator: ComparisonOperator.NotEqual, Value.Kind: ScalarKind.Boolean } comparison:
                text.Append("(NOT ").Append(Equal(comparison.Property, comparison.Value)).Append(')');
                break;
            case InCondition { Values: [{ Kind: ScalarKind.Boolean }, ..] } membership:
                text.Append('(').AppendJoin(" OR ", membership.Values.Select(value => Equal(membership.Property, value))).Append(')');
                break;
            case ComparisonCondition comparison:
                text.Append(Name(comparison.Property)).Append(Symbol(comparison.Operator)).Append(Value(comparison.Value));
                break;
            case InCondition membership:
                text.Append(Name(membership.Property)).Append(" IN (").AppendJoin(", ", membership.Values.Select(Value)).Append(')');
                break;
            case StartsWithCondition prefix:
                text.Append("begins_with(").Append(Name(prefix.Property)).Append(", ").Append(
                    Value(prefix.Prefix)).Append(')');
                break;
            case ContainsCondition contains:
                text.Append("contains(").Append(Name(contains.Property)).Append(", ").Append(Value(contains.Value)).Append(')');
                break;
            case PresentCondition present:
                // Some programs store NULL where others omit the attribute.
                string name = Name(present.Property);
                text.Append("(attribute_exists(").Append(name).Append(
                    ") AND NOT attribute_type(").Append(name).Append(", ").Append(Value("NULL")).Append("))");
                break;
            default:
                throw new InvalidOperationException($"There is no expression for {condition.GetType().Name}.");
        }
    }

    private void WriteJoined(UserCondition left, string word, UserCondition right, StringBuilder text)
    {
        text.Append('(');
        Write(left, text);
        text.Append(word);
        Write(right, text);
        text.Append(')');
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

using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Replication.Targets;

/// <summary>Represents the condition on the stored guard under which the target is written.</summary>
internal sealed class GuardCondition
{
    private readonly ExpressionWriter _writer = new();

    private GuardCondition(Func<ExpressionWriter, string> write) => Expression = write(_writer);

    public string Expression { get; }

    public Dictionary<string, string> Names => _writer.Names;

    public Dictionary<string, AttributeValue>? Values => _writer.Values;

    /// <summary>Requires that neither this change nor a later one was applied, and that the user's item has the given key.</summary>
    public static GuardCondition IsBefore(string paddedSequenceNumber, Dictionary<string, AttributeValue>? targetKey) => new(writer =>
    {
        string number = writer.Name(Guard.SequenceNumberName), key = writer.Name(Guard.TargetKeyName);
        string isBefore = $"(attribute_not_exists({number}) OR {number} < {writer.Value(new AttributeValue(paddedSequenceNumber))})";
        return targetKey is null
            ? $"{isBefore} AND attribute_not_exists({key})"
            : $"{isBefore} AND {key} = {writer.Value(new AttributeValue { M = targetKey })}";
    });

    /// <summary>Requires that the guard is unchanged since it was read.</summary>
    public static GuardCondition IsUnchanged(Guard? guard) => new(writer => guard is null
        ? $"attribute_not_exists({writer.Name(Guard.UserIdName)})"
        : $"{writer.Name(Guard.WriteIdName)} = {writer.Value(new AttributeValue(guard.WriteId))}");
}

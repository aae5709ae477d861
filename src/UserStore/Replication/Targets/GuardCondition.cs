using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;

namespace UserStore.Replication.Targets;

/// <summary>Represents the condition on the stored guard under which the target is written.</summary>
internal sealed class GuardCondition
{
    private GuardCondition(Func<ExpressionWriter, string> write)
    {
        using var writer = new ExpressionWriter();
        (Expression, Names, Values) = (write(writer), writer.Names, writer.Values);
    }

    public string Expression { get; }

    public Dictionary<string, string> Names { get; }

    public Dictionary<string, AttributeValue>? Values { get; }

    /// <summary>Requires that the image of a change is certainly newer than the target, and that the user's item has the given key.</summary>
    /// <inheritdoc cref="Guard.Precedes" path="/summary"/>
    public static GuardCondition Precedes(string paddedSequenceNumber, DateTimeOffset timestamp, Dictionary<string, AttributeValue>? targetKey)
        => new(writer =>
        {
            string number = writer.Name(Guard.SequenceNumberName), key = writer.Name(Guard.TargetKeyName), readAt = writer.Name(Guard.ReadAtName);
            string isRead = $"attribute_not_exists({readAt})";
            if (Guard.ReadBefore(timestamp) is { } readBefore)
                isRead = $"({isRead} OR {readAt} < {writer.Value(ItemExtensions.Instant(readBefore))})";
            string hasKey = targetKey is null ? $"attribute_not_exists({key})" : $"{key} = {writer.Value(new AttributeValue { M = targetKey })}";
            return $"{number} < {writer.Value(new AttributeValue(paddedSequenceNumber))} AND {hasKey} AND {isRead} "
                + $"AND attribute_not_exists({writer.Name(Guard.ExpiresAtName)})";
        });

    /// <summary>Requires that the user has no guard, or had no item after an earlier change. The source, read after a change, is newer than
    /// that.</summary>
    public static GuardCondition HasNoItem(string paddedSequenceNumber) => new(writer =>
        $"attribute_not_exists({writer.Name(Guard.UserIdName)}) OR ({writer.Name(Guard.SequenceNumberName)} < "
            + $"{writer.Value(new AttributeValue(paddedSequenceNumber))} AND attribute_not_exists({writer.Name(Guard.TargetKeyName)}) "
            + $"AND attribute_not_exists({writer.Name(Guard.ReadAtName)}))");

    /// <summary>Requires that the guard is unchanged since it was read.</summary>
    public static GuardCondition IsUnchanged(Guard? guard) => new(writer => guard is null
        ? $"attribute_not_exists({writer.Name(Guard.UserIdName)})"
        : $"{writer.Name(Guard.WriteIdName)} = {writer.Value(new AttributeValue(guard.WriteId))}");
}

using Amazon.DynamoDBv2.Model;

namespace UserStore.Replication.Targets;

/// <summary>What must hold of a stored guard for a write of the target to take place.</summary>
internal sealed record GuardCondition(string Expression, Dictionary<string, AttributeValue>? Values)
{
    /// <summary>No change as late as this one was seen, and the user's item is where it is thought to be.</summary>
    public static GuardCondition IsBefore(string paddedSequenceNumber, Dictionary<string, AttributeValue>? targetKey)
    {
        const string Later = $"(attribute_not_exists({Guard.SequenceNumberName}) OR {Guard.SequenceNumberName} < :number)";
        var values = new Dictionary<string, AttributeValue> { [":number"] = new(paddedSequenceNumber) };
        if (targetKey is null)
            return new($"{Later} AND attribute_not_exists({Guard.TargetKeyName})", values);
        values[":key"] = new() { M = targetKey };
        return new($"{Later} AND {Guard.TargetKeyName} = :key", values);
    }

    /// <summary>The guard is as it was read.</summary>
    public static GuardCondition IsUnchanged(Guard? guard) => guard is null
        ? new($"attribute_not_exists({Guard.UserIdName})", null)
        : new($"{Guard.WriteIdName} = :seen", new() { [":seen"] = new(guard.WriteId) });
}

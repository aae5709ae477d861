using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.Modeling;

namespace UserStore.Replication.Targets;

/// <summary>Represents a write of one user.</summary>
/// <param name="Key">The user.</param>
/// <param name="Next">The new guard; null for none, because the user is erased.</param>
/// <param name="Condition">The condition on the stored guard.</param>
/// <param name="Item">The new item of the user, if any.</param>
/// <param name="FormerKeys">The keys of possible former items of the user.</param>
internal sealed record TargetWrite(
    UserKey Key, Guard? Next, GuardCondition Condition, TargetItem? Item, params IReadOnlyList<Dictionary<string, AttributeValue>?> FormerKeys);

/// <summary>Represents a write that was not applied.</summary>
/// <param name="Failure">The failed condition.</param>
/// <param name="Kind">What differs from what was read.</param>
internal sealed record TargetConflict(ConditionFailure Failure, TargetConflictKind Kind)
{
    /// <summary>Gets the stored guard of the first user, if DynamoDB returned it.</summary>
    public Guard? FindGuard(KeyModel model) => Guard.FromItem(Failure.Item, model);
}

/// <summary>Specifies why a write was not applied.</summary>
internal enum TargetConflictKind
{
    /// <summary>A guard has changed.</summary>
    GuardChanged,

    /// <summary>An item of another user has the key of a new item.</summary>
    KeyTaken,

    /// <summary>A user was erased.</summary>
    UserErased,
}

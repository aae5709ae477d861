using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Sending;

/// <summary>A condition of a write failed: the stored item differs from what the write requires, or an earlier attempt of the write was
/// applied.</summary>
/// <param name="Operation">The name of the operation in the service's API.</param>
/// <param name="Exception">The exception that the SDK threw.</param>
/// <param name="ResponseWasLost">Whether no response to an earlier attempt was received, so that it may still arrive.</param>
/// <param name="MayBeApplied">Whether an earlier attempt may have been applied: its response was lost, or the client retries unseen. A token
/// rules this out.</param>
internal sealed record ConditionFailure(string Operation, AmazonDynamoDBException Exception, bool ResponseWasLost, bool MayBeApplied)
{
    /// <summary>Gets the reasons of a transaction, one for each of its actions.</summary>
    public IReadOnlyList<CancellationReason> Reasons => (Exception as TransactionCanceledException)?.CancellationReasons ?? [];

    /// <summary>Gets the reason of an action about something else than the user, if its condition failed and that of the user did not.</summary>
    public CancellationReason? Companion { get; init; }

    /// <summary>Gets the item that failed the condition, in a transaction that of the first action, if DynamoDB returned it.</summary>
    public Dictionary<string, AttributeValue>? Item
        => (Exception as ConditionalCheckFailedException)?.Item ?? (Reasons.Count > 0 ? Reasons[0].Item : null);

    /// <summary>Returns whether the condition of an action of a transaction failed.</summary>
    public bool Concerns(int action) => RequestFailure.IsFailedCondition(Reasons[action]);
}

/// <summary>The result of a write.</summary>
/// <param name="Response">The response, if one was received; the write may be known to have been applied without one.</param>
/// <param name="Failure">The failed condition; null when the write was applied.</param>
internal readonly record struct WriteResult<TResponse>(TResponse? Response, ConditionFailure? Failure);

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;

namespace UserStore.DynamoDb.Users;

/// <summary>The condition of a write failed: the user is not as the write expected, or the write was applied before.</summary>
/// <param name="Item">The user's item, if DynamoDB returned it.</param>
/// <param name="Failure">What DynamoDB reported.</param>
/// <param name="ResponseWasLost">Whether an earlier attempt of the write may have been applied, and only the item tells.</param>
internal sealed record UserRefusal(Dictionary<string, AttributeValue>? Item, AmazonDynamoDBException Failure, bool ResponseWasLost = false)
{
    public static UserRefusal? Of<TResponse>(WriteResult<TResponse> answer) => answer.FailedCondition is { } failure
        ? new UserRefusal((failure as ConditionalCheckFailedException)?.Item, failure, answer.ResponseWasLost)
        : null;
}

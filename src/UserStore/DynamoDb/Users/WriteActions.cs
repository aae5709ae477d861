using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Users;

/// <summary>Turns an action of a transaction into a request of its own.</summary>
internal static class WriteActions
{
    public static PutItemRequest ToRequest(this Put put) => new()
    {
        TableName = put.TableName,
        Item = put.Item,
        ConditionExpression = put.ConditionExpression,
        ExpressionAttributeNames = put.ExpressionAttributeNames,
        ExpressionAttributeValues = put.ExpressionAttributeValues,
        ReturnValuesOnConditionCheckFailure = put.ReturnValuesOnConditionCheckFailure,
    };

    public static UpdateItemRequest ToRequest(this Update update) => new()
    {
        TableName = update.TableName,
        Key = update.Key,
        UpdateExpression = update.UpdateExpression,
        ConditionExpression = update.ConditionExpression,
        ExpressionAttributeNames = update.ExpressionAttributeNames,
        ExpressionAttributeValues = update.ExpressionAttributeValues,
        ReturnValuesOnConditionCheckFailure = update.ReturnValuesOnConditionCheckFailure,
    };

    public static DeleteItemRequest ToRequest(this Delete delete) => new()
    {
        TableName = delete.TableName,
        Key = delete.Key,
        ConditionExpression = delete.ConditionExpression,
        ExpressionAttributeNames = delete.ExpressionAttributeNames,
        ExpressionAttributeValues = delete.ExpressionAttributeValues,
        ReturnValuesOnConditionCheckFailure = delete.ReturnValuesOnConditionCheckFailure,
    };
}

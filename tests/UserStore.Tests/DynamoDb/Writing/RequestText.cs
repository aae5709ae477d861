using System.Text.RegularExpressions;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>Describes a request: its names and values take the places of their placeholders, each id of a write is <c>~id</c>, and the assignments
/// that shift the ids are <c>shifted</c>.</summary>
internal static partial class RequestText
{
    /// <summary>The id of the write that stored the user, as <c>~earlier</c>.</summary>
    public const string EarlierId = "~0AAAAAAAAAAAAAAAA";

    public static string Of(AmazonWebServiceRequest request) => WriteId().Replace(Shift().Replace(request switch
    {
        GetItemRequest get => $"GetItem {get.TableName} {Of(get.Key)}{(get.ConsistentRead == true ? " consistently" : "")}\n",
        PutItemRequest put => Of(
            "PutItem", put.TableName, put.Item, null, put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues,
            put.ReturnValuesOnConditionCheckFailure?.Value),
        UpdateItemRequest update => Of(
            $"UpdateItem returning {update.ReturnValues.Value}", update.TableName, update.Key, update.UpdateExpression, update.ConditionExpression,
            update.ExpressionAttributeNames, update.ExpressionAttributeValues, update.ReturnValuesOnConditionCheckFailure?.Value),
        DeleteItemRequest delete => Of(
            "DeleteItem", delete.TableName, delete.Key, null, delete.ConditionExpression, delete.ExpressionAttributeNames,
            delete.ExpressionAttributeValues, delete.ReturnValuesOnConditionCheckFailure?.Value),
        TransactWriteItemsRequest transaction => $"TransactWriteItems\n{string.Concat(transaction.TransactItems.Select(Of))}",
        _ => throw new NotSupportedException(request.GetType().Name),
    }, "shifted "), match => match.Value == EarlierId ? "~earlier" : "~id");

    private static string Of(TransactWriteItem action) => action switch
    {
        { Put: { } put } => Of(
            "  Put", put.TableName, put.Item, null, put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues,
            put.ReturnValuesOnConditionCheckFailure?.Value),
        { Update: { } update } => Of(
            "  Update", update.TableName, update.Key, update.UpdateExpression, update.ConditionExpression, update.ExpressionAttributeNames,
            update.ExpressionAttributeValues, update.ReturnValuesOnConditionCheckFailure?.Value),
        { Delete: { } delete } => Of(
            "  Delete", delete.TableName, delete.Key, null, delete.ConditionExpression, delete.ExpressionAttributeNames,
            delete.ExpressionAttributeValues, delete.ReturnValuesOnConditionCheckFailure?.Value),
        { ConditionCheck: { } check } => Of(
            "  ConditionCheck", check.TableName, check.Key, null, check.ConditionExpression, check.ExpressionAttributeNames,
            check.ExpressionAttributeValues, check.ReturnValuesOnConditionCheckFailure?.Value),
        _ => throw new NotSupportedException("An action without a content."),
    };

    private static string Of(
        string action,
        string table,
        Dictionary<string, AttributeValue> item,
        string? update,
        string condition,
        Dictionary<string, string>? names,
        Dictionary<string, AttributeValue>? values,
        string? returned)
    {
        string indent = new(' ', action.Length - action.TrimStart().Length + 2);
        string text = $"{action} {table} {Of(item)}\n";
        if (update is not null)
            text += $"{indent}{Filled(update)}\n";
        return $"{text}{indent}if {Filled(condition)}{(returned is null ? "" : $" else {returned}")}\n";

        string Filled(string expression) => Placeholder().Replace(
            expression, match => match.Value[0] == '#' ? names![match.Value] : Of(values![match.Value]));
    }

    private static string Of(Dictionary<string, AttributeValue> item)
        => $"{{{string.Join(", ", item.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {Of(entry.Value)}"))}}}";

    private static string Of(AttributeValue value) => value switch
    {
        { S: { } text } => $"'{text}'",
        { N: { } number } => number,
        { BOOL: { } flag } => flag.ToString(),
        { L: { } list } => $"[{string.Join(", ", list.Select(Of))}]",
        { M: { } map } => Of(map),
        _ => "NULL",
    };

    [GeneratedRegex(@"[#:]\d+")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"(write_id_\d = if_not_exists\(write_id(_\d)?, '-'\), ){7}(?=write_id = )")]
    private static partial Regex Shift();

    [GeneratedRegex("~[-_0-9A-Za-z]{17}")]
    private static partial Regex WriteId();
}

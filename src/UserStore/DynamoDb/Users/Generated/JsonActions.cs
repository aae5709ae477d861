using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>A write of a whole item that is written as JSON; the other properties are not set.</summary>
internal sealed class JsonPut : Put
{
    public required JsonBody Body { get; init; }
}

/// <summary>A write of attributes that is written as JSON; the other properties are not set.</summary>
internal sealed class JsonUpdate : Update
{
    public required JsonBody Body { get; init; }
}

/// <summary>Writes the actions of transactions.</summary>
internal static class JsonActions
{
    public static void Write(this JsonBody transaction, TransactWriteItem action)
    {
        Utf8JsonWriter json = transaction.Json;
        json.WriteStartObject();
        switch (action)
        {
            case { Put: JsonPut put }:
                transaction.WriteObject("Put", put.Body);
                break;
            case { Update: JsonUpdate update }:
                transaction.WriteObject("Update", update.Body);
                break;
            case { Put: { } put }:
                Begin("Put", put.TableName, put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues);
                WriteItem("Item", put.Item);
                End(put.ReturnValuesOnConditionCheckFailure);
                break;
            case { Delete: { } delete }:
                Begin("Delete", delete.TableName, delete.ConditionExpression, delete.ExpressionAttributeNames, delete.ExpressionAttributeValues);
                WriteItem("Key", delete.Key);
                End(delete.ReturnValuesOnConditionCheckFailure);
                break;
            case { ConditionCheck: { } check }:
                Begin("ConditionCheck", check.TableName, check.ConditionExpression, check.ExpressionAttributeNames, check.ExpressionAttributeValues);
                WriteItem("Key", check.Key);
                End(check.ReturnValuesOnConditionCheckFailure);
                break;
            default:
                throw new InvalidOperationException("A transaction has an action that no part of the store makes.");
        }

        json.WriteEndObject();

        void Begin(string kind, string table, string? condition, Dictionary<string, string>? names, Dictionary<string, AttributeValue>? values)
        {
            json.WriteStartObject(kind);
            json.WriteString("TableName", table);
            if (condition is not null)
                json.WriteString("ConditionExpression", condition);
            if (names is { Count: > 0 })
            {
                json.WriteStartObject("ExpressionAttributeNames");
                foreach ((string placeholder, string name) in names)
                    json.WriteString(placeholder, name);
                json.WriteEndObject();
            }

            if (values is { Count: > 0 })
                WriteItem("ExpressionAttributeValues", values);
        }

        void WriteItem(string name, Dictionary<string, AttributeValue> item)
        {
            json.WritePropertyName(name);
            AttributeJson.WriteItem(json, item);
        }

        void End(Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure? returned)
        {
            if (returned is not null)
                json.WriteString("ReturnValuesOnConditionCheckFailure", returned.Value);
            json.WriteEndObject();
        }
    }
}

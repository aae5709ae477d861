using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Mapping;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>Maps users by a generated mapping, straight to the JSON of requests and from that of responses.</summary>
internal sealed class GeneratedRequests<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserStoreClient client, GeneratedMapping<TUser> mapping, UserItems<TUser> items, StoreSchema schema)
    : UserRequests<TUser>
    where TUser : class
{
    private static readonly JsonEncodedText Condition = JsonEncodedText.Encode("ConditionExpression");
    private static readonly JsonEncodedText ReturnOld = JsonEncodedText.Encode("ReturnValuesOnConditionCheckFailure");
    private static readonly JsonEncodedText AllOld = JsonEncodedText.Encode("ALL_OLD");

    private readonly GeneratedUsers<TUser> _users = new(mapping, items, schema.Model);
    private readonly JsonOperations<TUser> _operations = new(mapping, schema.Model, schema.Users.TableName);
    private readonly TableSchema[] _tables = [schema.Users];
    private readonly JsonEncodedText _tableName = JsonEncodedText.Encode(schema.Users.TableName);
    private readonly JsonEncodedText[] _attributes = [.. schema.Model.Attributes.Select(Encode)];
    private readonly JsonEncodedText[] _writeIds = [.. schema.Model.WriteIds.Select(Encode)];
    private readonly JsonEncodedText _birthId = Encode(schema.Model.BirthId);
    private readonly JsonEncodedText[] _key = [.. schema.Model.Key.Parts.Select(part => Encode(part.AttributeName))];

    public override ExpressionWriter NewExpression() => ExpressionWriter.ForJson();

    // Types with encrypted properties have no generated mapping.
    public override MappedUser Map(TUser user, WriteCipher? cipher) => _users.Map(user);

    public override MappedUser MapChanges(IReadOnlyList<PatchChange> changes, WriteCipher? cipher) => _users.MapChanges(changes);

    public override long SizeOf(TUser user) => _users.SizeOf(user);

    public override Put NewPut(
        ExpressionWriter writer, MappedUser user, Revision revision, ExpressionText condition, Dictionary<string, AttributeValue>? unknown = null)
    {
        JsonBody body = writer.Body!;
        writer.WriteNamesAndValues();
        body.Json.WriteStartObject("Item");
        for (int attribute = 0; attribute < _attributes.Length; attribute++)
        {
            if (((GeneratedUser)user).ValueOf(attribute) is { IsEmpty: false } value)
            {
                body.Values.SetKey(_attributes[attribute]);
                body.Values.WriteRaw(value);
            }
        }

        for (int i = 0; i < _writeIds.Length; i++)
        {
            if (revision.WriteIds[i] is { } id)
                WriteText(body, _writeIds[i], id);
        }

        WriteText(body, _birthId, revision.BirthId!);
        foreach ((string name, AttributeValue value) in unknown ?? [])
        {
            if (IsUnknown(name))
            {
                body.Values.SetKey(Encode(name));
                body.Values.Write(value);
            }
        }

        body.Json.WriteEndObject();
        WriteConditionAndTable(body, condition);
        return new JsonPut { TableName = schema.Users.TableName, Body = body };
    }

    public override Update NewUpdate(ExpressionWriter writer, UserKey key, ExpressionText update, ExpressionText condition)
    {
        JsonBody body = writer.Body!;
        writer.WriteNamesAndValues();
        body.Json.WriteString("UpdateExpression", update.Encoded);
        body.Json.WriteStartObject("Key");
        WriteKey(body, key);
        body.Json.WriteEndObject();
        WriteConditionAndTable(body, condition);
        return new JsonUpdate { TableName = schema.Users.TableName, Body = body };
    }

    public override async Task<ReadItem<TUser>> GetAsync(StoreCall call, UserKey key, ReadConsistency consistency)
    {
        using var body = JsonBody.Rent();
        body.Json.WriteStartObject("Key");
        WriteKey(body, key);
        body.Json.WriteEndObject();
        body.Json.WriteString("TableName", _tableName);
        if (consistency == ReadConsistency.Strong)
            body.Json.WriteBoolean("ConsistentRead", true);
        WriteCapacity(body, call);
        var request = new GetItemRequest { TableName = schema.Users.TableName };
        MappedResponse<ReadItem<TUser>> response = await call.SendAsync(
            "GetItem", _tables, token => client.SendAsync(request, body, _operations.Get, token)).ConfigureAwait(false);
        return response.Result;
    }

    public override async Task<List<ReadItem<TUser>>> GetManyAsync(StoreCall call, IReadOnlyCollection<UserKey> keys, ReadConsistency consistency)
    {
        List<ReadItem<TUser>> found = [];
        var request = new BatchGetItemRequest { RequestItems = new() { [schema.Users.TableName] = new() } };
        (int remaining, JsonElement? unprocessed) = (keys.Count, null);
        while (remaining > 0)
        {
            using var body = JsonBody.Rent();
            WriteKeys(body, keys, unprocessed, consistency);
            WriteCapacity(body, call);
            MappedResponse<ReadBatch<TUser>> response = await call.SendAsync(
                "BatchGetItem", _tables, token => client.SendAsync(request, body, _operations.Batch, token), batchSize: remaining).ConfigureAwait(false);
            if (found.Count == 0)
                found = response.Result.Items ?? found;
            else
                found.AddRange(response.Result.Items ?? []);
            (int sent, unprocessed) = (remaining, response.Result.Unprocessed);
            remaining = unprocessed?.GetArrayLength() ?? 0;
            await call.DelayUnreadAsync(schema.Users, sent, remaining, keys.Count).ConfigureAwait(false);
        }

        return found;
    }

    public override async Task<ReadItems<TUser>> QueryAsync(
        StoreCall call, QueryRequest request, ExpressionWriter writer, Func<AmazonDynamoDBException, Task<UserStoreException>> explainInvalid)
    {
        JsonBody body = writer.Body!;
        writer.WriteNamesAndValues();
        body.Json.WriteString("KeyConditionExpression", request.KeyConditionExpression);
        if (request.IndexName is not null)
            body.Json.WriteString("IndexName", request.IndexName);
        body.Json.WriteBoolean("ScanIndexForward", request.ScanIndexForward == true);
        WritePage(body, call, request.FilterExpression, request.ProjectionExpression, request.Limit, request.ExclusiveStartKey);
        MappedResponse<ReadItems<TUser>> response = await call.SendAsync(
            "Query", _tables, token => client.SendAsync(request, body, _operations.Query, token), explainInvalid).ConfigureAwait(false);
        return response.Result;
    }

    public override async Task<ReadItems<TUser>> ScanAsync(
        StoreCall call, ScanRequest request, ExpressionWriter writer, Func<AmazonDynamoDBException, Task<UserStoreException>> explainInvalid)
    {
        JsonBody body = writer.Body!;
        writer.WriteNamesAndValues();
        if (request.TotalSegments is { } total)
        {
            body.Json.WriteNumber("TotalSegments", total);
            body.Json.WriteNumber("Segment", request.Segment!.Value);
        }

        if (request.ConsistentRead == true)
            body.Json.WriteBoolean("ConsistentRead", true);
        WritePage(body, call, request.FilterExpression, request.ProjectionExpression, request.Limit, request.ExclusiveStartKey);
        MappedResponse<ReadItems<TUser>> response = await call.SendAsync(
            "Scan", _tables, token => client.SendAsync(request, body, _operations.Scan, token), explainInvalid).ConfigureAwait(false);
        return response.Result;
    }

    public override async Task<ConditionFailure?> PutAsync(StoreCall call, Put put, Func<Task<bool>> wasApplied)
    {
        JsonBody body = ((JsonPut)put).Body;
        WriteCapacity(body, call);
        var request = new PutItemRequest { TableName = put.TableName };
        WriteResult<MappedResponse<object>> result = await call.WriteAsync(
            "PutItem", _tables, token => client.SendAsync(request, body, _operations.Put, token), wasApplied: wasApplied).ConfigureAwait(false);
        return result.Failure;
    }

    public override async Task<WriteResult<ReadItem<TUser>>> UpdateAsync(
        StoreCall call,
        Update update,
        bool returnsItem,
        Func<Task<bool>> wasApplied,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null)
    {
        JsonBody body = ((JsonUpdate)update).Body;
        if (returnsItem)
            body.Json.WriteString("ReturnValues", "ALL_NEW");
        WriteCapacity(body, call);
        var request = new UpdateItemRequest { TableName = update.TableName };
        JsonOperation<ReadItem<TUser>> operation = returnsItem ? _operations.Update : _operations.UpdateOnly;
        WriteResult<MappedResponse<ReadItem<TUser>>> result = await call.WriteAsync(
            "UpdateItem", _tables, token => client.SendAsync(request, body, operation, token), explainInvalid, wasApplied).ConfigureAwait(false);
        return new(result.Response?.Result ?? default, result.Failure);
    }

    public override async Task<ConditionFailure?> TransactAsync(
        StoreCall call,
        List<TransactWriteItem> actions,
        Func<Task<bool>>? wasApplied,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid,
        int? batchSize)
    {
        using var body = JsonBody.Rent();
        body.Json.WriteStartArray("TransactItems");
        foreach (TransactWriteItem action in actions)
            body.Write(action);
        body.Json.WriteEndArray();
        // DynamoDB applies the request of one token once, however often it arrives; other actions are another request.
        body.Json.WriteString("ClientRequestToken", Guid.NewGuid());
        WriteCapacity(body, call);
        var request = new TransactWriteItemsRequest { TransactItems = actions };
        WriteResult<MappedResponse<object>> result = await call.WriteAsync(
            "TransactWriteItems",
            schema.Tables,
            token => client.SendAsync(request, body, _operations.Transaction, token),
            explainInvalid,
            wasApplied,
            batchSize).ConfigureAwait(false);
        return result.Failure;
    }

    private static JsonEncodedText Encode(string name) => JsonEncodedText.Encode(name);

    private static void WriteText(JsonBody body, JsonEncodedText name, string text)
    {
        body.Values.SetKey(name);
        body.Values.WriteString(text);
    }

    private static void WriteCapacity(JsonBody body, StoreCall call)
    {
        if (call.Capacity is { } capacity)
            body.Json.WriteString("ReturnConsumedCapacity", capacity.Value);
    }

    private void WritePage(
        JsonBody body, StoreCall call, string? filter, string projection, int? limit, Dictionary<string, AttributeValue>? startKey)
    {
        if (filter is not null)
            body.Json.WriteString("FilterExpression", filter);
        body.Json.WriteString("ProjectionExpression", projection);
        body.Json.WriteString("TableName", _tableName);
        if (limit is not null)
            body.Json.WriteNumber("Limit", limit.Value);
        if (startKey is not null)
        {
            body.Json.WritePropertyName("ExclusiveStartKey");
            AttributeJson.WriteItem(body.Json, startKey);
        }

        WriteCapacity(body, call);
    }

    private void WriteConditionAndTable(JsonBody body, ExpressionText condition)
    {
        body.Json.WriteString(Condition, condition.Encoded);
        body.Json.WriteString("TableName", _tableName);
        body.Json.WriteString(ReturnOld, AllOld);
    }

    private void WriteKey(JsonBody body, UserKey key)
    {
        body.Values.SetKey(_key[0]);
        body.Values.Write(schema.Model.Key.PartitionKey.ToScalar(key.PartitionKey));
        if (schema.Model.Key.SortKey is not { } sortKey)
            return;
        body.Values.SetKey(_key[1]);
        body.Values.Write(sortKey.ToScalar(key.SortKey!.Value));
    }

    private void WriteKeys(JsonBody body, IReadOnlyCollection<UserKey> keys, JsonElement? unprocessed, ReadConsistency consistency)
    {
        Utf8JsonWriter json = body.Json;
        json.WriteStartObject("RequestItems");
        json.WriteStartObject(_tableName);
        json.WritePropertyName("Keys");
        if (unprocessed is { } left)
        {
            left.WriteTo(json);
        }
        else
        {
            json.WriteStartArray();
            foreach (UserKey key in keys)
            {
                json.WriteStartObject();
                WriteKey(body, key);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteBoolean("ConsistentRead", consistency == ReadConsistency.Strong);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // What the store writes itself takes precedence.
    private bool IsUnknown(string name)
        => !schema.Model.Attributes.Contains(name) && !schema.Model.WriteIds.Contains(name) && name != schema.Model.BirthId;
}

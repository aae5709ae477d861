using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Users;

/// <summary>Maps users by the SDK's context, and leaves the JSON of requests and responses to the SDK.</summary>
internal sealed class ContextRequests<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    IAmazonDynamoDB client, UserItems<TUser> items, StoreSchema schema)
    : UserRequests<TUser>
    where TUser : class
{
    private readonly TableReader _reader = new(client);
    private readonly TableSchema[] _users = [schema.Users];

    public override ExpressionWriter NewExpression() => new();

    public override MappedUser Map(TUser user, WriteCipher? cipher)
    {
        Dictionary<string, AttributeValue> item = items.ToItem(user);
        if (cipher is not null)
        {
            cipher.Cipher.Encrypt(item);
            item[schema.Model.DataKeyId!] = new AttributeValue(cipher.Id);
        }

        return new MappedItem(item, schema);
    }

    public override MappedUser MapChanges(IReadOnlyList<PatchChange> changes, WriteCipher? cipher)
    {
        Dictionary<string, AttributeValue> values = items.MapChanges(changes);
        cipher?.Cipher.Encrypt(values);
        return new MappedItem(values, schema);
    }

    public override long SizeOf(TUser user) => items.SizeOf(user);

    public override Put NewPut(
        ExpressionWriter writer, MappedUser user, Revision revision, ExpressionText condition, Dictionary<string, AttributeValue>? unknown = null)
    {
        Dictionary<string, AttributeValue> item = ((MappedItem)user).ToItem(revision);
        foreach ((string name, AttributeValue value) in unknown ?? [])
            item.TryAdd(name, value);
        return new Put
        {
            TableName = schema.Users.TableName,
            Item = item,
            ConditionExpression = condition.Text,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    public override Update NewUpdate(ExpressionWriter writer, UserKey key, ExpressionText update, ExpressionText condition) => new()
    {
        TableName = schema.Users.TableName,
        Key = schema.Model.Key.ToItem(key),
        UpdateExpression = update.Text,
        ConditionExpression = condition.Text,
        ExpressionAttributeNames = writer.Names,
        ExpressionAttributeValues = writer.Values,
        ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
    };

    public override async Task<ReadItem<TUser>> GetAsync(StoreCall call, UserKey key, ReadConsistency consistency)
        => ReadItem<TUser>.Of(await _reader.FindAsync(call, schema.Users, schema.Model.Key.ToItem(key), consistency).ConfigureAwait(false));

    public override async Task<List<ReadItem<TUser>>> GetManyAsync(StoreCall call, IReadOnlyCollection<UserKey> keys, ReadConsistency consistency)
        => (await _reader.FindManyAsync(call, schema.Users, [.. keys.Select(schema.Model.Key.ToItem)], consistency).ConfigureAwait(false))
            .ConvertAll(ReadItem<TUser>.Of);

    public override async Task<ReadItems<TUser>> QueryAsync(
        StoreCall call, QueryRequest request, ExpressionWriter writer, Func<AmazonDynamoDBException, Task<UserStoreException>> explainInvalid)
    {
        (request.ExpressionAttributeNames, request.ExpressionAttributeValues) = (writer.Names, writer.Values);
        QueryResponse response = await call.SendAsync(
            "Query", _users, token => client.QueryAsync(request, token), explainInvalid).ConfigureAwait(false);
        return ToItems(response.Items, response.LastEvaluatedKey);
    }

    public override async Task<ReadItems<TUser>> ScanAsync(
        StoreCall call, ScanRequest request, ExpressionWriter writer, Func<AmazonDynamoDBException, Task<UserStoreException>> explainInvalid)
    {
        (request.ExpressionAttributeNames, request.ExpressionAttributeValues) = (writer.Names, writer.Values);
        ScanResponse response = await call.SendAsync(
            "Scan", _users, token => client.ScanAsync(request, token), explainInvalid).ConfigureAwait(false);
        return ToItems(response.Items, response.LastEvaluatedKey);
    }

    public override async Task<ConditionFailure?> PutAsync(StoreCall call, Put put, Func<Task<bool>> wasApplied)
    {
        PutItemRequest request = put.ToRequest();
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<PutItemResponse> result = await call.WriteAsync(
            "PutItem", _users, token => client.PutItemAsync(request, token), wasApplied: wasApplied).ConfigureAwait(false);
        return result.Failure;
    }

    public override async Task<WriteResult<ReadItem<TUser>>> UpdateAsync(
        StoreCall call,
        Update update,
        bool returnsItem,
        Func<Task<bool>> wasApplied,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null)
    {
        UpdateItemRequest request = update.ToRequest();
        request.ReturnValues = returnsItem ? ReturnValue.ALL_NEW : ReturnValue.NONE;
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<UpdateItemResponse> result = await call.WriteAsync(
            "UpdateItem", _users, token => client.UpdateItemAsync(request, token), explainInvalid, wasApplied).ConfigureAwait(false);
        return new(ReadItem<TUser>.Of(result.Response?.Attributes), result.Failure);
    }

    public override Task<ConditionFailure?> TransactAsync(
        StoreCall call,
        List<TransactWriteItem> actions,
        Func<Task<bool>>? wasApplied,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid,
        int? batchSize)
        => call.TransactAsync(client, schema.Tables, actions, wasApplied, explainInvalid, batchSize);

    private static ReadItems<TUser> ToItems(List<Dictionary<string, AttributeValue>>? items, Dictionary<string, AttributeValue>? lastKey)
        => new(null, items?.ConvertAll(static item => (0, item)), lastKey is { Count: > 0 } ? KeyPosition.Of(lastKey) : null);

    private sealed class MappedItem(Dictionary<string, AttributeValue> item, StoreSchema schema) : MappedUser
    {
        public override string? AddTo(ExpressionWriter writer, int attribute)
            => item.TryGetValue(schema.Model.Attributes[attribute], out AttributeValue? value) ? writer.Value(value) : null;

        public override void Dispose()
        {
            // Nothing is used again.
        }

        public Dictionary<string, AttributeValue> ToItem(Revision revision)
        {
            revision.WriteTo(item, schema.Model);
            item[schema.Model.BirthId] = new AttributeValue(revision.BirthId);
            return item;
        }
    }
}

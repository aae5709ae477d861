using Amazon.DynamoDBv2.Model.Internal.MarshallTransformations;
using UserStore.DynamoDb.Sending;
using UserStore.Mapping;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>The operations that a store sends as JSON.</summary>
internal sealed class JsonOperations<TUser>
    where TUser : class
{
    private const string Service = "DynamoDB_20120810";

    public JsonOperations(GeneratedMapping<TUser> mapping, UserModel model, string tableName)
    {
        var users = new UserReader<TUser>(mapping, model);
        Get = new($"{Service}.GetItem", new ItemUnmarshaller<TUser>(users, "Item", GetItemResponseUnmarshaller.Instance));
        Update = new($"{Service}.UpdateItem", new ItemUnmarshaller<TUser>(users, "Attributes", UpdateItemResponseUnmarshaller.Instance));
        UpdateOnly = new($"{Service}.UpdateItem", new WriteUnmarshaller<ReadItem<TUser>>(UpdateItemResponseUnmarshaller.Instance));
        Query = new($"{Service}.Query", new PageUnmarshaller<TUser>(users, QueryResponseUnmarshaller.Instance));
        Scan = new($"{Service}.Scan", new PageUnmarshaller<TUser>(users, ScanResponseUnmarshaller.Instance));
        Batch = new($"{Service}.BatchGetItem", new BatchUnmarshaller<TUser>(users, tableName));
    }

    public JsonOperation<ReadItem<TUser>> Get { get; }

    public JsonOperation<ReadItem<TUser>> Update { get; }

    /// <summary>Gets the update that returns no item.</summary>
    public JsonOperation<ReadItem<TUser>> UpdateOnly { get; }

    public JsonOperation<ReadItems<TUser>> Query { get; }

    public JsonOperation<ReadItems<TUser>> Scan { get; }

    public JsonOperation<ReadBatch<TUser>> Batch { get; }

    public JsonOperation<object> Put { get; } = new($"{Service}.PutItem", new WriteUnmarshaller<object>(PutItemResponseUnmarshaller.Instance));

    public JsonOperation<object> Transaction { get; }
        = new($"{Service}.TransactWriteItems", new WriteUnmarshaller<object>(TransactWriteItemsResponseUnmarshaller.Instance));
}

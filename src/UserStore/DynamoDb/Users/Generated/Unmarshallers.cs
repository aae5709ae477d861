using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Amazon.DynamoDBv2.Model.Internal.MarshallTransformations;
using Amazon.Runtime.Internal.Transform;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.Mapping;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>Reads the responses of writes that return no item.</summary>
internal sealed class WriteUnmarshaller<TResult>(JsonResponseUnmarshaller errors) : JsonUnmarshaller<TResult>(errors)
{
    protected override bool TryRead(ReadOnlySpan<byte> property, ref ItemReader reader, MappedResponse<TResult> response) => false;
}

/// <summary>Reads the responses of operations that return one item.</summary>
/// <param name="users">The reader of users.</param>
/// <param name="property">The property that has the item.</param>
/// <param name="errors">The SDK's reader of the operation.</param>
internal sealed class ItemUnmarshaller<TUser>(UserReader<TUser> users, string property, JsonResponseUnmarshaller errors)
    : JsonUnmarshaller<ReadItem<TUser>>(errors)
    where TUser : class
{
    private readonly byte[] _property = Encoding.UTF8.GetBytes(property);

    protected override ItemReader NewReader(ReadOnlySpan<byte> json) => users.NewReader(json, readsMany: false);

    protected override bool TryRead(ReadOnlySpan<byte> property, ref ItemReader reader, MappedResponse<ReadItem<TUser>> response)
    {
        if (!property.SequenceEqual(_property))
            return false;
        response.Result = users.Read(ref reader);
        return true;
    }
}

/// <summary>Reads the responses of queries and scans.</summary>
internal sealed class PageUnmarshaller<TUser>(UserReader<TUser> users, JsonResponseUnmarshaller errors)
    : JsonUnmarshaller<ReadItems<TUser>>(errors)
    where TUser : class
{
    protected override ItemReader NewReader(ReadOnlySpan<byte> json) => users.NewReader(json, readsMany: true);

    protected override bool TryRead(ReadOnlySpan<byte> property, ref ItemReader reader, MappedResponse<ReadItems<TUser>> response)
    {
        if (property.SequenceEqual("Items"u8))
            response.Result = users.ReadMany(ref reader) with { Next = response.Result.Next };
        else if (property.SequenceEqual("LastEvaluatedKey"u8))
            response.Result = response.Result with { Next = PositionOf(AttributeJson.ReadItem(reader.Json.Element())) };
        else
            return false;
        return true;
    }

    private static string? PositionOf(Dictionary<string, AttributeValue> key) => key.Count > 0 ? KeyPosition.Of(key) : null;
}

/// <summary>Reads the responses of batches of reads from one table.</summary>
/// <param name="users">The reader of users.</param>
/// <param name="tableName">The table.</param>
internal sealed class BatchUnmarshaller<TUser>(UserReader<TUser> users, string tableName)
    : JsonUnmarshaller<ReadBatch<TUser>>(BatchGetItemResponseUnmarshaller.Instance)
    where TUser : class
{
    private readonly byte[] _tableName = Encoding.UTF8.GetBytes(tableName);

    protected override ItemReader NewReader(ReadOnlySpan<byte> json) => users.NewReader(json, readsMany: true, keepsKeys: true);

    protected override bool TryRead(ReadOnlySpan<byte> property, ref ItemReader reader, MappedResponse<ReadBatch<TUser>> response)
    {
        bool isItems = property.SequenceEqual("Responses"u8);
        if (!isItems && !property.SequenceEqual("UnprocessedKeys"u8))
            return false;
        reader.Json.BeginObject();
        bool isRead = false;
        while (reader.Json.NextProperty(out ReadOnlySpan<byte> table))
        {
            if (isRead || !table.SequenceEqual(_tableName))
                throw JsonScanner.Damaged();
            isRead = true;
            response.Result = isItems
                ? response.Result with { Items = users.ReadKeyed(ref reader) }
                : response.Result with { Unprocessed = KeysIn(reader.Json.Element()) };
        }

        return true;
    }

    // They are sent again as they are.
    private static JsonElement KeysIn(JsonElement unprocessed)
    {
        JsonElement keys = unprocessed.EnumerateObject().Single(property => property.NameEquals("Keys"u8)).Value;
        foreach (JsonElement key in keys.EnumerateArray())
            AttributeJson.ReadItem(key);
        return keys;
    }
}

/// <summary>The items of a batch.</summary>
/// <param name="Items">The items that exist.</param>
/// <param name="Unprocessed">The keys that were not read, an array.</param>
internal readonly record struct ReadBatch<TUser>(List<ReadItem<TUser>>? Items, JsonElement? Unprocessed)
    where TUser : class;

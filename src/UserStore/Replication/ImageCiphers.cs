using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Preparation;

namespace UserStore.Replication;

/// <summary>Finds what decrypts the images of stream records.</summary>
internal sealed class ImageCiphers
{
    private readonly UserEncryption _encryption;
    private readonly RequestSender _sender;

    public ImageCiphers(StoreConnection connection, StoreSchema schema)
    {
        _sender = new RequestSender(connection, schema);
        _encryption = UserEncryption.Of(
            schema, new UniqueValues(schema.Model, schema.Options), new TableReader(connection.Client), connection.Time)!;
    }

    public Task<IReadOnlyDictionary<UserKey, UserCipher>> FindAsync(IEnumerable<JsonElement> images, CancellationToken cancellationToken)
        => _encryption.FindManyAsync(_sender.Begin(cancellationToken), images.Select(TryRead).OfType<Dictionary<string, AttributeValue>>());

    private static Dictionary<string, AttributeValue>? TryRead(JsonElement image)
    {
        try
        {
            return AttributeJson.ReadItem(image);
        }
        catch (Exception malformed) when (malformed is FormatException or InvalidOperationException)
        {
            return null; // the reader reports the record
        }
    }
}

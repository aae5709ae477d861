using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.Replication;

/// <summary>Finds what decrypts the images of stream records.</summary>
internal sealed class ImageCiphers
{
    private readonly UniqueValues _values;
    private readonly UserEncryption _encryption;
    private readonly RequestSender _sender;

    public ImageCiphers(StoreConnection connection, StoreSchema schema)
    {
        _sender = new RequestSender(connection, schema);
        _values = new UniqueValues(schema.Model, schema.Options);
        _encryption = UserEncryption.Of(schema, _values, new TableReader(connection.Client), connection.Time)!;
    }

    public Task<IReadOnlyDictionary<UserKey, UserCipher>> FindAsync(IEnumerable<JsonElement> images, CancellationToken cancellationToken)
        => _encryption.FindManyAsync(_sender.Begin(cancellationToken), images.Select(TryRead).OfType<Dictionary<string, AttributeValue>>());

    /// <summary>Returns the keys of the reservations of an image that a later one does not have. Encrypted values have hashes, so no data key is
    /// needed.</summary>
    public ValueList<string> ReleasedBetween(StoredUser? before, StoredUser? after) => [.. ReservedIn(before).Except(ReservedIn(after))];

    private IEnumerable<string> ReservedIn(StoredUser? image)
        => image is { } stored ? _values.ReservedIn(stored.ScalarOf).Select(value => value.Key) : [];

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

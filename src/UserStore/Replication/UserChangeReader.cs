using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Replication;

/// <summary>Reads changes of users from the records of a DynamoDB stream, as Lambda delivers them or as the DynamoDB Streams API returns
/// them.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// The stream view type must be <see cref="TableStreamViewType.NewAndOldImages"/>; see <see cref="UserStoreOptions.StreamViewType"/>. Users are
/// mapped as the store maps them. A record that cannot be read does not affect the others; it is returned with the reason. Sends no requests, except for
/// the data keys of a type with encrypted properties. Safe for concurrent use.
/// </remarks>
public sealed class UserChangeReader<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    private const int MaxDigits = 40; // Amazon DynamoDB Streams API Reference, "StreamRecord": SequenceNumber

    // The principal of deletions by time to live: Amazon DynamoDB Developer Guide, "DynamoDB Streams and TTL".
    private const string ServicePrincipal = "dynamodb.amazonaws.com";

    private readonly UserItems<TUser> _items;
    private readonly StoreSchema _schema;
    private readonly ImageCiphers? _ciphers;

    /// <summary>Initializes a new instance of the <see cref="UserChangeReader{TUser}"/> class without dependency injection.</summary>
    /// <param name="options">The options of the store, which must not change afterwards.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not make a table, or it has encrypted
    /// properties, for which a client is required.</exception>
    public UserChangeReader(UserStoreOptions options)
        : this(options, connection: null)
    {
        if (_schema.DataKeys is not null)
        {
            throw new InvalidOperationException(
                $"{typeof(TUser).Name} has encrypted properties, whose data keys are read from DynamoDB. Use the constructor with a client.");
        }
    }

    /// <summary>Initializes a new instance of the <see cref="UserChangeReader{TUser}"/> class without dependency injection, for a type that can have
    /// encrypted properties.</summary>
    /// <param name="options">The options of the store, which must not change afterwards.</param>
    /// <param name="client">The client that reads the data keys, which the caller disposes of.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not make a table, or the options lack what
    /// encrypted properties require.</exception>
    public UserChangeReader(UserStoreOptions options, IAmazonDynamoDB client, TimeProvider? timeProvider = null)
        : this(options, StoreConnection.WithoutLogging(client, options, timeProvider))
    {
    }

    internal UserChangeReader(StoreConnection connection)
        : this(connection.Options, connection)
    {
    }

    private UserChangeReader(UserStoreOptions options, StoreConnection? connection)
    {
        ArgumentNullException.ThrowIfNull(options);
        _schema = new StoreSchema(UserModel.For<TUser>(options), options);
        _ciphers = connection is null || _schema.DataKeys is null ? null : new ImageCiphers(connection, _schema);
        Lazy<IDynamoDBContext> context = new(() => UserContext.CreateForMapping(options, _schema.Model));
        _items = new UserItems<TUser>(
            () => context.Value, _schema.Model, _schema.Users.TableName, SelectedMapping<TUser>.ForItems(options, _schema.Model).Generated);
    }

    /// <summary>Reads an event as Lambda delivers it: <c>{"Records": [...]}</c>.</summary>
    /// <param name="json">The event, in UTF-8.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The records, in the order of the event.</returns>
    /// <exception cref="InvalidUserChangeException">The event is not JSON, or has no records.</exception>
    /// <exception cref="UserStoreException">The data keys of a type with encrypted properties cannot be read.</exception>
    public async Task<IReadOnlyList<UserChangeRecord<TUser>>> ReadEventAsync(Stream json, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(json, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("Records", out JsonElement records) || records.ValueKind != JsonValueKind.Array)
            {
                throw new InvalidUserChangeException(null, "is not a DynamoDB stream event: it has no array 'Records'. Check what invokes the function.");
            }

            var ciphers = await FindCiphersAsync(records.EnumerateArray(), cancellationToken).ConfigureAwait(false);
            return [.. records.EnumerateArray().Select(record => ReadRecord(record, ciphers))];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException) // the latter for a name that is not valid Unicode
        {
            throw new InvalidUserChangeException(null, "is not JSON. Check what invokes the function.", failure.WithoutText());
        }
    }

    /// <summary>Reads one record of a Lambda event or of the DynamoDB Streams API.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The change, or the reason why it cannot be read.</returns>
    /// <exception cref="InvalidOperationException">The type has encrypted properties, so that <see cref="ReadRecordAsync"/> is required.</exception>
    public UserChangeRecord<TUser> ReadRecord(JsonElement record) => _ciphers is null ? ReadRecord(record, ciphers: null)
        : throw new InvalidOperationException($"{typeof(TUser).Name} has encrypted properties, whose data keys are read from DynamoDB. Use ReadRecordAsync.");

    /// <summary>Reads one record of a Lambda event or of the DynamoDB Streams API, of a type that can have encrypted properties.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The change, or the reason why it cannot be read.</returns>
    /// <exception cref="UserStoreException">The data key of the user cannot be read.</exception>
    /// <remarks>Costs a consistent read of the data key, unless it is kept in memory.</remarks>
    public async Task<UserChangeRecord<TUser>> ReadRecordAsync(JsonElement record, CancellationToken cancellationToken = default)
        => ReadRecord(record, await FindCiphersAsync([record], cancellationToken).ConfigureAwait(false));

    private async Task<IReadOnlyDictionary<UserKey, UserCipher>?> FindCiphersAsync(
        IEnumerable<JsonElement> records, CancellationToken cancellationToken)
    {
        if (_ciphers is null)
            return null;
        IEnumerable<JsonElement> bodies = records.Select(record => Property(record, "dynamodb")).OfType<JsonElement>();
        IEnumerable<JsonElement?> images = bodies.SelectMany(body => new[] { Property(body, "OldImage"), Property(body, "NewImage") });
        return await _ciphers.FindAsync(images.OfType<JsonElement>(), cancellationToken).ConfigureAwait(false);
    }

    private UserChangeRecord<TUser> ReadRecord(JsonElement record, IReadOnlyDictionary<UserKey, UserCipher>? ciphers)
    {
        string? sequenceNumber = null;
        UserKey? key = null;
        try
        {
            JsonElement body = Property(record, "dynamodb")
                ?? throw new InvalidUserChangeException(
                    null, "has a record that is not a DynamoDB stream record: it has no object 'dynamodb'.");
            sequenceNumber = SequenceNumberIn(body);
            CheckTable(record, sequenceNumber);
            key = KeyIn(body, sequenceNumber);
            return new UserChangeRecord<TUser>(sequenceNumber, key, key is { } found ? Read(record, body, found, sequenceNumber, ciphers) : null, null);
        }
        catch (InvalidUserChangeException problem)
        {
            return new UserChangeRecord<TUser>(sequenceNumber, key, null, problem);
        }
        catch (Exception failure) when (failure is UserStoreSchemaException or FormatException or InvalidOperationException or ArgumentException)
        {
            var problem = new InvalidUserChangeException(
                sequenceNumber, $"has an image that cannot be read as {typeof(TUser).Name}; see the inner exception.", failure);
            return new UserChangeRecord<TUser>(sequenceNumber, key, null, problem);
        }
    }

    private UserChange<TUser>? Read(
        JsonElement record, JsonElement body, UserKey key, string sequenceNumber, IReadOnlyDictionary<UserKey, UserCipher>? ciphers)
    {
        string? name = StringIn(record, "eventName");
        UserChangeKind kind = name switch
        {
            "INSERT" => UserChangeKind.Inserted,
            "MODIFY" => UserChangeKind.Modified,
            "REMOVE" => UserChangeKind.Removed,
            _ => throw new InvalidUserChangeException(sequenceNumber, "has an unknown 'eventName'."),
        };
        UserCipher? cipher = ciphers?.GetValueOrDefault(key);
        StoredUser? oldItem = kind == UserChangeKind.Inserted ? null : ImageIn(body, "OldImage", sequenceNumber, cipher);
        StoredUser? newItem = kind == UserChangeKind.Removed ? null : ImageIn(body, "NewImage", sequenceNumber, cipher);
        TUser? oldUser = oldItem is { } before ? UserIn(before, "OldImage", key, sequenceNumber) : null;
        TUser? newUser = newItem is { } after ? UserIn(after, "NewImage", key, sequenceNumber) : null;
        if (oldUser is null && newUser is null)
            return null;
        return new UserChange<TUser>
        {
            Kind = oldUser is null ? UserChangeKind.Inserted : newUser is null ? UserChangeKind.Removed : UserChangeKind.Modified,
            Key = key,
            OldUser = oldUser,
            NewUser = newUser,
            ReleasedReservations = _ciphers?.ReleasedBetween(oldItem, newItem),
            HasErasedValues = HasErasedValues(oldItem, cipher) || HasErasedValues(newItem, cipher),
            SequenceNumber = sequenceNumber,
            Timestamp = TimeIn(body),
            IsTimeToLiveDelete = kind == UserChangeKind.Removed && Property(record, "userIdentity") is { } identity
                && StringIn(identity, "principalId") == ServicePrincipal,
        };
    }

    /// <returns>The item, or null if it is of another kind.</returns>
    private StoredUser? ImageIn(JsonElement body, string name, string sequenceNumber, UserCipher? cipher)
    {
        if (Property(body, name) is not { } image)
        {
            throw new InvalidUserChangeException(
                sequenceNumber,
                $"has no '{name}': the stream view type is {ViewTypeIn(body) ?? "unknown"}, but must be NEW_AND_OLD_IMAGES. Set "
                    + "UserStoreOptions.StreamViewType to NewAndOldImages and enable such a stream on the table.");
        }

        var stored = new StoredUser(AttributeJson.ReadItem(image), _schema.Model) { Cipher = cipher };
        return stored.IsUser ? stored : null;
    }

    private bool HasErasedValues(StoredUser? image, UserCipher? cipher)
        => image is { } stored && cipher?.IsErased(stored.Item) == true && UserCipher.HasEncrypted(_schema.Model, stored.Item);

    private TUser UserIn(StoredUser stored, string name, UserKey key, string sequenceNumber)
    {
        TUser user = _items.FromItem(stored, omitsErased: true);
        return _schema.Model.Key.Of(user) == key
            ? user
            : throw new InvalidUserChangeException(sequenceNumber, $"has an '{name}' of another user than its 'Keys'.");
    }

    /// <returns>The key of the user, or null if the item is of another kind and has a key that no user can have.</returns>
    private UserKey? KeyIn(JsonElement body, string sequenceNumber)
    {
        Dictionary<string, AttributeValue>? keys = Property(body, "Keys") is { } json ? AttributeJson.ReadItem(json) : null;
        if (keys is not null && _schema.Model.Key.FindInAnyForm(keys) is { } key && _schema.Model.Key.FindValid(key) is not null)
            return key;
        if (Array.TrueForAll(_schema.Users.Keys, attribute => keys?.GetValueOrDefault(attribute.AttributeName) is { } part
            && (attribute.AttributeType == ScalarAttributeType.N ? part.N : part.S) is not null) && IsOfOtherKind(body))
        {
            return null;
        }

        string expected = string.Join(" and ", _schema.Users.Keys.Select(attribute => $"'{attribute.AttributeName}' ({attribute.AttributeType})"));
        throw new InvalidUserChangeException(sequenceNumber, $"has no 'Keys' with {expected}. Read the stream of table '{_schema.Users.TableName}'.");
    }

    private bool IsOfOtherKind(JsonElement body) => (Property(body, "OldImage"), Property(body, "NewImage")) switch
    {
        (null, null) => false,
        var (before, after) => IsNoUser(before) && IsNoUser(after),
    };

    private bool IsNoUser(JsonElement? image) => image is null || !new StoredUser(AttributeJson.ReadItem(image.Value), _schema.Model).IsUser;

    // Only records from Lambda contain their source: arn:aws:dynamodb:{region}:{account}:table/{table}/stream/{label}.
    private void CheckTable(JsonElement record, string sequenceNumber)
    {
        if (StringIn(record, "eventSourceARN") is not { } arn
            || (arn.Split('/') is [_, var table, "stream", ..] && table == _schema.Users.TableName))
        {
            return;
        }

        throw new InvalidUserChangeException(
            sequenceNumber,
            $"does not come from the stream of table '{_schema.Users.TableName}'. "
                + "Check the event source, or the names in UserStoreOptions.");
    }

    private static string SequenceNumberIn(JsonElement body)
        => StringIn(body, "SequenceNumber") is { Length: >= 1 and <= MaxDigits } number && !number.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? number
            : throw new InvalidUserChangeException(null, $"has a record without a 'SequenceNumber' of 1 to {MaxDigits} digits.");

    // Epoch seconds, with or without a fraction.
    private static DateTimeOffset TimeIn(JsonElement body)
        => Property(body, "ApproximateCreationDateTime") is { ValueKind: JsonValueKind.Number } seconds
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds.GetDouble())
            : default;

    // Another string is none of DynamoDB's, and may be a value.
    private static string? ViewTypeIn(JsonElement body)
        => StringIn(body, "StreamViewType") is { } type and ("KEYS_ONLY" or "NEW_IMAGE" or "OLD_IMAGE" or "NEW_AND_OLD_IMAGES") ? type : null;

    private static string? StringIn(JsonElement json, string name)
        => Property(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    // Lambda and the DynamoDB Streams API spell some names with different case.
    private static JsonElement? Property(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }

        return null;
    }
}

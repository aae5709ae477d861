using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging;
using UserStore.Batching;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Preparation;

namespace UserStore.Migrations.Running;

/// <summary>Provides the operations of a store that migrations need without naming its user type.</summary>
internal abstract class MigrationStoreAccess(StoreSchema schema, TimeProvider time, ILogger logger)
{
    public StoreSchema Schema => schema;

    /// <summary>Returns the connection of the store with the client of a migration. Because migrations can wait, requests are retried even if
    /// the client of the service retries as well.</summary>
    public StoreConnection Connect(IAmazonDynamoDB client) => new(client, schema.Options, time, logger) { OwnsRetries = true, SeesEveryAttempt = false };

    /// <summary>Reserves the emails of existing users with the client of a migration.</summary>
    public abstract IAsyncEnumerable<UniqueValueAuditPage> ReserveAsync(
        IAmazonDynamoDB client, string? continuationToken, CancellationToken cancellationToken);

    /// <summary>Opens the store for the import of items that another program wrote.</summary>
    /// <returns>A function that stores an item as a new user and returns true, or returns false if the user exists, or is erased.</returns>
    public abstract Func<Dictionary<string, AttributeValue>, IRequestObserver, CancellationToken, Task<bool>> OpenForItems(IAmazonDynamoDB client);
}

/// <inheritdoc/>
internal sealed class MigrationStoreAccess<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    StoreSchema schema, TimeProvider time, ILogger logger)
    : MigrationStoreAccess(schema, time, logger)
    where TUser : class
{
    public override IAsyncEnumerable<UniqueValueAuditPage> ReserveAsync(
        IAmazonDynamoDB client, string? continuationToken, CancellationToken cancellationToken)
        => new DynamoDbUniqueValueAudit<TUser>(Connect(client)).RepairAsync(continuationToken, cancellationToken);

    public override Func<Dictionary<string, AttributeValue>, IRequestObserver, CancellationToken, Task<bool>> OpenForItems(IAmazonDynamoDB client)
    {
        var table = new UserTable<TUser>(Connect(client));
        UserCreation<TUser> creation = new UserWrites<TUser>(table).Creation;
        HashSet<string?> known = [.. table.Model.Attributes, table.Model.DataKeyId];

        return async (item, observer, cancellationToken) =>
        {
            PreparedUser<TUser> user = table.Input.PrepareImport(table.Items.FromItem(new StoredUser(item, table.Model)));
            StoreCall call = table.Sender.Begin(cancellationToken, user.Key, observer: observer);
            try
            {
                await creation.CreateAsync(
                    call, user, item.Where(attribute => !known.Contains(attribute.Key)).ToDictionary()).ConfigureAwait(false);
                return true;
            }
            catch (UserStoreException exists) when (exists is UserAlreadyExistsException or UserErasedException
                or UserWriteOutcomeUnknownException { InnerException: UserAlreadyExistsException or UserErasedException })
            {
                return false; // stored by an earlier attempt, another user of the store, which is kept, or erased
            }
        };
    }
}

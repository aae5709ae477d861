using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Backfilling;
using UserStore.Migrations.Running;

namespace UserStore.Migrations;

/// <summary>Provides a migration with its client, the names of its tables in DynamoDB, and building blocks.</summary>
/// <remarks>
/// Each building block checks the current state, changes only what differs from the desired state, and waits until it is reached. After a
/// crash at any point it can run again. Before every request, the client verifies that the lock is still held.
/// </remarks>
public sealed class MigrationContext
{
    private readonly MigrationAttempt _attempt;
    private readonly TimeSpan _tableTimeout;

    internal MigrationContext(MigrationAttempt attempt, TimeSpan tableTimeout) => (_attempt, _tableTimeout) = (attempt, tableTimeout);

    /// <summary>Gets the current step.</summary>
    public MigrationStep Step => _attempt.Step;

    /// <summary>Gets the client for all requests of the migration.</summary>
    /// <value>It throws <see cref="MigrationLeaseLostException"/> after the lock is lost; in a dry run it records writes and performs none. A
    /// client, context or store from elsewhere does neither: a function must not capture one, and a dry run rejects a class whose constructor
    /// takes one. The client supports the operations on items and tables, time to live, point-in-time recovery, and tags. Before the first
    /// write, the journal records in one more transaction that an interruption requires a repair, unless the migration has another
    /// <see cref="Migration.InterruptionPolicy"/> than <see cref="InterruptionPolicy.Automatic"/>.</value>
    public IAmazonDynamoDB Client => _attempt.OwnClient;

    /// <summary>Gets a value indicating whether this is a dry run.</summary>
    public bool IsDryRun => _attempt.IsDryRun;

    /// <summary>Gets the options of the store.</summary>
    public UserStoreOptions StoreOptions => _attempt.Store.Schema.Options;

    /// <summary>Gets the name of the users' table.</summary>
    public string UsersTable => _attempt.Store.Schema.Users.TableName;

    /// <summary>Gets the name of the table of the reservations; <see langword="null"/> if no values are unique.</summary>
    public string? ReservationsTable => _attempt.Store.Schema.Reservations?.TableName;

    /// <summary>Gets the logger. Messages must not contain values of users.</summary>
    public ILogger Logger => _attempt.Logger;

    /// <summary>Returns the name of another table of the service in DynamoDB.</summary>
    /// <param name="nameWithoutPrefix">The name without the prefix of the store.</param>
    /// <returns>The name with the prefix.</returns>
    public string TableName(string nameWithoutPrefix) => StoreOptions.TableNamePrefix + nameWithoutPrefix;

    /// <summary>Reports the progress of the migration to the reporters.</summary>
    /// <param name="progress">The progress.</param>
    public void Report(MigrationProgress progress) => _attempt.Progressed?.Invoke(progress);

    /// <summary>Opens the store with the client of the migration.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <returns>The store, for use during this migration only.</returns>
    public IUserStore<TUser> OpenStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>()
        where TUser : class
        => new DynamoDbUserStore<TUser>(_attempt.Store.Connect(_attempt.OwnClient));

    /// <summary>Creates the missing tables of the store, and their missing indexes, stream and time to live.</summary>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when the tables are active.</returns>
    /// <exception cref="UserStoreSchemaException">A table or index exists with other keys.</exception>
    /// <exception cref="UserStoreUnavailableException">The wait exceeds <see cref="MigrationOptions.TableTimeout"/>.</exception>
    public async Task CreateTablesAsync(CancellationToken cancellationToken = default)
    {
        foreach (TableSchema table in _attempt.Store.Schema.Tables)
            await new TableCreator(_attempt.Client, table, _tableTimeout, _attempt.Sender).EnsureAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates a table, unless a table of that name exists.</summary>
    /// <param name="definition">The table, with its name in DynamoDB.</param>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when the table is active.</returns>
    /// <exception cref="UserStoreSchemaException">DynamoDB rejected the definition.</exception>
    public async Task CreateTableAsync(CreateTableRequest definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        await Edit(definition.TableName, cancellationToken).EnsureTableAsync(definition).ConfigureAwait(false);
    }

    /// <summary>Deletes a table with all its items, if it exists.</summary>
    /// <param name="tableName">The name of the table in DynamoDB.</param>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when it is deleted.</returns>
    public Task DeleteTableAsync(string tableName, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureNoTableAsync();

    /// <summary>Creates an index of the users' table that the user type declares, unless it exists.</summary>
    /// <param name="indexName">The name of the index in the attributes of the type, such as <c>email-index</c>.</param>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when the index is filled and active.</returns>
    /// <exception cref="InvalidUserException">The type declares no such index.</exception>
    /// <exception cref="UserStoreSchemaException">The index exists with other keys, or DynamoDB rejected it.</exception>
    public async Task CreateIndexAsync(string indexName, CancellationToken cancellationToken = default)
    {
        TableSchema users = _attempt.Store.Schema.Users;
        var index = IndexSchema.Of(_attempt.Store.Schema.Model.GetIndex(indexName), _attempt.Store.Schema.Options);
        Report(new MigrationProgress($"index {index.Name}", 0, 1));
        TableDescription table = await Edit(UsersTable, cancellationToken).EnsureIndexAsync(
            index.Name, found => users.ToAddIndexRequest(index, found)).ConfigureAwait(false);
        if (users.DifferenceOf(table, index) is { } difference)
            throw difference;
        Report(new MigrationProgress($"index {index.Name}", 1, 1));
    }

    /// <summary>Creates an index of a table, unless an index of that name exists.</summary>
    /// <param name="tableName">The name of the table in DynamoDB.</param>
    /// <param name="index">The index.</param>
    /// <param name="keys">The types of the keys of the index and of the table.</param>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when the index is filled and active.</returns>
    /// <exception cref="UserStoreSchemaException">The table does not exist, or DynamoDB rejected the index.</exception>
    public async Task CreateIndexAsync(
        string tableName,
        CreateGlobalSecondaryIndexAction index,
        IReadOnlyList<AttributeDefinition> keys,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(keys);
        var request = new UpdateTableRequest
        {
            TableName = tableName,
            AttributeDefinitions = [.. keys],
            GlobalSecondaryIndexUpdates = [new() { Create = index }],
        };
        await Edit(tableName, cancellationToken).EnsureIndexAsync(index.IndexName, _ => request).ConfigureAwait(false);
    }

    /// <summary>Deletes an index, if it exists.</summary>
    /// <param name="tableName">The name of the table in DynamoDB.</param>
    /// <param name="indexName">The name of the index in DynamoDB.</param>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when it is deleted.</returns>
    /// <exception cref="UserStoreSchemaException">The table does not exist.</exception>
    public Task DeleteIndexAsync(string tableName, string indexName, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureNoIndexAsync(indexName);

    /// <summary>Enables time to live: DynamoDB deletes items after the time in an attribute.</summary>
    /// <param name="tableName">The name of the table in DynamoDB.</param>
    /// <param name="attribute">The attribute, which contains epoch seconds.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>A task that completes when time to live is enabled or being enabled.</returns>
    /// <exception cref="UserStoreSchemaException">The table does not exist, or its time to live uses another attribute.</exception>
    public Task EnableTimeToLiveAsync(string tableName, string attribute, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureTimeToLiveAsync(attribute);

    /// <summary>Enables the stream of a table.</summary>
    /// <param name="tableName">The name of the table in DynamoDB.</param>
    /// <param name="view">The stream view type; not <see cref="TableStreamViewType.None"/>.</param>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when the stream is enabled.</returns>
    /// <exception cref="UserStoreSchemaException">The table does not exist, or has a stream of another view type.</exception>
    public Task EnableStreamAsync(string tableName, TableStreamViewType view, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureStreamAsync(
            StoreSchema.StreamOf(view) ?? throw new ArgumentOutOfRangeException(nameof(view), view, "The value names no stream view type."));

    /// <summary>Changes every item of a table; see <see cref="Backfill"/>.</summary>
    /// <param name="backfill">The backfill.</param>
    /// <param name="cancellationToken">A token to cancel the backfill, which can be resumed.</param>
    /// <returns>The result, over all attempts.</returns>
    /// <exception cref="BackfillFailedException">More items than permitted cannot be changed.</exception>
    /// <exception cref="UserStoreSchemaException">The table does not exist.</exception>
    /// <remarks>Costs a consistent scan of the table, one write for each item that changes, and one for each page read.</remarks>
    public Task<BackfillResult> BackfillAsync(Backfill backfill, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(backfill);
        return new BackfillRunner(_attempt, backfill).RunAsync(cancellationToken);
    }

    internal MigrationAttempt Attempt => _attempt;

    private TableEditor Edit(string tableName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        return new TableEditor(_attempt.Client, new NamedTable(tableName), _tableTimeout, _attempt.Sender, cancellationToken);
    }
}

using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using Amazon.DynamoDBv2;
using Microsoft.Extensions.Logging;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb;
using UserStore.Migrations.Backfilling;
using UserStore.Migrations.Running;

namespace UserStore.Migrations;

/// <summary>What a migration works with: the client, the tables by their real names, and building blocks.</summary>
/// <remarks>
/// Each building block looks first, changes only what is not as wanted, waits until it is, and may be repeated after a crash in its middle.
/// Before every request it is checked that the lock is still held.
/// </remarks>
public sealed class MigrationContext
{
    private readonly MigrationAttempt _attempt;
    private readonly TimeSpan _tableTimeout;

    internal MigrationContext(MigrationAttempt attempt, TimeSpan tableTimeout) => (_attempt, _tableTimeout) = (attempt, tableTimeout);

    /// <summary>Gets the step that is being done.</summary>
    public MigrationStep Step => _attempt.Step;

    /// <summary>Gets the client. It throws <see cref="MigrationLeaseLostException"/> once the lock is lost; in a dry run it records writes
    /// and performs none. It has the operations on items and tables, time to live, backups in time, and tags.</summary>
    public IAmazonDynamoDB Client => _attempt.Client;

    /// <summary>Gets a value indicating whether this is a dry run.</summary>
    public bool IsDryRun => _attempt.IsDryRun;

    /// <summary>Gets the options of the store.</summary>
    public UserStoreOptions StoreOptions => _attempt.Store.Schema.Options;

    /// <summary>Gets the name of the users' table.</summary>
    public string UsersTable => _attempt.Store.Schema.Users.TableName;

    /// <summary>Gets the name of the table of the reservations; <see langword="null"/> when emails need not be unique.</summary>
    public string? EmailsTable => _attempt.Store.Schema.Emails?.TableName;

    /// <summary>Gets the log. What is written to it must hold no values of users.</summary>
    public ILogger Logger => _attempt.Logger;

    /// <summary>Returns the name of another table of the service.</summary>
    /// <param name="nameWithoutPrefix">Its name without the prefix of the store.</param>
    /// <returns>Its name in DynamoDB.</returns>
    public string TableName(string nameWithoutPrefix) => StoreOptions.TableNamePrefix + nameWithoutPrefix;

    /// <summary>Tells the reporters how far the migration has come.</summary>
    /// <param name="progress">How far.</param>
    public void Report(MigrationProgress progress) => _attempt.Report(progress);

    /// <summary>Opens the store with the client of the migration.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <returns>The store, to be used during this migration only.</returns>
    public IUserStore<TUser> OpenStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>()
        where TUser : User
        => new DynamoDbUserStore<TUser>(new StoreConnection(Client, StoreOptions, _attempt.Sender.Time, _attempt.Logger) { OwnsRetries = true });

    /// <summary>Creates the tables of the store with their indexes, stream and time to live, as far as they are missing.</summary>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when they can be used.</returns>
    /// <exception cref="UserStoreSchemaException">A table or index is there with other keys.</exception>
    /// <exception cref="UserStoreUnavailableException">It takes longer than <see cref="MigrationOptions.TableTimeout"/>.</exception>
    public async Task CreateTablesAsync(CancellationToken cancellationToken = default)
    {
        foreach (TableSchema table in _attempt.Store.Schema.Tables)
            await new TableCreator(Client, table, _tableTimeout, _attempt.Sender).EnsureAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates a table, unless one of that name is there.</summary>
    /// <param name="definition">The table, by its name in DynamoDB.</param>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when it can be used.</returns>
    /// <exception cref="UserStoreSchemaException">DynamoDB refused it.</exception>
    public async Task CreateTableAsync(CreateTableRequest definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        await Edit(definition.TableName, cancellationToken).EnsureTableAsync(definition).ConfigureAwait(false);
    }

    /// <summary>Deletes a table with all its items, if it is there.</summary>
    /// <param name="tableName">Its name in DynamoDB.</param>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when it is gone.</returns>
    public Task DeleteTableAsync(string tableName, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureNoTableAsync();

    /// <summary>Creates an index of the users' table that the user type declares, unless it is there.</summary>
    /// <param name="indexName">Its name in the attributes of the type, such as <c>email-index</c>.</param>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when it is filled and can be used.</returns>
    /// <exception cref="InvalidUserException">The type declares no such index.</exception>
    /// <exception cref="UserStoreSchemaException">The index is there with other keys, or DynamoDB refused it.</exception>
    public async Task CreateIndexAsync(string indexName, CancellationToken cancellationToken = default)
    {
        TableSchema users = _attempt.Store.Schema.Users;
        var index = _attempt.Store.Schema.Model.GetIndex(indexName);
        Report(new MigrationProgress($"index {users.NameOf(index)}", 0, 1));
        TableDescription table = await Edit(UsersTable, cancellationToken).EnsureIndexAsync(
            users.NameOf(index), found => users.ToAddIndexRequest(index, found)).ConfigureAwait(false);
        if (users.DifferenceOf(table, index) is { } difference)
            throw difference;
        Report(new MigrationProgress($"index {users.NameOf(index)}", 1, 1));
    }

    /// <summary>Creates an index of a table, unless one of that name is there.</summary>
    /// <param name="tableName">The table, by its name in DynamoDB.</param>
    /// <param name="index">The index.</param>
    /// <param name="keys">The types of its keys, and of those of the table.</param>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when it is filled and can be used.</returns>
    /// <exception cref="UserStoreSchemaException">There is no such table, or DynamoDB refused the index.</exception>
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

    /// <summary>Deletes an index, if it is there.</summary>
    /// <param name="tableName">The table, by its name in DynamoDB.</param>
    /// <param name="indexName">The index, by its name in DynamoDB.</param>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when it is gone.</returns>
    /// <exception cref="UserStoreSchemaException">There is no such table.</exception>
    public Task DeleteIndexAsync(string tableName, string indexName, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureNoIndexAsync(indexName);

    /// <summary>Lets DynamoDB remove items when the time in an attribute has come.</summary>
    /// <param name="tableName">The table, by its name in DynamoDB.</param>
    /// <param name="attribute">The attribute, a number of epoch seconds.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>A task that completes when it is enabled, or being enabled.</returns>
    /// <exception cref="UserStoreSchemaException">There is no such table, or its time to live is on another attribute.</exception>
    public Task EnableTimeToLiveAsync(string tableName, string attribute, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureTimeToLiveAsync(attribute);

    /// <summary>Gives a table a stream.</summary>
    /// <param name="tableName">The table, by its name in DynamoDB.</param>
    /// <param name="view">What the stream tells; not <see cref="TableStreamViewType.None"/>.</param>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when it is there.</returns>
    /// <exception cref="UserStoreSchemaException">There is no such table, or it has a stream with another view type.</exception>
    public Task EnableStreamAsync(string tableName, TableStreamViewType view, CancellationToken cancellationToken = default)
        => Edit(tableName, cancellationToken).EnsureStreamAsync(
            StoreSchema.StreamOf(view) ?? throw new ArgumentOutOfRangeException(nameof(view), view, "names no stream"));

    /// <summary>Changes every item of a table; see <see cref="Backfill"/>.</summary>
    /// <param name="backfill">What to change, and how.</param>
    /// <param name="cancellationToken">Ends it; it can be taken up again.</param>
    /// <returns>What was done, in all attempts.</returns>
    /// <exception cref="BackfillFailedException">More items cannot be changed than may.</exception>
    /// <exception cref="UserStoreSchemaException">There is no such table.</exception>
    /// <remarks>Costs a consistent scan of the table, one write for each item that changes, and one for each page read.</remarks>
    public Task<BackfillResult> BackfillAsync(Backfill backfill, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(backfill);
        return new BackfillRun(_attempt, backfill).RunAsync(cancellationToken);
    }

    internal MigrationAttempt Attempt => _attempt;

    private TableEditor Edit(string tableName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        return new TableEditor(Client, new NamedTable(tableName), _tableTimeout, _attempt.Sender, cancellationToken);
    }
}

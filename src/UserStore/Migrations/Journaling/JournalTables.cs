using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Tombstones;

namespace UserStore.Migrations.Journaling;

/// <summary>Represents the two tables of the migrations: one for the journal, one for the lock and the checkpoints.</summary>
internal sealed class JournalTables(StoreConnection connection, StoreSchema store, MigrationOptions options)
{
    private const string OwnKeyName = "id";

    private string? _journalKey;
    private string? _lockKey;

    public IAmazonDynamoDB Client => connection.Client;

    public MigrationOptions Options => options;

    /// <summary>Gets the retry options of the store.</summary>
    public UserStoreRetryOptions Retry => store.Options.Retry;

    public RequestSender Sender { get; } = new(connection, store);

    public TableReader Reader { get; } = new(connection.Client);

    /// <summary>Gets the entries of the lock table that name users.</summary>
    public UserEntries UserEntries => field ??= new UserEntries(this, store, TombstoneTable.Of(store, Reader, connection.Time));

    // By name only: the key of a table that another library created may have another name.
    public NamedTable Journal { get; } = new(TableFor(store, options.JournalTable).TableName);

    public NamedTable Lock { get; } = new(TableFor(store, options.LockTable).TableName);

    /// <summary>Gets the name of the journal's key, once it is known.</summary>
    public string JournalKey => _journalKey ?? throw new InvalidOperationException("EnsureAsync comes first.");

    /// <summary>Gets the name of the lock table's key; null until it is known, and after the table was deleted.</summary>
    public string? LockKey => _lockKey;

    /// <summary>Returns the definition of a table of the migrations.</summary>
    public static TableSchema TableFor(StoreSchema store, string name)
        => new(store.Options.TableNamePrefix + name, new KeyAttribute(OwnKeyName, ScalarAttributeType.S), [], store.Options);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        // Each time, because another process may have deleted them.
        _journalKey = await EnsureTableAsync(options.JournalTable, cancellationToken).ConfigureAwait(false);
        _lockKey = await EnsureTableAsync(options.LockTable, cancellationToken).ConfigureAwait(false);
    }

    public async Task DestroyAsync(CancellationToken cancellationToken)
    {
        await EditorOf(Journal, cancellationToken).EnsureNoTableAsync().ConfigureAwait(false);
        await EditorOf(Lock, cancellationToken).EnsureNoTableAsync().ConfigureAwait(false);
        (_journalKey, _lockKey) = (null, null);
    }

    /// <summary>Returns the name of the journal's key, or null if there is no journal.</summary>
    public async Task<string?> FindJournalKeyAsync(CancellationToken cancellationToken)
        => _journalKey ??= await FindKeyAsync(Journal, cancellationToken).ConfigureAwait(false);

    /// <summary>Returns the name of the lock table's key, or null if there is no such table.</summary>
    public async Task<string?> FindLockKeyAsync(CancellationToken cancellationToken)
        => _lockKey ??= await FindKeyAsync(Lock, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads all pages of a scan.</summary>
    public async IAsyncEnumerable<Dictionary<string, AttributeValue>> ScanAsync(
        ScanRequest request, NamedTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            ScanPage page = await Reader.ScanAsync(Sender.Begin(cancellationToken), table, request).ConfigureAwait(false);
            foreach (Dictionary<string, AttributeValue> item in page.Items)
                yield return item;
            request.ExclusiveStartKey = page.Next;
        }
        while (request.ExclusiveStartKey is not null);
    }

    private TableEditor EditorOf(NamedTable table, CancellationToken cancellationToken)
        => new(Client, table, store.Options.TableCreationTimeout, Sender, cancellationToken);

    private async Task<string> EnsureTableAsync(string name, CancellationToken cancellationToken)
    {
        TableSchema table = TableFor(store, name);
        return KeyNameOf(await EditorOf(table, cancellationToken).EnsureTableAsync(table.ToCreateRequest()).ConfigureAwait(false));
    }

    private async Task<string?> FindKeyAsync(NamedTable table, CancellationToken cancellationToken)
        => await EditorOf(table, cancellationToken).FindAsync().ConfigureAwait(false) is { } found ? KeyNameOf(found) : null;

    // Tables that another library created use one of two key names.
    private static string KeyNameOf(TableDescription table)
    {
        string? key = table.KeySchema is [var only] && only.AttributeName is OwnKeyName or "ID"
            && table.AttributeDefinitions.Exists(
                attribute => attribute.AttributeName == only.AttributeName && attribute.AttributeType == ScalarAttributeType.S)
            ? only.AttributeName
            : null;
        return key ?? throw new UserStoreSchemaException(
            table.TableName, null, $"has another key than '{OwnKeyName}' (S). Name another table in MigrationOptions, or delete this one.");
    }
}

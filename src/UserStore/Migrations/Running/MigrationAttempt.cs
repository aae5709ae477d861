using System.Collections.Concurrent;
using Amazon.DynamoDBv2;
using Microsoft.Extensions.Logging;
using UserStore.Batching;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>Represents one attempt at a step, with everything that its building blocks share.</summary>
/// <param name="step">The step.</param>
/// <param name="target">The store and its tables.</param>
/// <param name="client">The client of the building blocks, which checks the lease or records; see <see cref="DelegatingClient"/>.</param>
/// <param name="checkpoints">The checkpoints of the attempt.</param>
/// <param name="environment">The process of the attempt.</param>
/// <remarks>
/// A <em>run</em> executes a plan while it holds the lock. Each of its <em>steps</em> applies or undoes one migration. A step that fails or
/// is interrupted takes further <em>attempts</em>, in later runs. Attempts that resume each other form one <em>execution</em> and share its
/// checkpoints.
/// </remarks>
internal sealed class MigrationAttempt(
    MigrationStep step, MigrationTarget target, IAmazonDynamoDB client, AttemptCheckpoints checkpoints, RunnerEnvironment environment)
{
    // A migration can wait longer for capacity than a caller of the store, but not longer than request tokens live.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Table, string Mark), string> _marks = new();
    private readonly UserStoreRetryOptions _retry = target.Store.Schema.Options.Retry.With(Timeout);
    private int _poisonItems;

    public MigrationStep Step => step;

    public MigrationStoreAccess Store => target.Store;

    public IAmazonDynamoDB Client { get; } = client;

    /// <summary>Gets the client of the migration itself, whose requests may not be repeatable.</summary>
    public IAmazonDynamoDB OwnClient { get; init; } = client;

    public AttemptCheckpoints Checkpoints => checkpoints;

    public ILogger Logger => environment.Logger;

    public RequestSender Sender { get; } = new(target.Store.Connect(client), target.Store.Schema);

    public TableReader Reader { get; } = new(client);

    /// <summary>Gets a value indicating whether there are tables to read; false in memory.</summary>
    public bool HasTables => target.Client is not null;

    public bool IsDryRun { get; init; }

    /// <summary>Gets the delegate that is notified of progress.</summary>
    public Action<MigrationProgress>? Progressed { get; init; }

    /// <summary>Returns whether no other backfill of the attempt marks items of the table with the same attribute, which holds one mark.</summary>
    public bool TryClaimMark(string table, string mark, string backfill) => _marks.GetOrAdd((table, mark), backfill) == backfill;

    /// <summary>Opens the claims of an import, which requires tables.</summary>
    public ImportClaims OpenImportClaims() => new(target.Tables!, Checkpoints.Entry);

    /// <summary>Gets the number of poison items of the backfills so far.</summary>
    public int PoisonItems => _poisonItems;

    public void AddPoisonItems(int count) => Interlocked.Add(ref _poisonItems, count);

    /// <summary>Begins a call with the timeout of migrations.</summary>
    public StoreCall Begin(CancellationToken cancellationToken, IRequestObserver? observer = null)
        => Sender.Begin(cancellationToken, retry: _retry, observer: observer);
}

using Amazon.DynamoDBv2;
using Microsoft.Extensions.Logging;
using UserStore.Batching;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>One attempt at one step, with all that its building blocks share.</summary>
/// <param name="step">The step.</param>
/// <param name="run">Which apply or undo of the migration this is, or goes on with.</param>
/// <param name="client">The client, which stops with the lease, or records.</param>
/// <param name="store">The store.</param>
/// <param name="checkpoints">Where backfills note how far they are.</param>
/// <param name="lease">The lease; null in a dry run.</param>
/// <param name="hasTables">Whether there are tables at all; not in memory.</param>
/// <param name="host">Where it runs.</param>
internal sealed class MigrationAttempt(
    MigrationStep step,
    int run,
    IAmazonDynamoDB client,
    MigrationStoreAccess store,
    ICheckpoints checkpoints,
    Lease? lease,
    bool hasTables,
    RunnerEnvironment host)
{
    // A migration can wait for capacity longer than a caller of the store, within what request tokens live.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly UserStoreRetryOptions _retry = new()
    {
        Timeout = Patience,
        AttemptTimeout = store.Schema.Options.Retry.AttemptTimeout,
        BaseDelay = store.Schema.Options.Retry.BaseDelay,
        MaxDelay = store.Schema.Options.Retry.MaxDelay,
    };

    public MigrationStep Step => step;

    public string MigrationId => step.MigrationId;

    public int Run => run;

    public IAmazonDynamoDB Client => client;

    public MigrationStoreAccess Store => store;

    private long Fence => lease?.Fence.Number ?? 0;

    public bool IsDryRun => lease is null;

    public bool HasTables => hasTables;

    public ILogger Logger => host.Logger;

    /// <summary>Gets what is told about progress.</summary>
    public Action<MigrationProgress>? Progressed { get; init; }

    public RequestSender Sender { get; } = new(store.Connect(client), store.Schema);

    public StoreCall Begin(CancellationToken cancellationToken, IRequestObserver? observer = null)
        => Sender.Begin(cancellationToken, retry: _retry, observer: observer);

    public void Report(MigrationProgress progress) => Progressed?.Invoke(progress);

    /// <summary>Makes a checkpoint this attempt's, and returns it as it stands.</summary>
    /// <exception cref="MigrationLeaseLostException">The lock is lost.</exception>
    public async Task<Checkpoint> StampAsync(CheckpointKey key, CancellationToken cancellationToken)
    {
        lease?.ThrowIfLost(MigrationId);
        return await checkpoints.StampAsync(key, Fence, cancellationToken).ConfigureAwait(false)
            ?? throw new MigrationLeaseLostException(MigrationId);
    }

    /// <exception cref="MigrationLeaseLostException">The lock is lost.</exception>
    public async Task WriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        lease?.ThrowIfLost(MigrationId);
        if (!await checkpoints.TryWriteAsync(checkpoint with { Fence = Fence }, cancellationToken).ConfigureAwait(false))
            throw new MigrationLeaseLostException(MigrationId);
    }
}

namespace UserStore.Batching;

/// <summary>Represents an item of a batch that is being processed.</summary>
/// <param name="Position">The position of the item in the sequence.</param>
/// <param name="Item">The item that the caller supplied.</param>
/// <param name="Prepared">The item as the operation prepared it; null before that.</param>
/// <param name="Key">The key of the user, if it has a valid one.</param>
internal sealed record BatchItem<T>(long Position, T? Item, object? Prepared, UserKey? Key);

/// <summary>Prepares the items of a batch and writes them.</summary>
/// <param name="keyOf">Returns the key of an item as the caller supplied it, or null if it has no valid one.</param>
internal abstract class BatchOperation<T>(Func<T, UserKey?> keyOf)
{
    public static InvalidOperationException ReplaceWithUniqueValues() => new(
        "ReplaceAsync replaces users unread and cannot keep emails and other values unique. Create users with CreateAsync, change existing users "
            + "with IUserStore.UpdateAsync, or set UserStoreOptions.UniqueEmails to false in all services.");

    /// <summary>Returns the key of an item as the caller supplied it, or null if it has no valid one.</summary>
    public UserKey? KeyOf(T? item) => item is null ? null : keyOf(item);

    /// <summary>Validates an item and returns the item to write, with the key of its user.</summary>
    /// <exception cref="UserStoreException">The item violates a rule.</exception>
    public abstract (object Prepared, UserKey Key) Prepare(T item);

    /// <summary>Divides items with distinct keys into groups, each of which fits into one request.</summary>
    public virtual IEnumerable<IReadOnlyList<BatchItem<T>>> Group(IReadOnlyList<BatchItem<T>> items) => items.Select(item => new[] { item });

    /// <summary>Writes one group of items and records the outcome of each item. Does not throw if a write
    /// fails.</summary>
    public abstract Task SendAsync(IReadOnlyList<BatchItem<T>> items, BatchRequest<T> request, CancellationToken cancellationToken);
}

/// <summary>Represents a request of a batch that is in progress, and reports its retries and consumed capacity to the batch.</summary>
internal sealed class BatchRequest<T>(BatchTally<T> tally, AdaptiveLimit limit, long number, UserStoreRetryOptions? retry) : IRequestObserver
{
    public BatchTally<T> Tally => tally;

    public UserStoreRetryOptions? Retry => retry;

    public bool WasThrottled { get; private set; }

    public void Retrying(bool isThrottled)
    {
        tally.AddRetry();
        if (!isThrottled)
            return;
        WasThrottled = true;
        limit.RecordThrottling(number);
    }

    public void Consumed(double units) => tally.AddConsumedCapacity(units);
}

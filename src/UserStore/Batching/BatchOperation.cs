namespace UserStore.Batching;

/// <summary>An item of a batch on its way.</summary>
/// <param name="Position">Its place in the sequence.</param>
/// <param name="Item">The item as it was given.</param>
/// <param name="Prepared">The item as it is to be written.</param>
/// <param name="UserId">The id of its user.</param>
internal sealed record BatchItem<T>(long Position, T? Item, T? Prepared, string? UserId);

/// <summary>What a batch does with its items.</summary>
internal abstract class BatchOperation<T>
{
    public static InvalidOperationException ReplaceWithUniqueEmails() => new(
        "ReplaceAsync writes without conditions and cannot keep emails unique. Create users with CreateAsync, change those that exist with "
            + "IUserStore.UpdateAsync, or set UserStoreOptions.UniqueEmails to false in all services.");

    /// <summary>Checks an item and returns it as it is to be written, with the id of its user.</summary>
    /// <exception cref="UserStoreException">The item breaks a rule.</exception>
    public abstract (T Prepared, string UserId) Prepare(T item);

    /// <summary>Divides items, whose keys all differ, into what one request may hold.</summary>
    public virtual IEnumerable<IReadOnlyList<BatchItem<T>>> Group(IReadOnlyList<BatchItem<T>> items) => items.Select(item => new[] { item });

    /// <summary>Writes what one request may hold, and tells the fate of each item. Throws nothing that a write may end with.</summary>
    public abstract Task SendAsync(IReadOnlyList<BatchItem<T>> items, BatchRequest<T> request, CancellationToken cancellationToken);
}

/// <summary>A place among the requests of a batch that are on their way.</summary>
internal sealed class BatchRequest<T>(BatchTally<T> tally, AdaptiveLimit limit, long number, UserStoreRetryOptions? retry) : IRequestObserver
{
    public BatchTally<T> Tally => tally;

    public UserStoreRetryOptions? Retry => retry;

    public bool WasThrottled { get; private set; }

    public void Retrying(bool isThrottled)
    {
        tally.Retried();
        if (!isThrottled)
            return;
        WasThrottled = true;
        limit.Throttled(number);
    }

    public void Consumed(double units) => tally.Consumed(units);
}

namespace UserStore.Batching;

/// <summary>Writes each item of a batch with a call of its own.</summary>
/// <param name="keyOf">Returns the key of an item as the caller supplied it, or null if it has no valid one.</param>
/// <param name="prepare">Validates an item and returns the item to write, with the key of its user.</param>
/// <param name="write">Writes the item and returns whether the user to write existed.</param>
internal sealed class SingleWrites<T, TPrepared>(
    Func<T, UserKey?> keyOf,
    Func<T, (TPrepared Prepared, UserKey Key)> prepare,
    Func<TPrepared, BatchItem<T>, BatchRequest<T>, CancellationToken, Task<bool>> write)
    : BatchOperation<T>(keyOf)
    where TPrepared : notnull
{
    public override (object Prepared, UserKey Key) Prepare(T item) => prepare(item);

    public override async Task SendAsync(
        IReadOnlyList<BatchItem<T>> items, BatchRequest<T> request, CancellationToken cancellationToken)
    {
        foreach (BatchItem<T> item in items)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                await request.Tally.RecordFailureAsync(item, BatchItemFailureReason.NotAttempted).ConfigureAwait(false);
                continue;
            }

            try
            {
                if (await write((TPrepared)item.Prepared!, item, request, cancellationToken).ConfigureAwait(false))
                    request.Tally.AddWritten();
                else
                    request.Tally.AddNotFound();
            }
            catch (Exception failure)
            {
                await request.Tally.RecordErrorAsync(item, failure).ConfigureAwait(false);
            }
        }
    }
}

namespace UserStore.Batching;

/// <summary>Writes each item of a batch for itself.</summary>
/// <param name="prepare">Checks an item and returns it as it is to be written, with the id of its user.</param>
/// <param name="write">Writes it, and tells whether there was something to write to.</param>
internal sealed class SingleWrites<T>(
    Func<T, (T Prepared, string UserId)> prepare, Func<BatchItem<T>, BatchRequest<T>, CancellationToken, Task<bool>> write)
    : BatchOperation<T>
{
    public override (T Prepared, string UserId) Prepare(T item) => prepare(item);

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
                if (await write(item, request, cancellationToken).ConfigureAwait(false))
                    request.Tally.Written();
                else
                    request.Tally.Absent();
            }
            catch (Exception failure) when (failure is UserStoreException or OperationCanceledException)
            {
                await request.Tally.FailedAsync(item, failure).ConfigureAwait(false);
            }
        }
    }
}

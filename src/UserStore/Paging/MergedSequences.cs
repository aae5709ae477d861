using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace UserStore.Paging;

/// <summary>Reads several sequences concurrently and returns their items as one sequence.</summary>
internal static class MergedSequences
{
    private const int MaxWorkers = 16;

    /// <param name="count">The number of sequences. Up to 16 are read concurrently; when one ends, the next one starts.</param>
    /// <param name="sequenceOf">Returns the sequence with a given number; null to skip it.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The items in the order in which they arrive. The items of each sequence keep their order. The first failure ends the other
    /// sequences and is thrown.</returns>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        int count,
        Func<int, CancellationToken, IAsyncEnumerable<T>?> sequenceOf,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = Math.Min(count, MaxWorkers);
        // A worker waits until its item is consumed, so that at most two items per worker are held in memory.
        var items = Channel.CreateBounded<T>(workers);
        int next = -1;
        Task reading = ReadAllSequencesAsync();
        try
        {
            await foreach (T item in items.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }

        async Task ReadAllSequencesAsync()
        {
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync))).ConfigureAwait(false);
            items.Writer.TryComplete();
        }

        // The first failure ends the other sequences and is thrown to the reader of the items.
        async Task WorkAsync()
        {
            try
            {
                for (int number = Interlocked.Increment(ref next); number < count; number = Interlocked.Increment(ref next))
                {
                    if (sequenceOf(number, stop.Token) is not { } sequence)
                        continue;
                    await foreach (T item in sequence.ConfigureAwait(false))
                        await items.Writer.WriteAsync(item, stop.Token).ConfigureAwait(false);
                }
            }
            catch (Exception failure)
            {
                items.Writer.TryComplete(failure);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace UserStore.Paging;

/// <summary>Reads several sequences at the same time, as one.</summary>
internal static class MergedSequences
{
    private const int MaxWorkers = 16;

    /// <param name="count">How many sequences there are; up to 16 are read at once, the others when one has ended.</param>
    /// <param name="sequenceOf">Returns a sequence by its number; null for one that is not to be read.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    /// <returns>The items as they come, those of one sequence in their order. The first failure ends the others, and is thrown.</returns>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        int count,
        Func<int, CancellationToken, IAsyncEnumerable<T>?> sequenceOf,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = Math.Min(count, MaxWorkers);
        // A worker whose item nobody takes waits, so that no more than two of each are held.
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

        // The first failure ends the others, and is what the reader of the items meets.
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

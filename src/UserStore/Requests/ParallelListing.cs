using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace UserStore.Requests;

/// <summary>Reads the segments of a table at the same time.</summary>
internal static class ParallelListing
{
    private const int MaxWorkers = 16;

    /// <param name="options">The options, checked.</param>
    /// <param name="pagerOf">Returns what reads the pages of a segment.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    public static async IAsyncEnumerable<UserSegmentPage<TUser>> ReadAsync<TUser>(
        UserListOptions options, Func<int, UserPager<TUser>> pagerOf, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TUser : User
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = Math.Min(options.Segments, MaxWorkers);
        // A worker whose page nobody takes waits, so that no more than two pages of each are held.
        var pages = Channel.CreateBounded<UserSegmentPage<TUser>>(workers);
        int next = -1;
        Task reading = ReadAllSegmentsAsync();
        try
        {
            await foreach (UserSegmentPage<TUser> page in pages.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return page;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }

        async Task ReadAllSegmentsAsync()
        {
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync))).ConfigureAwait(false);
            pages.Writer.TryComplete();
        }

        // The first failure ends the others, and is what the reader of the pages meets.
        async Task WorkAsync()
        {
            try
            {
                await ReadSegmentsAsync().ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                pages.Writer.TryComplete(failure);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        async Task ReadSegmentsAsync()
        {
            for (int segment = Interlocked.Increment(ref next); segment < options.Segments; segment = Interlocked.Increment(ref next))
            {
                bool isBegun = options.ResumeFrom.TryGetValue(segment, out string? position);
                if (isBegun && position is null)
                    continue;
                UserPager<TUser> pager = pagerOf(segment);
                do
                {
                    UserPage<TUser> page = await pager.ReadPageAsync(position, stop.Token).ConfigureAwait(false);
                    position = page.ContinuationToken;
                    await pages.Writer.WriteAsync(
                        new UserSegmentPage<TUser>(segment, page.Users, position), stop.Token).ConfigureAwait(false);
                }
                while (position is not null);
            }
        }
    }
}

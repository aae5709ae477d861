using System.Runtime.CompilerServices;

namespace UserStore.Paging;

/// <summary>Reads the segments of a table in parallel.</summary>
internal static class ParallelListing
{
    /// <param name="options">The validated options.</param>
    /// <param name="pagerOf">Returns the pager of a segment.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public static IAsyncEnumerable<UserSegmentPage<TUser>> ReadAsync<TUser>(
        UserListOptions options, Func<int, UserPager<TUser>> pagerOf, CancellationToken cancellationToken)
        where TUser : class
        => MergedSequences.ReadAsync(
            options.TotalSegments,
            (segment, token) => options.ResumeFrom.TryGetValue(segment, out string? position) && position is null
                ? null
                : ReadSegmentAsync(segment, pagerOf(segment), position, token),
            cancellationToken);

    private static async IAsyncEnumerable<UserSegmentPage<TUser>> ReadSegmentAsync<TUser>(
        int segment, UserPager<TUser> pager, string? position, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TUser : class
    {
        do
        {
            UserPage<TUser> page = await pager.ReadPageAsync(position, cancellationToken).ConfigureAwait(false);
            position = page.ContinuationToken;
            yield return new UserSegmentPage<TUser>(segment, page.Users, position) { Unreadable = page.Unreadable };
        }
        while (position is not null);
    }
}

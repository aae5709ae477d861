using System.Runtime.CompilerServices;

namespace UserStore.Paging;

/// <summary>Reads users page by page: turns positions of a store into continuation tokens, and keeps the limit over all pages.</summary>
/// <param name="tokens">Encodes and decodes the tokens.</param>
/// <param name="fingerprint">Returns the fingerprint of the query, which binds its tokens to it. Many queries need no token.</param>
/// <param name="limit">The maximum number of users over all pages, or null.</param>
internal abstract class UserPager<TUser>(ContinuationTokens tokens, Func<byte[]> fingerprint, int? limit)
    where TUser : class
{
    public async Task<UserPage<TUser>> ReadPageAsync(string? continuationToken, CancellationToken cancellationToken)
    {
        ContinuationToken start = continuationToken is null ? new("", limit) : tokens.Decode(continuationToken, fingerprint());
        ReadPage<TUser> page = await ReadAsync(PositionOf(start), start.Remaining, cancellationToken).ConfigureAwait(false);
        (IReadOnlyList<TUser> users, ContinuationToken? next) = Limit(start, page);
        return new UserPage<TUser>(users, next is null ? null : tokens.Encode(next, fingerprint())) { Unreadable = page.Unreadable };
    }

    public async IAsyncEnumerable<TUser> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ContinuationToken? start = new("", limit);
        while (start is not null)
        {
            (IReadOnlyList<TUser> users, start) = Limit(
                start, await ReadAsync(PositionOf(start), start.Remaining, cancellationToken).ConfigureAwait(false));
            foreach (TUser user in users)
                yield return user;
        }
    }

    /// <summary>Reads one page.</summary>
    /// <param name="position">The position after which the page starts; null for the first page.</param>
    /// <param name="remaining">The number of users that the limit still allows, or null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    protected abstract Task<ReadPage<TUser>> ReadAsync(string? position, int? remaining, CancellationToken cancellationToken);

    private static string? PositionOf(ContinuationToken token) => token.Position.Length == 0 ? null : token.Position;

    private static (IReadOnlyList<TUser> Users, ContinuationToken? Next) Limit(ContinuationToken start, ReadPage<TUser> page)
        => start.Remaining <= page.Users.Count
            ? ([.. page.Users.Take(start.Remaining.Value)], null)
            : (page.Users, page.Position is null ? null : new ContinuationToken(page.Position, start.Remaining - page.Users.Count));
}

/// <summary>Represents a page as a store reads it.</summary>
/// <param name="Users">The users.</param>
/// <param name="Position">The position after the page, or null after the last page.</param>
/// <param name="Unreadable">The items that cannot be read.</param>
internal sealed record ReadPage<TUser>(IReadOnlyList<TUser> Users, string? Position, IReadOnlyList<UnreadableUser> Unreadable);

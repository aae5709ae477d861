using System.Runtime.CompilerServices;

namespace UserStore.Paging;

/// <summary>Reads one page, from a position on, when so many users are still wanted; returns the position after it, or null at the
/// end.</summary>
internal delegate Task<(IReadOnlyList<TUser> Users, string? Position)> PageReader<TUser>(
    string? position, int? remaining, CancellationToken cancellationToken);

/// <summary>Makes pages with tokens, and sequences, of what a store reads; keeps the limit over all of them.</summary>
internal sealed class UserPager<TUser>(ContinuationTokens tokens, byte[] fingerprint, int? limit, PageReader<TUser> read)
    where TUser : User
{
    public async Task<UserPage<TUser>> ReadPageAsync(string? continuationToken, CancellationToken cancellationToken)
    {
        ContinuationToken start = continuationToken is null ? new("", limit) : tokens.Decode(continuationToken, fingerprint);
        (IReadOnlyList<TUser> users, ContinuationToken? next) = await ReadAsync(start, cancellationToken).ConfigureAwait(false);
        return new UserPage<TUser>(users, next is null ? null : tokens.Encode(next, fingerprint));
    }

    public async IAsyncEnumerable<TUser> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ContinuationToken? start = new("", limit);
        while (start is not null)
        {
            (IReadOnlyList<TUser> users, start) = await ReadAsync(start, cancellationToken).ConfigureAwait(false);
            foreach (TUser user in users)
                yield return user;
        }
    }

    private async Task<(IReadOnlyList<TUser> Users, ContinuationToken? Next)> ReadAsync(
        ContinuationToken start, CancellationToken cancellationToken)
    {
        (IReadOnlyList<TUser> users, string? position) = await read(
            start.Position.Length == 0 ? null : start.Position, start.Remaining, cancellationToken).ConfigureAwait(false);
        if (start.Remaining <= users.Count)
            return ([.. users.Take(start.Remaining.Value)], null);
        return (users, position is null ? null : new ContinuationToken(position, start.Remaining - users.Count));
    }
}

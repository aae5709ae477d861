using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Reads pages of queries and of the whole table.</summary>
internal sealed class InMemoryPages<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> table, UserInput<TUser> requests, QueryInput<TUser> queries, InMemoryCalls calls)
    where TUser : User
{
    private const int DefaultPageSize = 1000;

    public UserPager<TUser> Of(string operation, PreparedQuery query)
        => new(queries.Tokens, query.Fingerprint, query.Limit, (position, remaining, cancellationToken) =>
            calls.RunAsync(operation, isWrite: false, null, () =>
            {
                InMemoryIndex<TUser> index = table.Index(query.Index, requests.Now());
                return Page(
                    index.Read(query, position),
                    query.ItemsToRead(remaining),
                    row => query.Filter?.Accepts(row) != false,
                    index.PositionOf);
            }, cancellationToken));

    public UserPager<TUser> Of(string operation, UserListOptions options, int segment = 0)
        => new(queries.Tokens, queries.FingerprintOf(options, segment), limit: null, (position, _, cancellationToken) => calls.RunAsync(
            operation,
            isWrite: false,
            null,
            () => Page(
                table.ReadAll(position).Where(row => options.TotalSegments == 1 || SegmentOf(row, options.TotalSegments) == segment),
                options.PageSize,
                static _ => true,
                static row => row.User.UserId),
            cancellationToken));

    private static int SegmentOf(InMemoryRow<TUser> row, int segments)
        => (int)((uint)row.User.UserId.GetHashCode(StringComparison.Ordinal) % (uint)segments);

    private (IReadOnlyList<TUser> Users, string? Position) Page(
        IEnumerable<InMemoryRow<TUser>> rows,
        int? pageSize,
        Func<InMemoryRow<TUser>, bool> accepts,
        Func<InMemoryRow<TUser>, string> positionOf)
    {
        int size = pageSize ?? DefaultPageSize;
        DateTimeOffset now = requests.Now();
        var users = new List<TUser>();
        int read = 0;
        foreach (InMemoryRow<TUser> row in rows)
        {
            read++;
            if (!row.IsExpired(now) && accepts(row))
                users.Add(UserCopier.Copy(row.User));
            if (read == size)
                return (users, positionOf(row));
        }

        return (users, null);
    }
}

using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Reads pages of an in-memory store.</summary>
internal abstract class InMemoryPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    ContinuationTokens tokens, Func<byte[]> fingerprint, int? limit)
    : UserPager<TUser>(tokens, fingerprint, limit)
    where TUser : class
{
    private const int DefaultPageSize = 1000;

    protected static ReadPage<TUser> Page(
        IEnumerable<InMemoryRow<TUser>> rows,
        int? pageSize,
        DateTimeOffset now,
        UserCondition? filter,
        Func<InMemoryRow<TUser>, string> positionOf)
    {
        int size = pageSize ?? DefaultPageSize;
        var users = new List<TUser>();
        int read = 0;
        foreach (InMemoryRow<TUser> row in rows)
        {
            read++;
            if (row.IsVisible(now) && filter?.Accepts(row) != false)
                users.Add(UserCopier.Copy(row.User));
            if (read == size)
                return new ReadPage<TUser>(users, positionOf(row), []);
        }

        return new ReadPage<TUser>(users, null, []);
    }
}

/// <summary>Reads the pages of a query.</summary>
internal sealed class InMemoryQueryPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryStoreParts<TUser> store, string operation, PreparedQuery query)
    : InMemoryPager<TUser>(store.QueryInput.Tokens, query.Fingerprint, query.Limit)
    where TUser : class
{
    protected override Task<ReadPage<TUser>> ReadAsync(string? position, int? remaining, CancellationToken cancellationToken)
        => store.Calls.RunAsync(operation, isWrite: false, null, () =>
        {
            DateTimeOffset now = store.Input.Now();
            InMemoryIndex<TUser> index = store.Table.Index(query.Index, now);
            var start = QueryPosition.Of(query, position);
            ReadPage<TUser> page = Page(index.Read(start.Query, start.Key), start.ItemsToRead(remaining), now, query.Filter, index.PositionOf);
            return page with { Position = start.After(remaining, page.Position) };
        }, cancellationToken);
}

/// <summary>Reads the pages of a segment of the table.</summary>
internal sealed class InMemoryListPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryStoreParts<TUser> store, string operation, UserListOptions options, int segment = 0)
    : InMemoryPager<TUser>(store.QueryInput.Tokens, () => store.QueryInput.FingerprintOf(options, segment), limit: null)
    where TUser : class
{
    protected override Task<ReadPage<TUser>> ReadAsync(string? position, int? remaining, CancellationToken cancellationToken)
        => store.Calls.RunAsync(
            operation,
            isWrite: false,
            null,
            () => Page(
                store.Table.ReadAll(position).Where(IsInSegment), options.PageSize, store.Input.Now(), filter: null, static row => row.KeyText),
            cancellationToken);

    private bool IsInSegment(InMemoryRow<TUser> row) => options.TotalSegments == 1
        || (int)((uint)row.KeyText.GetHashCode(StringComparison.Ordinal) % (uint)options.TotalSegments) == segment;
}

/// <summary>Represents the components that the parts of an in-memory store share.</summary>
internal sealed record InMemoryStoreParts<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> Table, UserInput<TUser> Input, QueryInput<TUser> QueryInput, InMemoryCalls Calls)
    where TUser : class;

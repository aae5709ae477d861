using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>Represents where a query resumes, with what a token carries from the pages before.</summary>
/// <param name="Query">The query, with the sort key range of its first page if it pins the range.</param>
/// <param name="Key">The last key that was read, in the format of the store; null before the first page.</param>
/// <param name="ShortPages">The number of pages that were as large as the limit, and still had too few users because others had expired.</param>
internal sealed record QueryPosition(PreparedQuery Query, string? Key, int ShortPages)
{
    // A key in the format of a store never begins with it.
    private const char Mark = '~';

    // The first page reads no more than the limit. If that was too little, the second reads more, and the third as much as DynamoDB allows.
    private const int Growth = 32;
    private const int MostShortPages = 2;

    /// <param name="query">The query of the next page.</param>
    /// <param name="position">What <see cref="After"/> returned for the page before; null for the first page.</param>
    /// <exception cref="InvalidContinuationTokenException">The position was not returned by <see cref="After"/>.</exception>
    public static QueryPosition Of(PreparedQuery query, string? position)
    {
        if (position is null || position[0] != Mark)
            return query.PinsSortKey && position is not null ? throw Forged() : new QueryPosition(query, position, 0);
        if (position.Length < 2 || position[1] - '0' is not (>= 0 and <= MostShortPages and int shortPages))
            throw Forged();
        string rest = position[2..];
        if (query is { PinsSortKey: true, SortKey: { } range })
        {
            StoredScalar value = Take(ref rest, range.Value.Kind);
            StoredScalar? upper = range.Upper is null ? null : Take(ref rest, range.Value.Kind);
            query = query with { SortKey = range with { Value = value, Upper = upper } };
            if (upper?.CompareTo(value) < 0)
                throw Forged();
        }

        return rest.Length > 0 ? new QueryPosition(query, rest, shortPages) : throw Forged();
    }

    /// <summary>Returns the number of items that the next request reads, or null for as many as fit into a page.</summary>
    /// <param name="remaining">The number of users that the limit still allows, or null.</param>
    public int? ItemsToRead(int? remaining)
    {
        if (!IsLimited(remaining) || ShortPages == MostShortPages)
            return Query.PageSize;
        long items = ShortPages == 0 ? remaining.Value : (long)remaining.Value * Growth;
        return items < (Query.PageSize ?? int.MaxValue) ? (int)items : Query.PageSize;
    }

    /// <summary>Returns the position after a page, or null after the last.</summary>
    /// <param name="remaining">The number of users that the limit allowed before the page.</param>
    /// <param name="key">The last key of the page; null if it is the last one.</param>
    public string? After(int? remaining, string? key)
    {
        if (key is null)
            return null;
        int shortPages = IsLimited(remaining) ? Math.Min(ShortPages + 1, MostShortPages) : ShortPages;
        if (shortPages == 0 && !Query.PinsSortKey)
            return key;
        string bounds = Query is { PinsSortKey: true, SortKey: { } range } ? Write(range.Value) + Write(range.Upper) : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Mark}{shortPages}{bounds}{key}");
    }

    // A filter excludes users for another reason than expiry, so that the limit says nothing about the items to read.
    private bool IsLimited([NotNullWhen(true)] int? remaining) => Query.Filter is null && remaining < (Query.PageSize ?? int.MaxValue);

    private static string Write(StoredScalar? bound)
        => bound is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{bound.Value.Text.Length}:{bound.Value.Text}");

    private static StoredScalar Take(ref string text, ScalarKind kind)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || length > text.Length - colon - 1)
        {
            throw Forged();
        }

        var bound = new StoredScalar(kind, text.Substring(colon + 1, length));
        if (bound.ViolatedRule() is not null
            || (kind == ScalarKind.String && UserRules.ViolatedKeyRule(bound.Text, UserRules.MaxSortKeyBytes) is not null))
        {
            throw Forged();
        }

        text = text[(colon + 1 + length)..];
        return bound;
    }

    private static InvalidContinuationTokenException Forged() => new("contains no position of this query");
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using UserStore.Modeling;
using UserStore.Paging;

namespace UserStore.Preparation;

/// <summary>Validates the arguments of queries, listings and audits in the same way for every store, and creates their tokens.</summary>
internal sealed class QueryInput<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserStoreOptions options)
    where TUser : User
{
    private readonly EmailNormalizer _emails = new(options);

    /// <summary>Gets the order in which users with the same email are preferred: by the latest update, and for equal ones by key.</summary>
    public IComparer<TUser> ByUpdate => Comparer<TUser>.Create((left, right) => left.UpdatedAt != right.UpdatedAt
        ? left.UpdatedAt.CompareTo(right.UpdatedAt)
        : string.CompareOrdinal(KeyModel.ToText(Model.Key.Of(right)), KeyModel.ToText(Model.Key.Of(left))));

    public ContinuationTokens Tokens { get; } = new([.. options.TokenKeys]);

    private byte[] AuditFingerprint => ContinuationTokens.FingerprintOf($"email-audit\n{Model.UserType.FullName}");

    private UserModel Model { get; } = UserModel.For<TUser>();

    public PreparedQuery PrepareQuery(UserQuery<TUser> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.IndexName, nameof(query));
        ArgumentNullException.ThrowIfNull(query.PartitionKey, nameof(query));
        CheckPositive(query.PageSize, nameof(query.PageSize));
        CheckPositive(query.Limit, nameof(query.Limit));
        if (!Enum.IsDefined(query.Direction))
            throw new ArgumentOutOfRangeException(nameof(query), query.Direction, "The direction is not defined.");

        MappedIndex index = Model.GetIndex(query.IndexName);
        StoredScalar key = PartitionKey(index.PartitionKey, query.PartitionKey);
        SortKeyRange? range = query.SortKey is null ? null : Range(index, query.SortKey);
        UserCondition? filter = query.Filter is null ? null : Filter(index, query.Filter);

        // The values of a pinned range are in the token, so that only its form distinguishes the query.
        bool pinsSortKey = query.PinSortKey && range is not null;
        string? bounds = pinsSortKey ? $"pinned {range!.Operator} {range.Value.Kind} {range.IsPrefix} {range.Upper is not null}" : range?.ToString();
        string description = string.Create(CultureInfo.InvariantCulture,
            $"query\n{Model.UserType.FullName}\n{index.Name}\n{key}\n{bounds}\n{query.Direction}\n{query.Limit}\n{UserCondition.Describe(filter)}");
        return new PreparedQuery(
            index, key, range, query.Direction, filter, query.PageSize, query.Limit, ContinuationTokens.FingerprintOf(description), pinsSortKey);
    }

    public PreparedQuery PrepareEmailQuery(string email)
    {
        ArgumentNullException.ThrowIfNull(email);
        return PrepareQuery(new UserQuery<TUser>(User.EmailIndex, email));
    }

    /// <summary>Returns the validated options of a listing.</summary>
    public static UserListOptions PrepareList(UserListOptions? listOptions)
    {
        listOptions ??= new UserListOptions();
        listOptions.Check();
        // The caller may update the same dictionary while the segments are read.
        return listOptions with { ResumeFrom = new Dictionary<int, string?>(listOptions.ResumeFrom) };
    }

    /// <summary>Returns the validated options of a listing whose pages are read one by one.</summary>
    public static UserListOptions PreparePagedList(UserListOptions? listOptions)
    {
        listOptions = PrepareList(listOptions);
        return listOptions is { TotalSegments: 1, ResumeFrom.Count: 0 }
            ? listOptions
            : throw new ArgumentException("A single page belongs to no segment. Read segments with ListSegmentsAsync.", nameof(listOptions));
    }

    /// <summary>Returns the fingerprint that distinguishes a segment of a listing from others, and from queries, in a token.</summary>
    public byte[] FingerprintOf(UserListOptions listOptions, int segment) => ContinuationTokens.FingerprintOf(listOptions.TotalSegments == 1
        ? $"list\n{Model.UserType.FullName}"
        : string.Create(CultureInfo.InvariantCulture, $"list\n{Model.UserType.FullName}\n{segment}\n{listOptions.TotalSegments}"));

    /// <summary>Returns the position at which an audit of emails starts.</summary>
    public AuditPosition PrepareAudit(string? continuationToken)
    {
        if (continuationToken is null)
            return new AuditPosition();
        AuditPosition position = AuditPosition.Of(Tokens.Decode(continuationToken, AuditFingerprint));
        return position.After is { } key && UserRules.Utf8Length(key) is null or > UserRules.MaxPartitionKeyBytes
            ? throw new InvalidContinuationTokenException("contains no key to resume from")
            : position;
    }

    public string? TokenOf(AuditPosition? position) => position is null ? null : Tokens.Encode(position.ToToken(), AuditFingerprint);

    private StoredScalar PartitionKey(MappedProperty property, object value)
    {
        if (value is string email && property.Name == nameof(User.Email))
            value = _emails.Normalize(email, out string normalized) is { } broken ? throw new InvalidUserException(property.Name, broken) : normalized;
        StoredScalar key = property.ToScalar(value);
        if (UserRules.ViolatedKeyRule(property, value, UserRules.MaxPartitionKeyBytes) is { } rule)
            throw new InvalidUserException(property.Name, rule);
        return key;
    }

    // DynamoDB rejects keys of the queried index in a filter.
    private UserCondition Filter(MappedIndex index, LambdaExpression predicate)
    {
        UserCondition filter = ConditionParser.Parse(Model, predicate);
        return UserCondition.PropertiesOf(filter).FirstOrDefault(
            property => property == index.PartitionKey || property == index.SortKey) is { } key
            ? throw new InvalidUserException(
                key.Name, $"is a key of the index '{index.Name}' and cannot be filtered by; use PartitionKey and SortKey of the query")
            : filter;
    }

    private static SortKeyRange Range(MappedIndex index, SortKeyCondition condition)
    {
        if (index.SortKey is not { } property)
            throw new InvalidUserException("SortKey", $"must be left out, because the index '{index.Name}' has no sort key");
        StoredScalar value = property.ToScalar(condition.Value);
        StoredScalar? upper = condition.Upper is null ? null : property.ToScalar(condition.Upper);
        if (condition.IsPrefix && value.Kind != ScalarKind.String)
            throw new InvalidUserException(property.Name, "is not stored as a string, so it has no prefix");
        foreach (StoredScalar bound in upper is null ? [value] : new[] { value, upper.Value })
        {
            if (bound.Kind == ScalarKind.String && UserRules.ViolatedKeyRule(bound.Text, UserRules.MaxSortKeyBytes) is { } rule)
                throw new InvalidUserException(property.Name, rule);
        }

        if (upper is not null && upper.Value.CompareTo(value) < 0)
            throw new InvalidUserException(property.Name, "must have a lower bound that is not above the upper one");
        return new SortKeyRange(condition.Operator, value, upper, condition.IsPrefix);
    }

    private static void CheckPositive(int? value, string name)
    {
        if (value is < 1)
            throw new ArgumentOutOfRangeException(name, value, "Must be at least 1.");
    }
}

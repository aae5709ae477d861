using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using UserStore.Modeling;
using UserStore.Paging;

namespace UserStore.Preparation;

/// <summary>Validates the arguments of queries, listings and audits in the same way for every store, and creates their tokens.</summary>
internal sealed class QueryInput<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserModel model, UserStoreOptions options)
    where TUser : class
{
    private readonly UniqueValueNormalizer _normalizer = new(options);

    /// <summary>Gets the order in which users with the same unique value are preferred: by the latest update, and for equal ones by key.</summary>
    public IComparer<TUser> ByUpdate => Comparer<TUser>.Create((left, right) =>
    {
        int byUpdate = Comparer<object>.Default.Compare(model.UpdatedAt?.GetValue(left), model.UpdatedAt?.GetValue(right));
        return byUpdate != 0 ? byUpdate : string.CompareOrdinal(KeyModel.ToText(model.Key.Of(right)), KeyModel.ToText(model.Key.Of(left)));
    });

    public ContinuationTokens Tokens { get; } = new([.. options.TokenKeys]);

    private byte[] AuditFingerprint => ContinuationTokens.FingerprintOf($"unique-values-audit\n{model.UserType.FullName}");

    public PreparedQuery PrepareQuery(UserQuery<TUser> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.IndexName, nameof(query));
        ArgumentNullException.ThrowIfNull(query.PartitionKey, nameof(query));
        CheckPositive(query.PageSize, nameof(query.PageSize));
        CheckPositive(query.Limit, nameof(query.Limit));
        if (!Enum.IsDefined(query.Direction))
            throw new ArgumentOutOfRangeException(nameof(query), query.Direction, "The direction is not defined.");

        MappedIndex index = query.PartitionKey is UserKeyPart && query.IndexName.Length == 0 ? TableWithSortKey() : model.GetIndex(query.IndexName);
        SortKeyRange? range = query.SortKey is null ? null : Range(index, query.SortKey);
        StoredScalar key = index.IsTable
            ? TablePartition((UserKeyPart)query.PartitionKey)
            : PartitionKey(index.PartitionKey, query.PartitionKey);
        UserCondition? filter = query.Filter is null ? null : Filter(index, query.Filter);

        bool pinsSortKey = query.PinSortKey && range is not null;
        return new PreparedQuery(model.UserType, index, key, range, query.Direction, filter, query.PageSize, query.Limit, pinsSortKey);
    }

    /// <summary>Returns the query of the users with a unique value, by an index that may lag.</summary>
    public PreparedQuery PrepareLookup(MappedIndex index, ReservedValue value)
    {
        PreparedQuery query = PrepareQuery(new UserQuery<TUser>(index.Name, value.Value));
        return value.Unique.Scope is not { } scope || value.Scope is not { } within || scope == index.SortKey
            ? query
            : query with { Filter = new ComparisonCondition(scope, ComparisonOperator.Equal, within) };
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
        ? $"list\n{model.UserType.FullName}"
        : string.Create(CultureInfo.InvariantCulture, $"list\n{model.UserType.FullName}\n{segment}\n{listOptions.TotalSegments}"));

    /// <summary>Returns the position at which an audit starts. Whether the key of a user is one depends on the store.</summary>
    public AuditPosition PrepareAudit(string? continuationToken)
    {
        if (continuationToken is null)
            return new AuditPosition();
        AuditPosition position = AuditPosition.Of(Tokens.Decode(continuationToken, AuditFingerprint));
        return !position.InReservations || position.After is null || UserRules.ViolatedKeyRule(position.After, UserRules.MaxPartitionKeyBytes) is null
            ? position
            : throw new InvalidContinuationTokenException("contains no key to resume from");
    }

    public string? TokenOf(AuditPosition? position) => position is null ? null : Tokens.Encode(position.ToToken(), AuditFingerprint);

    private StoredScalar PartitionKey(MappedProperty property, object value)
    {
        if (value is string text && model.UniqueValueOf(property) is { } unique)
        {
            value = _normalizer.Normalize(unique, text, out string normalized) is { } broken
                ? throw new InvalidUserException(property.Name, broken)
                : normalized;
        }

        StoredScalar key = property.ToScalar(value);
        if (UserRules.ViolatedKeyRule(property, value, UserRules.MaxPartitionKeyBytes, model) is { } rule)
            throw new InvalidUserException(property.Name, rule);
        return key;
    }

    private MappedIndex TableWithSortKey() => model.Key.SortKey is not null
        ? model.Table
        : throw new InvalidUserException(model.Key.PartitionKey.Name, "is the whole key of the table, which has no sort key; read the user by its key");

    private StoredScalar TablePartition(UserKeyPart part) => model.Key.PartitionKey.ViolatedRule(part) is { } rule
        ? throw new InvalidUserException(model.Key.PartitionKey.Name, rule)
        : model.Key.PartitionKey.ToScalar(part);

    // DynamoDB rejects keys of the queried index in a filter.
    private UserCondition Filter(MappedIndex index, LambdaExpression predicate)
    {
        UserCondition filter = ConditionParser.Parse(model, predicate);
        return UserCondition.PropertiesOf(filter).FirstOrDefault(
            property => property == index.PartitionKey || property == index.SortKey) is { } key
            ? throw new InvalidUserException(
                key.Name, $"is a key of {Describe(index)} and cannot be filtered by; use PartitionKey and SortKey of the query")
            : filter;
    }

    private static SortKeyRange Range(MappedIndex index, SortKeyCondition condition)
    {
        if (index.SortKey is not { } property)
            throw new InvalidUserException("SortKey", $"must be left out, because {Describe(index)} has no sort key");
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

    private static string Describe(MappedIndex index) => index.IsTable ? "the table" : $"the index '{index.Name}'";

    private static void CheckPositive(int? value, string name)
    {
        if (value is < 1)
            throw new ArgumentOutOfRangeException(name, value, "Must be at least 1.");
    }
}

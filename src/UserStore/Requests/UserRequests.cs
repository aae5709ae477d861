using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Security.Cryptography;
using UserStore.Conditions;
using UserStore.Modeling;

namespace UserStore.Requests;

/// <summary>
/// Turns the arguments of a call into a validated request, the same for every store: checked against the rules, with normalised values and
/// with what the store adds by itself.
/// </summary>
internal sealed class UserRequests<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserStoreOptions options, TimeProvider time)
    where TUser : User
{
    private const int WriteIdBytes = 9; // 12 characters
    private const int MaxSegments = 1_000_000; // Amazon DynamoDB API Reference, "Scan"

    private static readonly Lazy<TUser> Defaults = new(Activator.CreateInstance<TUser>);

    public UserModel Model { get; } = UserModel.For<TUser>();

    public ContinuationTokens Tokens { get; } = new([.. options.TokenKeys]);

    private byte[] AuditFingerprint => ContinuationTokens.FingerprintOf($"email-audit\n{Model.UserType.FullName}");

    public DateTimeOffset Now() => time.GetUtcNow().ToUniversalTime();

    /// <summary>Returns the user as it is to be stored for the first time.</summary>
    public TUser PrepareCreate(TUser user)
    {
        CheckType(user);

        DateTimeOffset now = Now();
        return Prepared(Normalized(user) with
        {
            UserId = string.IsNullOrEmpty(user.UserId) ? Guid.CreateVersion7(now).ToString() : user.UserId,
            CreatedAt = user.CreatedAt == default ? now : user.CreatedAt.ToUniversalTime(),
            UpdatedAt = now,
            Version = 1,
            WriteId = NewWriteId(),
            WriteId2 = null,
            WriteId3 = null,
        });
    }

    /// <summary>Returns the user as it is to replace the revision that <paramref name="user"/> was made from.</summary>
    public TUser PrepareReplacement(TUser user)
    {
        CheckType(user);

        return Prepared(Normalized(user) with
        {
            CreatedAt = user.CreatedAt.ToUniversalTime(),
            UpdatedAt = Now(),
            Version = (user.Version ?? 0) + 1,
            WriteId = NewWriteId(),
            WriteId2 = user.WriteId,
            WriteId3 = user.WriteId2,
        });
    }

    /// <summary>Returns the user as it is to be stored whatever is there.</summary>
    public TUser PrepareOverwrite(TUser user)
    {
        TUser prepared = PrepareReplacement(user);
        return prepared.CreatedAt == default ? prepared with { CreatedAt = prepared.UpdatedAt } : prepared;
    }

    public PreparedPatch PreparePatch(string userId, UserPatch<TUser> patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        if (patch.Changes.Count == 0)
            throw new ArgumentException("The patch changes nothing.", nameof(patch));

        CheckId(userId);
        var broken = new List<UserRuleViolation>();
        PatchChange[] changes = [.. patch.Changes.Select(change => Normalized(change))];
        foreach (PatchChange change in changes)
        {
            if (BrokenRule(change) is { } rule)
                broken.Add(new UserRuleViolation(change.Property.Name, rule));
        }

        if (broken.Count > 0)
            throw new InvalidUserException(broken);
        return new PreparedPatch(userId, changes, patch.ExpectedVersion, patch.Condition, Now(), NewWriteId());
    }

    public PreparedQuery PrepareQuery(UserQuery<TUser> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.IndexName, nameof(query));
        ArgumentNullException.ThrowIfNull(query.PartitionKey, nameof(query));
        CheckPositive(query.PageSize, nameof(query.PageSize));
        CheckPositive(query.Limit, nameof(query.Limit));
        if (!Enum.IsDefined(query.Direction))
            throw new ArgumentOutOfRangeException(nameof(query), query.Direction, "The direction is not defined.");

        UserIndex index = Model.GetIndex(query.IndexName);
        StoredScalar key = PartitionKey(index.PartitionKey, query.PartitionKey);
        SortKeyRange? range = query.SortKey is null ? null : Range(index, query.SortKey);
        UserCondition? filter = query.Filter is null ? null : Filter(index, query.Filter);

        string description = string.Create(CultureInfo.InvariantCulture,
            $"query\n{Model.UserType.FullName}\n{index.Name}\n{key}\n{range}\n{query.Direction}\n{query.Limit}\n{UserCondition.Describe(filter)}");
        return new PreparedQuery(
            index, key, range, query.Direction, filter, query.PageSize, query.Limit, ContinuationTokens.FingerprintOf(description));
    }

    public PreparedQuery PrepareEmailQuery(string email)
    {
        ArgumentNullException.ThrowIfNull(email);
        return PrepareQuery(new UserQuery<TUser>(User.EmailIndex, email));
    }

    public PreparedQuery PrepareStatusQuery(string status, int? limit, QueryDirection direction)
    {
        ArgumentNullException.ThrowIfNull(status);
        CheckPositive(limit, nameof(limit));
        return PrepareQuery(new UserQuery<TUser>(User.StatusIndex, status) { Direction = direction, Limit = limit });
    }

    /// <summary>Returns the options of a listing, checked.</summary>
    public static UserListOptions PrepareList(UserListOptions? listOptions)
    {
        listOptions ??= new UserListOptions();
        CheckPositive(listOptions.PageSize, nameof(listOptions.PageSize));
        CheckConsistency(listOptions.Consistency);
        if (listOptions.Segments is < 1 or > MaxSegments)
        {
            throw new ArgumentOutOfRangeException(
                nameof(listOptions), listOptions.Segments, $"{nameof(listOptions.Segments)} must be between 1 and {MaxSegments}.");
        }

        ArgumentNullException.ThrowIfNull(listOptions.ResumeFrom, nameof(listOptions.ResumeFrom));
        foreach (int segment in listOptions.ResumeFrom.Keys)
        {
            if (segment < 0 || segment >= listOptions.Segments)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(listOptions), segment, $"{nameof(listOptions.ResumeFrom)} names a segment that is none of the {listOptions.Segments}.");
            }
        }

        // The caller may keep positions in the same dictionary while the segments are read.
        return listOptions with { ResumeFrom = new Dictionary<int, string?>(listOptions.ResumeFrom) };
    }

    /// <summary>Returns the options of a listing whose pages are read one by one, checked.</summary>
    public static UserListOptions PreparePagedList(UserListOptions? listOptions)
    {
        listOptions = PrepareList(listOptions);
        return listOptions is { Segments: 1, ResumeFrom.Count: 0 }
            ? listOptions
            : throw new ArgumentException("A single page belongs to no segment. Read segments with ListSegmentsAsync.", nameof(listOptions));
    }

    /// <summary>Returns what tells a segment of a listing from others, and from queries, in a token.</summary>
    public byte[] FingerprintOf(UserListOptions listOptions, int segment) => ContinuationTokens.FingerprintOf(listOptions.Segments == 1
        ? $"list\n{Model.UserType.FullName}"
        : string.Create(CultureInfo.InvariantCulture, $"list\n{Model.UserType.FullName}\n{segment}\n{listOptions.Segments}"));

    /// <summary>Returns the place where an audit of emails begins.</summary>
    public AuditPosition PrepareAudit(string? continuationToken)
        => continuationToken is null ? new AuditPosition() : AuditPosition.Of(Tokens.Decode(continuationToken, AuditFingerprint));

    public string? TokenOf(AuditPosition? position) => position is null ? null : Tokens.Encode(position.ToToken(), AuditFingerprint);

    public static void CheckId(string userId)
    {
        ArgumentNullException.ThrowIfNull(userId);
        if (UserRules.BrokenKeyRule(userId, UserRules.MaxPartitionKeyBytes) is { } rule)
            throw new InvalidUserException(nameof(User.UserId), rule);
    }

    public static void CheckConsistency(ReadConsistency consistency)
    {
        if (!Enum.IsDefined(consistency))
            throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "The consistency is not defined.");
    }

    /// <summary>Refuses what an index cannot give.</summary>
    public void CheckEmailConsistency(ReadConsistency consistency)
    {
        CheckConsistency(consistency);
        if (consistency == ReadConsistency.Strong && !options.UniqueEmails)
        {
            throw new InvalidOperationException(
                "Without UserStoreOptions.UniqueEmails, users are found by email through an index, and DynamoDB cannot read an index "
                    + "consistently. Ask for eventual consistency.");
        }
    }

    /// <summary>Returns an email as it is compared, checked.</summary>
    public string PrepareEmail(string email)
    {
        ArgumentNullException.ThrowIfNull(email);
        string normalized = options.NormalizeEmail(email);
        return UserRules.BrokenEmailRule(normalized) is { } rule ? throw new InvalidUserException(nameof(User.Email), rule) : normalized;
    }

    /// <summary>Returns the email under which a stored one is reserved, or null when it is none that could be.</summary>
    public string? ReservationOf(string? storedEmail)
        => storedEmail is not null && options.NormalizeEmail(storedEmail) is { } email && UserRules.BrokenEmailRule(email) is null
            ? email
            : null;

    /// <summary>Refuses what is not a user that this store could have returned.</summary>
    public static void CheckRead(TUser user)
    {
        CheckType(user);
        CheckId(user.UserId);
    }

    private static void CheckType(TUser user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.GetType() != typeof(TUser))
        {
            throw new ArgumentException(
                $"This store keeps {typeof(TUser).Name}; it would lose fields of {user.GetType().Name}. Register AddUserStore<{user.GetType().Name}>().",
                nameof(user));
        }
    }

    private static void CheckPositive(int? value, string name)
    {
        if (value is < 1)
            throw new ArgumentOutOfRangeException(name, value, "Must be at least 1.");
    }

    // What is returned is what reads back: properties that are not stored, or absent, have their defaults.
    private TUser Normalized(TUser user)
    {
        TUser copy = UserCopier.Copy(user);
        foreach (PropertyInfo property in Model.NotStored)
            property.SetValue(copy, UserCopier.CopyObject(property.GetValue(Defaults.Value)));
        foreach (UserProperty property in Model.Lossy)
        {
            object? value = property.GetValue(copy);
            object? readBack = property.AsReadBack(value) ?? UserCopier.CopyObject(property.GetValue(Defaults.Value));
            if (!ReferenceEquals(readBack, value))
                property.SetValue(copy, readBack);
        }

        return copy with
        {
            Email = user.Email is null ? null : options.NormalizeEmail(user.Email),
            ExpiresAt = WholeSeconds(user.ExpiresAt),
        };
    }

    private PatchChange Normalized(PatchChange change) => (change.Property.Name, change.Value) switch
    {
        (_, { } value) when change.Action == PatchAction.Set && change.Property.AsReadBack(value) is null
            => change with { Action = PatchAction.Remove, Value = null },
        (nameof(User.Email), string email) => change with { Value = options.NormalizeEmail(email) },
        (nameof(User.ExpiresAt), DateTimeOffset instant) => change with { Value = WholeSeconds(instant) },
        (nameof(User.CreatedAt), DateTimeOffset instant) => change with { Value = instant.ToUniversalTime() },
        _ => change with { Value = UserCopier.CopyObject(change.Property.AsReadBack(change.Value)) },
    };

    private TUser Prepared(TUser user)
    {
        List<UserRuleViolation> broken = UserRules.Broken(user, Model);
        if (broken.Count > 0)
            throw new InvalidUserException(broken);
        user.MarkAsStored();
        return user;
    }

    private string? BrokenRule(PatchChange change)
    {
        if (change.Action == PatchAction.Remove && change.Property.Name is nameof(User.Status) or nameof(User.CreatedAt))
            return "cannot be removed";
        if (UserRules.BrokenListRule(change.Value) is { } rule)
            return rule;
        if (change.Action != PatchAction.Set)
            return null;
        return Model.KeyRules.Where(key => key.Property == change.Property)
            .Select(key => UserRules.BrokenKeyRule(key.Property, change.Value, key.MaxBytes))
            .FirstOrDefault();
    }

    private StoredScalar PartitionKey(UserProperty property, object value)
    {
        if (value is string email && property.Name == nameof(User.Email))
            value = options.NormalizeEmail(email);
        StoredScalar key = property.ToScalar(value);
        if (UserRules.BrokenKeyRule(property, value, UserRules.MaxPartitionKeyBytes) is { } rule)
            throw new InvalidUserException(property.Name, rule);
        return key;
    }

    // DynamoDB refuses keys of the queried index in a filter.
    private UserCondition Filter(UserIndex index, LambdaExpression predicate)
    {
        UserCondition filter = ConditionParser.Parse(Model, predicate);
        return UserCondition.PropertiesOf(filter).FirstOrDefault(
            property => property == index.PartitionKey || property == index.SortKey) is { } key
            ? throw new InvalidUserException(
                key.Name, $"is a key of the index '{index.Name}' and cannot be filtered by; use PartitionKey and SortKey of the query")
            : filter;
    }

    private static SortKeyRange Range(UserIndex index, SortKeyCondition condition)
    {
        if (index.SortKey is not { } property)
            throw new InvalidUserException("SortKey", $"must be left out, because the index '{index.Name}' has no sort key");
        StoredScalar value = property.ToScalar(condition.Value);
        StoredScalar? upper = condition.Upper is null ? null : property.ToScalar(condition.Upper);
        if (condition.Operator == SortKeyOperator.StartsWith && value.Kind != ScalarKind.String)
            throw new InvalidUserException(property.Name, "is not stored as text, so it has no beginning");
        foreach (StoredScalar text in upper is null ? [value] : new[] { value, upper.Value })
        {
            if (text.Kind == ScalarKind.String && UserRules.BrokenKeyRule(text.Text, UserRules.MaxSortKeyBytes) is { } rule)
                throw new InvalidUserException(property.Name, rule);
        }

        if (upper is not null && upper.Value.CompareTo(value) < 0)
            throw new InvalidUserException(property.Name, "must have a lower bound that is not above the upper one");
        return new SortKeyRange(condition.Operator, value, upper);
    }

    private static DateTimeOffset? WholeSeconds(DateTimeOffset? instant)
        => instant is null ? null : DateTimeOffset.FromUnixTimeSeconds(instant.Value.ToUnixTimeSeconds());

    private static string NewWriteId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(WriteIdBytes));
}

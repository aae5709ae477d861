using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>
/// Validates the arguments of a call in the same way for every store, normalizes their values and adds what the store maintains.
/// </summary>
/// <param name="options">The options of the store.</param>
/// <param name="time">The clock.</param>
/// <param name="readBack">Maps a user to an item and back.</param>
internal sealed class UserInput<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserStoreOptions options, TimeProvider time, Func<TUser, TUser> readBack)
    where TUser : User
{
    private const string FutureRule = "must be in the future";

    private static readonly Lazy<TUser> Defaults = new(Activator.CreateInstance<TUser>);

    private readonly EmailNormalizer _emails = new(options);

    public UserModel Model { get; } = UserModel.For<TUser>();

    public WriteIds WriteIds { get; } = WriteIds.Of(time);

    public DateTimeOffset Now() => time.GetUtcNow().ToUniversalTime();

    /// <summary>Returns the user to store for the first time.</summary>
    public TUser PrepareCreate(TUser user) => PrepareFirst(user, acceptExpired: false);

    /// <summary>Returns the user to store for the first time, as another program stored it before, whether or not it has expired.</summary>
    public TUser PrepareImport(TUser user) => PrepareFirst(user, acceptExpired: true);

    /// <summary>Returns the user that replaces the revision from which <paramref name="user"/> was made.</summary>
    /// <remarks>A user that expired since it was read is not invalid: the write finds that it no longer exists.</remarks>
    public TUser PrepareReplacement(TUser user)
    {
        CheckType(user);

        return Prepared(Normalized(user, out string? emailRule) with
        {
            CreatedAt = user.CreatedAt.ToUniversalTime(),
            UpdatedAt = Now(),
        }, Revision.Of(user).Next(WriteIds.NextAbove(user.WriteId, Model.Key.Of(user))), emailRule, acceptExpired: user.ExpiresAt == user.StoredExpiresAt);
    }

    /// <summary>Returns the user to store in place of any other.</summary>
    /// <remarks>The item remembers no earlier write, so that nobody takes one that it does not know for one that was never applied.</remarks>
    public TUser PrepareOverwrite(TUser user)
    {
        CheckType(user);

        DateTimeOffset now = Now();
        return Prepared(Normalized(user, out string? emailRule) with
        {
            CreatedAt = user.CreatedAt == default ? now : user.CreatedAt.ToUniversalTime(),
            UpdatedAt = now,
        }, Revision.First(WriteIds.Next(), (user.Version ?? 0) + 1), emailRule, acceptExpired: false);
    }

    public PreparedPatch PreparePatch(UserKey key, UserPatch<TUser> patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        if (patch.Changes.Count == 0)
            throw new ArgumentException("The patch changes nothing.", nameof(patch));

        Model.Key.Check(key);
        var violations = new List<UserRuleViolation>();
        PatchChange[] changes = [.. PatchParser.ParseChanges(Model, patch.Changes)];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = Normalized(changes[i], out string? emailRule);
            if ((emailRule ?? ViolatedRule(changes[i])) is { } rule)
                violations.Add(new UserRuleViolation(changes[i].Property.Name, rule));
        }

        if (violations.Count > 0)
            throw new InvalidUserException(violations);
        return new PreparedPatch(
            key, AsReadBack(changes), patch.ExpectedVersion, PatchParser.ParseConditions(Model, patch.Conditions), Now(), WriteIds.Next());
    }

    public static void CheckConsistency(ReadConsistency consistency)
    {
        if (!Enum.IsDefined(consistency))
            throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "The consistency is not defined.");
    }

    /// <summary>Throws if an index would have to be read consistently.</summary>
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

    /// <summary>Returns a validated email as it is stored and compared.</summary>
    public string PrepareEmail(string email)
    {
        ArgumentNullException.ThrowIfNull(email);
        return _emails.Normalize(email, out string normalized) is { } rule
            ? throw new InvalidUserException(nameof(User.Email), rule)
            : normalized;
    }

    /// <summary>Returns the email under which a stored one is reserved, or null when it cannot be reserved.</summary>
    public string? ReservationOf(string? storedEmail)
        => storedEmail is not null && _emails.Normalize(storedEmail, out string email) is null ? email : null;

    /// <summary>Throws if this store cannot have returned the user.</summary>
    public void CheckRead(TUser user)
    {
        CheckType(user);
        Model.Key.Check(Model.Key.Of(user));
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

    private TUser PrepareFirst(TUser user, bool acceptExpired)
    {
        CheckType(user);

        DateTimeOffset now = Now();
        return Prepared(Normalized(user, out string? emailRule) with
        {
            UserId = string.IsNullOrEmpty(user.UserId) ? Guid.CreateVersion7(now).ToString() : user.UserId,
            CreatedAt = user.CreatedAt == default ? now : user.CreatedAt.ToUniversalTime(),
            UpdatedAt = now,
        }, Revision.First(WriteIds.Next()), emailRule, acceptExpired);
    }

    // Returned users equal those that are read later: properties that are not stored, or absent, have their defaults.
    private TUser Normalized(TUser user, out string? emailRule)
    {
        TUser copy = UserCopier.Copy(user);
        foreach (PropertyInfo property in Model.NotStored)
            property.SetValue(copy, UserCopier.CopyObject(property.GetValue(Defaults.Value)));
        foreach (MappedProperty property in Model.Lossy)
        {
            object? value = property.GetValue(copy);
            object? readBack = property.AsReadBack(value) ?? UserCopier.CopyObject(property.GetValue(Defaults.Value));
            if (!ReferenceEquals(readBack, value))
                property.SetValue(copy, readBack);
        }

        string? email = null;
        emailRule = user.Email is null ? null : _emails.Normalize(user.Email, out email);
        return copy with { Email = emailRule is null ? email : null, ExpiresAt = WholeSeconds(user.ExpiresAt) };
    }

    private PatchChange Normalized(PatchChange change, out string? emailRule)
    {
        emailRule = null;
        switch (change.Property.Name, change.Value)
        {
            case (_, { } value) when change.Action == PatchAction.Set && change.Property.AsReadBack(value) is null:
                return change with { Action = PatchAction.Remove, Value = null };
            case (nameof(User.Email), string email):
                emailRule = _emails.Normalize(email, out string normalized);
                return change with { Value = normalized };
            case (nameof(User.ExpiresAt), DateTimeOffset instant):
                return change with { Value = WholeSeconds(instant) };
            case (nameof(User.CreatedAt), DateTimeOffset instant):
                return change with { Value = instant.ToUniversalTime() };
            default:
                return change with { Value = UserCopier.CopyObject(change.Property.AsReadBack(change.Value)) };
        }
    }

    private TUser Prepared(TUser content, Revision revision, string? emailRule, bool acceptExpired)
    {
        TUser user = revision.ApplyTo(content);
        List<UserRuleViolation> violations = UserRules.Violations(user, Model);
        if (emailRule is not null)
            violations.Add(new UserRuleViolation(nameof(User.Email), emailRule));
        if (!acceptExpired && user.ExpiresAt <= user.UpdatedAt)
            violations.Add(new UserRuleViolation(nameof(User.ExpiresAt), FutureRule));
        if (violations.Count > 0)
            throw new InvalidUserException(violations);
        if (Model.NeedsMapping)
            user = readBack(user);
        user.MarkAsStored();
        return user;
    }

    private PatchChange[] AsReadBack(PatchChange[] changes)
    {
        PatchChange[] mapped = [.. changes.Where(
            change => change.Action is PatchAction.Set or PatchAction.Append && change.Property.NeedsMapping)];
        if (mapped.Length == 0)
            return changes;
        TUser user = Activator.CreateInstance<TUser>();
        foreach (PatchChange change in mapped)
            change.Property.SetValue(user, change.Value);
        user = readBack(user);
        return [.. changes.Select(change => mapped.Contains(change) && change.Property.GetValue(user) is { } value
            ? change with { Value = value }
            : change)];
    }

    private string? ViolatedRule(PatchChange change)
    {
        if (change.Action == PatchAction.Remove && change.Property.Name is nameof(User.Status) or nameof(User.CreatedAt))
            return "cannot be removed";
        if (UserRules.ViolatedListRule(change.Value) is { } rule)
            return rule;
        if (change.Action != PatchAction.Set)
            return null;
        if (change.Property == Model.ExpiresAt && change.Value is DateTimeOffset expiry && expiry <= Now())
            return FutureRule;
        return Model.KeyRules.Where(key => key.Property == change.Property)
            .Select(key => UserRules.ViolatedKeyRule(key.Property, change.Value, key.MaxBytes))
            .FirstOrDefault();
    }

    private static DateTimeOffset? WholeSeconds(DateTimeOffset? instant)
        => instant is null ? null : DateTimeOffset.FromUnixTimeSeconds(instant.Value.ToUnixTimeSeconds());
}

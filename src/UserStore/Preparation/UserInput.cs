using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>
/// Validates the arguments of a call in the same way for every store, normalizes their values and adds what the store maintains.
/// </summary>
/// <param name="model">The model of the user type.</param>
/// <param name="options">The options of the store.</param>
/// <param name="time">The clock.</param>
/// <param name="readBack">Maps a user to an item and back.</param>
internal sealed class UserInput<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserModel model, UserStoreOptions options, TimeProvider time, Func<TUser, TUser> readBack)
    where TUser : class
{
    private const string FutureRule = "must be in the future";

    private readonly object _defaults = model.NewDefaults();

    public UserModel Model => model;

    public UserRoleValues Roles => field ??= new(model, UniqueValues);

    public UniqueValues UniqueValues { get; } = new(model, options);

    public WriteIds WriteIds { get; } = WriteIds.Of(time);

    public DateTimeOffset Now() => time.GetUtcNow().ToUniversalTime();

    /// <summary>Returns the user to store for the first time.</summary>
    public PreparedUser<TUser> PrepareCreate(TUser user)
    {
        CheckType(user);
        TUser content = Copy(user);
        foreach (KeyProperty part in model.GeneratedKeys)
        {
            if (part.PartOf(content) is var given && (given.ToString().Length == 0 || given == Guid.Empty))
                part.Property.SetValue(content, part.Kind == KeyPartKind.Guid ? Guid.CreateVersion7(Now()) : Guid.CreateVersion7(Now()).ToString());
        }

        return Prepared(content, Revision.First(WriteIds.Next()), isFirst: true, acceptExpired: false);
    }

    /// <summary>Returns the user to store for the first time, as another program stored it before, whether or not it has expired. Its key is not
    /// generated, because it must be the same in each attempt.</summary>
    public PreparedUser<TUser> PrepareImport(TUser user)
    {
        CheckType(user);
        return Prepared(Copy(user), Revision.First(WriteIds.Next()), isFirst: true, acceptExpired: true);
    }

    /// <summary>Returns the user that replaces the revision from which <paramref name="user"/> was made.</summary>
    /// <remarks>A user that expired since it was read is not invalid: the write finds that it no longer exists.</remarks>
    public PreparedUser<TUser> PrepareReplacement(TUser user)
    {
        CheckType(user);
        RequireVersion();
        UserRevision? known = Roles.KnownOf(user);
        UserKey key = model.Key.Of(user);
        long? version = Roles.VersionOf(user);
        Revision next = Revision.Of(known ?? Nothing, version).Next(WriteIds.NextAbove(known?.WriteId, key));
        return Prepared(Copy(user), next, isFirst: false, acceptExpired: known is null || Roles.ExpiryOf(user) == known.ExpiresAt);
    }

    /// <summary>Returns the user to store in place of any other.</summary>
    /// <remarks>The item remembers no earlier write, so that nobody takes one that it does not know for one that was never applied.</remarks>
    public PreparedUser<TUser> PrepareOverwrite(TUser user)
    {
        CheckType(user);
        return Prepared(Copy(user), Revision.First(WriteIds.Next(), (Roles.VersionOf(user) ?? 0) + 1), isFirst: true, acceptExpired: false);
    }

    /// <summary>Returns a prepared user whose write has another id.</summary>
    public PreparedUser<TUser> WithWriteId(PreparedUser<TUser> prepared, string writeId)
    {
        var next = Revision.First(writeId, prepared.Revision.Version);
        Roles.Attach(prepared.User, next.WriteId, next.BirthId);
        return prepared with { Revision = next };
    }

    /// <summary>Throws if the expiry of a user has passed.</summary>
    /// <exception cref="InvalidUserException">It has.</exception>
    public void CheckExpiry(PreparedUser<TUser> prepared)
    {
        if (Roles.ExpiryOf(prepared.User) <= prepared.Now.ToUnixTimeSeconds())
            throw new InvalidUserException(model.ExpiresAt!.Name, FutureRule);
    }

    public PreparedPatch PreparePatch(UserKey key, UserPatch<TUser> patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        if (patch.Changes.Count == 0)
            throw new ArgumentException("The patch changes nothing.", nameof(patch));
        if (patch.ExpectedVersion is not null)
            RequireVersion();

        model.Key.Check(key);
        var violations = new List<UserRuleViolation>();
        PatchChange[] changes = [.. PatchParser.ParseChanges(model, patch.Changes)];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = Normalized(changes[i], out string? uniqueRule);
            if ((uniqueRule ?? ViolatedRule(changes[i])) is { } rule)
                violations.Add(new UserRuleViolation(changes[i].Property.Name, rule));
        }

        if (violations.Count > 0)
            throw new InvalidUserException(violations);
        return new PreparedPatch(
            model, key, AsReadBack(changes), patch.ExpectedVersion, PatchParser.ParseConditions(model, patch.Conditions), Now(), WriteIds.Next());
    }

    /// <summary>Returns the patch that stores a unique value in its normalized form, if another form is stored still.</summary>
    public PreparedPatch PrepareNormalization(UserKey key, UniqueValue unique, StoredScalar stored)
    {
        string[] values = [.. stored.Strings().Select(value => UniqueValues.Normalizer.Normalize(unique, value, out string normalized) is null
            ? normalized
            : value)];
        return new(
            model,
            key,
            [new PatchChange(unique.Property, PatchAction.Set, unique.Property.IsStringSet ? values.ToHashSet(StringComparer.Ordinal) : values[0])],
            ExpectedVersion: null,
            new ComparisonCondition(unique.Property, ComparisonOperator.Equal, stored),
            Now(),
            WriteIds.Next());
    }

    public static void CheckConsistency(ReadConsistency consistency)
    {
        if (!Enum.IsDefined(consistency))
            throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "The consistency is not defined.");
    }

    /// <summary>Throws if a version is expected of a type that has none.</summary>
    public void CheckVersion(long? expectedVersion)
    {
        if (expectedVersion is not null)
            RequireVersion();
    }

    /// <summary>Throws if this store cannot have returned the user.</summary>
    public UserKey CheckRead(TUser user)
    {
        CheckType(user);
        RequireVersion();
        UserKey key = model.Key.Of(user);
        model.Key.Check(key);
        return key;
    }

    private static UserRevision Nothing { get; } = new(null, null, null, null, default);

    private void RequireVersion()
    {
        if (model.Version is null)
        {
            throw new InvalidOperationException(
                $"{model.UserType.Name} has no version, so a change by another writer would go unnoticed. Mark a nullable integer property with "
                    + "[DynamoDBVersion], or change the user by a patch.");
        }
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

    // Returned users equal those that are read later: properties that are not stored, or absent, have their defaults.
    private TUser Copy(TUser user)
    {
        TUser copy = UserCopier.Copy(user);
        foreach (FieldInfo field in model.NotStored)
            field.SetValue(copy, UserCopier.CopyObject(field.GetValue(_defaults)));
        foreach (MappedProperty property in model.Lossy)
        {
            object? value = property.GetValue(copy);
            object? readBack = property.AsReadBack(value) ?? UserCopier.CopyObject(property.GetValue(_defaults));
            if (!ReferenceEquals(readBack, value))
                property.SetValue(copy, readBack);
        }

        return copy;
    }

    private PreparedUser<TUser> Prepared(TUser content, Revision revision, bool isFirst, bool acceptExpired)
    {
        DateTimeOffset now = Now();
        Roles.TruncateExpiry(content);
        if (model.CreatedAt is { } createdAt)
        {
            if (!isFirst || UserRoleValues.HasTime(createdAt, content))
                createdAt.SetValue(content, createdAt.AsStoredTime(createdAt.GetValue(content)));
            else
                UserRoleValues.SetTime(createdAt, content, now);
        }

        UserRoleValues.SetTime(model.UpdatedAt, content, now);
        Roles.SetVersion(content, revision.Version);
        List<UserRuleViolation> violations = [], ofUniqueValues = [];
        IReadOnlyList<ReservedValue> reserved = UniqueValues.Normalize(content, ofUniqueValues);
        UserKey key = model.Key.Of(content);
        model.Key.AddViolations(key, violations);
        UserRules.AddViolations(content, model, violations);
        violations.AddRange(ofUniqueValues);
        if (!acceptExpired && Roles.ExpiryOf(content) <= now.ToUnixTimeSeconds())
            violations.Add(new UserRuleViolation(model.ExpiresAt!.Name, FutureRule));
        if (violations.Count > 0)
            throw new InvalidUserException(violations);
        if (model.NeedsMapping)
            content = readBack(content);
        var held = HeldValues.Of(Roles.ReservedTexts(content));
        Roles.Attach(content, revision.WriteId, revision.BirthId, held, content: null);
        return new PreparedUser<TUser>(content, key, revision, now, held, reserved);
    }

    private PatchChange Normalized(PatchChange change, out string? uniqueRule)
    {
        uniqueRule = null;
        if (change.Value is null)
            return change;
        if (change.Action == PatchAction.Set && change.Property.AsReadBack(change.Value) is null)
            return change with { Action = PatchAction.Remove, Value = null };
        if (change.Action == PatchAction.Set && model.UniqueValueOf(change.Property) is { } unique)
        {
            object? value = change.Value;
            uniqueRule = UniqueValues.Normalizer.Normalize(unique, ref value);
            return change with { Value = value ?? change.Value };
        }

        if (change.Property == model.ExpiresAt)
            return change with { Value = UserRoleValues.WholeSeconds(change.Value) };
        return change.Property == model.CreatedAt
            ? change with { Value = change.Property.AsStoredTime(change.Value) }
            : change with { Value = UserCopier.CopyObject(change.Property.AsReadBack(change.Value)) };
    }

    private PatchChange[] AsReadBack(PatchChange[] changes)
    {
        PatchChange[] mapped = [.. changes.Where(
            change => change.Action is PatchAction.Set or PatchAction.Append && change.Property.NeedsMapping)];
        if (mapped.Length == 0)
            return changes;
        var user = (TUser)model.NewDefaults();
        foreach (PatchChange change in mapped)
            change.Property.SetValue(user, change.Value);
        user = readBack(user);
        return [.. changes.Select(change => mapped.Contains(change) && change.Property.GetValue(user) is { } value
            ? change with { Value = value }
            : change)];
    }

    private string? ViolatedRule(PatchChange change)
    {
        if (change.Action == PatchAction.Remove && (change.Property == model.CreatedAt || model.AlwaysStored.Contains(change.Property)))
            return "cannot be removed";
        if (model.Discriminators.Any(discriminator => discriminator.Property == change.Property && !IsSame(change, discriminator.Value)))
            return "must satisfy the OnlyWhere of the store";
        if (change.Property.IsWrittenOnce && change.Action != PatchAction.Set)
            return "keeps the value that was stored first, and can only be set";
        if (UserRules.ViolatedListRule(change.Value) is { } rule)
            return rule;
        if (change.Action != PatchAction.Set)
            return null;
        if (change.Property == model.ExpiresAt && ExpiryIn(change) <= Now().ToUnixTimeSeconds())
            return FutureRule;
        return model.IndexKeys.Where(key => key.Property == change.Property)
            .Select(key => UserRules.ViolatedKeyRule(key.Property, change.Value, key.MaxBytes, model))
            .FirstOrDefault();
    }

    private static bool IsSame(PatchChange change, StoredScalar value) => change is { Action: PatchAction.Set, Value: { } set }
        && change.Property.TryToScalar(set, out StoredScalar scalar) && scalar.SameAs(value);

    private long? ExpiryIn(PatchChange change)
    {
        object shell = model.NewDefaults();
        change.Property.SetValue(shell, change.Value);
        return Roles.ExpiryOf(shell);
    }
}

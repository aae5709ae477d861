using System.Linq.Expressions;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>The unique values of one store: normalizes them, and determines what users hold.</summary>
internal sealed class UniqueValues(UserModel model, UserStoreOptions options)
{
    private const string TooManyChangesRule = "must not change so many values in one write, which is one transaction of at most 100 actions: one for the "
        + "user and for each indexed value that is added or removed, up to three for each unique value; change them in several writes";

    private static readonly string TooManyRule = $"must not be more than {UserRules.MaxUniqueValues} values together with the other unique values of the "
        + $"user, or {UserRules.MaxReservingActions} with the indexed ones, where each unique value counts twice";

    private readonly Scope?[] _scopes = ScopesOf(model);
    private readonly UniqueValueHashes? _hashes = UniqueValueHashes.For(model, options);

    public UniqueValueNormalizer Normalizer { get; } = new(options);

    /// <summary>Gets a value indicating whether the store reserves any value.</summary>
    public bool Any { get; } = model.UniqueValues.Any(unique => unique.IsReservedBy(options));

    /// <summary>Returns the unique value of a property that a caller looks up by.</summary>
    /// <exception cref="InvalidUserException">The property is not unique.</exception>
    public UniqueValue Resolve(LambdaExpression property)
    {
        MappedProperty resolved = model.Resolve(property);
        return model.UniqueValueOf(resolved) is { IsShared: false } unique
            ? unique
            : throw new InvalidUserException(resolved.Name, $"is not unique: mark it with [Unique], or query an index of {model.UserType.Name}");
    }

    /// <summary>Returns the value of an indexed set to look up; its scope, a user, is open.</summary>
    /// <exception cref="InvalidUserException">The property is not indexed, or the value violates a rule.</exception>
    public ReservedValue PrepareSearch(LambdaExpression property, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        MappedProperty resolved = model.Resolve(property);
        if (model.UniqueValueOf(resolved) is not { IsShared: true } indexed)
            throw new InvalidUserException(resolved.Name, "is not indexed: mark it with [Indexed]");
        return Normalizer.Normalize(indexed, value, out string normalized) is { } rule
            ? throw new InvalidUserException(resolved.Name, rule)
            : new ReservedValue(indexed, normalized, null);
    }

    /// <summary>Returns whether a user has a value that <see cref="PrepareSearch"/> returned.</summary>
    public bool Has(object user, ReservedValue wanted)
        => ReservedIn(wanted.Unique, property => property.ScalarOf(user)).Any(value => value.Value == wanted.Value);

    /// <summary>Returns the index by which users with a value are found, or null.</summary>
    public MappedIndex? IndexOf(UniqueValue unique)
        => model.Indexes.Values.FirstOrDefault(index => index.PartitionKey == unique.Property);

    /// <summary>Returns the value to look up.</summary>
    /// <exception cref="InvalidUserException">The value or the scope violates a rule.</exception>
    public ReservedValue PrepareLookup(UniqueValue unique, string value, ReadConsistency consistency, UserKeyPart? within)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckConsistency(unique, consistency);
        if (Normalizer.Normalize(unique, value, out string normalized) is { } rule)
            throw new InvalidUserException(unique.Property.Name, rule);
        if (unique.Scope is not { } property)
        {
            return within is null
                ? ToReserved(unique, normalized, null)
                : throw new InvalidUserException(unique.Property.Name, "is unique in the whole table and has no scope; leave out 'within'");
        }

        if (within is not { } scope)
        {
            return consistency == ReadConsistency.Strong && IsNeverNull(property)
                ? throw new InvalidUserException(unique.Property.Name, $"is unique within {property.Name}: pass its value as 'within'")
                : ToReserved(unique, normalized, null);
        }

        KeyProperty part = _scopes[unique.Position]!.Part;
        return part.ViolatedTypeRule(scope) is { } violated
            ? throw new InvalidUserException(property.Name, violated)
            : ToReserved(unique, normalized, part.ToScalar(scope));
    }

    /// <summary>Returns the hashes that are stored beside the encrypted values of a unique property.</summary>
    /// <param name="property">The property.</param>
    /// <param name="key">The user.</param>
    /// <param name="values">The normalized values.</param>
    public StoredScalar HashesOf(MappedProperty property, UserKey key, IEnumerable<string> values)
        => _hashes!.Of(model.UniqueValueOf(property)!, KeyModel.ToText(key), values);

    /// <summary>Returns the hashes that are stored beside the encrypted values of a unique property; null if the user has no value.</summary>
    public StoredScalar? HashesIn(MappedProperty property, object user)
        => property.ScalarOf(user) is { } scalar ? HashesOf(property, model.Key.Of(user), scalar.Strings()) : null;

    /// <summary>Normalizes the unique values of a user, and returns those to reserve.</summary>
    public IReadOnlyList<ReservedValue> Normalize(object user, List<UserRuleViolation> violations)
    {
        if (model.UniqueValues.Count == 0)
            return [];
        foreach (UniqueValue unique in model.UniqueValues)
        {
            object? value = unique.Property.GetValue(user);
            if (Normalizer.Normalize(unique, ref value) is { } rule)
                violations.Add(new UserRuleViolation(unique.Property.Name, rule));
            if (!ReferenceEquals(value, unique.Property.GetValue(user)))
                unique.Property.SetValue(user, value);
        }

        // A scope can be a unique value itself, so all of them are normalized before.
        IReadOnlyList<ReservedValue> reserved = ReservedIn(property => property.ScalarOf(user));
        if (AreTooMany(reserved))
            violations.Add(new UserRuleViolation(MostIn(reserved), TooManyRule));
        return reserved;
    }

    /// <summary>Returns what a stored user reserves: its values that can be reserved, in the order of the model.</summary>
    /// <param name="stored">Returns the stored value of a property.</param>
    public IReadOnlyList<ReservedValue> ReservedIn(Func<MappedProperty, StoredScalar?> stored)
    {
        var reserved = new List<ReservedValue>(model.UniqueValues.Count);
        foreach (UniqueValue unique in model.UniqueValues)
            AddReserved(unique, stored, reserved);
        return reserved;
    }

    /// <summary>Returns what a user reserves after a patch.</summary>
    /// <param name="stored">Returns the stored value of a property.</param>
    /// <exception cref="InvalidUserException">The user would have too many values.</exception>
    public IReadOnlyList<ReservedValue> CheckedIn(Func<MappedProperty, StoredScalar?> stored)
    {
        IReadOnlyList<ReservedValue> reserved = ReservedIn(stored);
        return AreTooMany(reserved)
            ? throw new InvalidUserException(MostIn(reserved), TooManyRule)
            : reserved;
    }

    /// <summary>Returns what a stored user reserves of one property.</summary>
    /// <param name="unique">The property.</param>
    /// <param name="stored">Returns the stored value of a property.</param>
    public IReadOnlyList<ReservedValue> ReservedIn(UniqueValue unique, Func<MappedProperty, StoredScalar?> stored)
    {
        var reserved = new List<ReservedValue>(1);
        AddReserved(unique, stored, reserved);
        return reserved;
    }

    /// <summary>Throws if a transaction cannot hold a change.</summary>
    /// <exception cref="InvalidUserException">It cannot.</exception>
    public static void CheckChange(IReadOnlyList<ReservedValue> acquired, IReadOnlyList<ReservedValue> released)
    {
        if (acquired.Sum(value => value.MaxActions) + released.Count > UserRules.MaxReservingActions)
            throw new InvalidUserException(MostIn([.. acquired, .. released]), TooManyChangesRule);
    }

    private static bool AreTooMany(IReadOnlyList<ReservedValue> reserved)
        => reserved.Count(value => !value.Unique.IsShared) > UserRules.MaxUniqueValues
            || reserved.Sum(value => value.MaxActions) > UserRules.MaxReservingActions;

    // The property of which to remove values.
    private static string MostIn(IReadOnlyList<ReservedValue> values)
        => values.CountBy(value => value.Unique).MaxBy(property => property.Value).Key.Property.Name;

    private void AddReserved(UniqueValue unique, Func<MappedProperty, StoredScalar?> stored, List<ReservedValue> reserved)
    {
        if (!unique.IsReservedBy(options) || stored(unique.Property) is not { } scalar || (scalar.Kind != unique.Kind && scalar.Kind != ScalarKind.Hashes))
            return;
        StoredScalar? scope = unique.IsShared ? OwnerIn(stored) : ScopeIn(unique, stored);
        if (scalar.Kind == ScalarKind.Hashes)
        {
            if (OwnerIn(stored) is not { } owner)
                return;
            foreach (string hash in _hashes!.Read(unique, owner.Text, scalar))
                reserved.Add(new ReservedValue(unique, _hashes.Reserved(unique, scope, hash), scope));
            return;
        }

        if (unique.IsShared && scope is null)
            return; // an item without a key of the type is no user
        foreach (string value in scalar.Strings())
        {
            if (Normalizer.Normalize(unique, value, out string normalized) is not null)
                continue;
            // Other programs can store two spellings of one value in a set.
            ReservedValue one = ToReserved(unique, normalized, scope);
            if (!unique.Property.IsStringSet || !reserved.Contains(one))
                reserved.Add(one);
        }
    }

    // A value that is encrypted is reserved by its hash.
    private ReservedValue ToReserved(UniqueValue unique, string normalized, StoredScalar? scope) => new(
        unique, unique.Property.IsEncrypted ? _hashes!.Reserved(unique, scope, _hashes.Of(unique, normalized)) : normalized, scope);

    // A value cannot be looked up with every consistency.
    private void CheckConsistency(UniqueValue unique, ReadConsistency consistency)
    {
        if (!Enum.IsDefined(consistency))
            throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "The consistency is not defined.");
        if (consistency == ReadConsistency.Strong && !unique.IsReservedBy(options))
        {
            throw new InvalidOperationException(
                "Without UserStoreOptions.UniqueEmails, users are found by email through an index, and DynamoDB cannot read an index "
                    + "consistently. Ask for eventual consistency.");
        }

        if (consistency == ReadConsistency.Eventual && IndexOf(unique) is null)
        {
            throw new InvalidOperationException(
                $"No index of {model.UserType.Name} has {unique.Property.Name} as its partition key. Ask for strong consistency, which reads the reservation.");
        }
    }

    private bool IsNeverNull(MappedProperty property)
        => model.Key.Contains(property) || (property.PropertyType.IsValueType && property.PropertyType == property.ValueType);

    private StoredScalar? OwnerIn(Func<MappedProperty, StoredScalar?> stored)
        => model.Key.Find(part => stored(part.Property)) is { } key ? new StoredScalar(ScalarKind.String, KeyModel.ToText(key)) : null;

    // Other programs can store a scope in another form, such as a Guid in capital letters.
    private StoredScalar? ScopeIn(UniqueValue unique, Func<MappedProperty, StoredScalar?> stored)
    {
        if (_scopes[unique.Position] is not { } scope)
            return null;
        if (stored(unique.Scope!) is not { } found)
            return scope.Default;
        return scope.Part.ToPart(found) is { } part ? scope.Part.ToScalar(part) : found;
    }

    private static Scope?[] ScopesOf(UserModel model)
    {
        object defaults = model.NewDefaults();
        return [.. model.UniqueValues.Select(unique => unique.Scope is { } property
            ? new Scope(KeyProperty.Of(property, isSortKey: false)!, property.ScalarOf(defaults))
            : null)];
    }

    /// <param name="Part">The property, with its type.</param>
    /// <param name="Default">The scope of users without the attribute, who read as if they had it; null if they have none.</param>
    private sealed record Scope(KeyProperty Part, StoredScalar? Default);
}

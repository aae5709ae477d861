using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace UserStore.Modeling;

/// <summary>Represents an index of an annotated type, with the name that the attributes specify.</summary>
internal sealed record MappedIndex(string Name, MappedProperty PartitionKey, MappedProperty? SortKey);

/// <summary>Describes a user type: properties, key and indexes. Created once for each type.</summary>
internal sealed class UserModel
{
    private static readonly ConcurrentDictionary<Type, UserModel> Models = new();

    private readonly Dictionary<string, MappedProperty> _byName;

    private UserModel([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type userType)
    {
        var annotated = new AnnotatedType(userType, "user type");
        if (annotated.PartitionKeys.Concat(annotated.SortKeys).FirstOrDefault(key => key.Name != nameof(User.UserId)) is { } extraKey)
            throw annotated.InvalidType($"declares another key of the table on {extraKey.Name}; the key is {nameof(User.UserId)} alone");

        MappedProperty? bookkeeping = annotated.Properties.FirstOrDefault(property => property.Name != nameof(User.WriteId)
            && User.WriteIdAttributes.Contains(property.AttributeName));
        if (bookkeeping is not null)
            throw annotated.InvalidType($"maps {bookkeeping.Name} to the attribute '{bookkeeping.AttributeName}', which the store maintains");

        (UserType, DefaultTableName) = (userType, annotated.TableName);
        (Properties, Indexes, NotStored) = (annotated.Properties, annotated.Indexes, annotated.NotStored);
        _byName = Properties.ToDictionary(property => property.Name, StringComparer.Ordinal);
        Key = new KeyModel(KeyProperty.Of(_byName[nameof(User.UserId)], isSortKey: false)!, sortKey: null);
        ExpiresAt = _byName[nameof(User.ExpiresAt)];
        Lossy = [.. Properties.Where(property => property.IsLossy)];
        NeedsMapping = Properties.Any(property => property.NeedsMapping);
        StringLists = [.. Properties.Where(property => property.PropertyType.IsAssignableTo(typeof(IEnumerable<string>)))];
        var partitionKeys = Indexes.Values.Select(index => (Property: index.PartitionKey, MaxBytes: UserRules.MaxPartitionKeyBytes));
        var sortKeys = Indexes.Values.Where(index => index.SortKey is not null)
            .Select(index => (Property: index.SortKey!, MaxBytes: UserRules.MaxSortKeyBytes));
        KeyRules = [.. partitionKeys.Concat(sortKeys)
            .GroupBy(key => key.Property, (property, keys) => (property, keys.Min(key => key.MaxBytes)))];
    }

    public Type UserType { get; }

    /// <summary>Gets the name of the table that the attribute on the type specifies, without the prefix.</summary>
    public string DefaultTableName { get; }

    public IReadOnlyList<MappedProperty> Properties { get; }

    public IReadOnlyDictionary<string, MappedIndex> Indexes { get; }

    /// <summary>Gets the properties that are not mapped to attributes.</summary>
    public IReadOnlyList<PropertyInfo> NotStored { get; }

    /// <summary>Gets the properties that are keys of indexes, each with its maximum length in bytes that is valid in all of them.</summary>
    public IReadOnlyList<(MappedProperty Property, int MaxBytes)> KeyRules { get; }

    /// <summary>Gets the properties whose values can differ from the written values when they are read back.</summary>
    public IReadOnlyList<MappedProperty> Lossy { get; }

    /// <summary>Gets a value indicating whether only mapping a user shows how it is read back.</summary>
    public bool NeedsMapping { get; }

    /// <summary>Gets the properties that contain lists of strings.</summary>
    public IReadOnlyList<MappedProperty> StringLists { get; }

    public KeyModel Key { get; }

    public MappedProperty ExpiresAt { get; }

    public static UserModel For<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>()
        where TUser : User
        => Models.GetOrAdd(typeof(TUser), static _ => new UserModel(typeof(TUser)));

    public MappedProperty this[string propertyName] => _byName[propertyName];

    /// <summary>Returns the index that has this name in the attributes.</summary>
    /// <exception cref="InvalidUserException">The type declares no such index.</exception>
    public MappedIndex GetIndex(string name) => Indexes.TryGetValue(name, out MappedIndex? index)
        ? index
        : throw new InvalidUserException(
            "IndexName",
            $"must be an index that {UserType.Name} declares: {string.Join(", ", Indexes.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>Returns the property that an expression such as <c>u => u.Name</c> refers to.</summary>
    /// <exception cref="InvalidUserException">The expression does not refer to a mapped property.</exception>
    public MappedProperty Resolve(LambdaExpression lambda)
    {
        Expression body = WithoutConversion(lambda.Body);
        return TryResolve(body, out MappedProperty? property)
            ? property
            : throw new InvalidUserException(Describe(body), $"is not a property of {UserType.Name}");
    }

    /// <summary>Returns the operand of conversions and of <c>Nullable.Value</c>: for <c>(int)u.Plan.Value</c>, the expression
    /// <c>u.Plan</c>.</summary>
    public static Expression WithoutConversion(Expression expression) => expression switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion => WithoutConversion(conversion.Operand),
        MemberExpression { Member.Name: nameof(Nullable<>.Value), Expression: { } nullable }
            when Nullable.GetUnderlyingType(nullable.Type) is not null => WithoutConversion(nullable),
        _ => expression,
    };

    /// <summary>Finds the property that a member access on the user refers to.</summary>
    /// <exception cref="InvalidUserException">The expression refers to a property that is not stored.</exception>
    public bool TryResolve(Expression expression, [NotNullWhen(true)] out MappedProperty? property)
    {
        property = null;
        if (expression is not MemberExpression { Member: PropertyInfo member, Expression: { } target } || !IsUser(target))
            return false;
        if (!_byName.TryGetValue(member.Name, out property))
            throw new InvalidUserException(member.Name, $"is not stored by {UserType.Name}");
        return true;
    }

    private static bool IsUser(Expression expression) => expression switch
    {
        ParameterExpression => true,
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.TypeAs } conversion => IsUser(conversion.Operand),
        _ => false,
    };

    // Returns member names only: other parts of an expression can contain values.
    private static string Describe(Expression expression) => expression is MemberExpression member
        ? member.Expression is MemberExpression parent ? $"{Describe(parent)}.{member.Member.Name}" : member.Member.Name
        : "Expression";
}

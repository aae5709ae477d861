using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace UserStore.Modeling;

/// <summary>An index of a user type, under the name that the attributes give it.</summary>
internal sealed record UserIndex(string Name, UserProperty PartitionKey, UserProperty? SortKey);

/// <summary>What the SDK's attributes on a user type say: properties, key and indexes. Read once for each type.</summary>
internal sealed class UserModel
{
    private static readonly ConcurrentDictionary<Type, UserModel> Models = new();

    private readonly Dictionary<string, UserProperty> _byName;

    internal UserModel(
        Type userType,
        string defaultTableName,
        IReadOnlyList<UserProperty> properties,
        IReadOnlyDictionary<string, UserIndex> indexes,
        IReadOnlyList<PropertyInfo> notStored)
    {
        (UserType, DefaultTableName, Properties, Indexes, NotStored) = (userType, defaultTableName, properties, indexes, notStored);
        _byName = properties.ToDictionary(property => property.Name, StringComparer.Ordinal);
        Key = _byName[nameof(User.UserId)];
        ExpiresAt = _byName[nameof(User.ExpiresAt)];
        Lossy = [.. properties.Where(property => property.IsLossy)];
        TextLists = [.. properties.Where(property => property.PropertyType.IsAssignableTo(typeof(IEnumerable<string>)))];
        var partitionKeys = indexes.Values.Select(index => (Property: index.PartitionKey, MaxBytes: UserRules.MaxPartitionKeyBytes));
        var sortKeys = indexes.Values.Where(index => index.SortKey is not null)
            .Select(index => (Property: index.SortKey!, MaxBytes: UserRules.MaxSortKeyBytes));
        KeyRules = [.. partitionKeys.Concat(sortKeys)
            .GroupBy(key => key.Property, (property, keys) => (property, keys.Min(key => key.MaxBytes)))];
    }

    public Type UserType { get; }

    /// <summary>Gets the table's name as the attribute on the type gives it, without prefix.</summary>
    public string DefaultTableName { get; }

    public IReadOnlyList<UserProperty> Properties { get; }

    public IReadOnlyDictionary<string, UserIndex> Indexes { get; }

    /// <summary>Gets the properties that are not mapped to attributes.</summary>
    public IReadOnlyList<PropertyInfo> NotStored { get; }

    /// <summary>Gets the properties that are keys of indexes, each with the length its text may have in all of them.</summary>
    public IReadOnlyList<(UserProperty Property, int MaxBytes)> KeyRules { get; }

    /// <summary>Gets the properties whose values may read back otherwise than they were written.</summary>
    public IReadOnlyList<UserProperty> Lossy { get; }

    /// <summary>Gets the properties that hold several texts.</summary>
    public IReadOnlyList<UserProperty> TextLists { get; }

    public UserProperty Key { get; }

    public UserProperty ExpiresAt { get; }

    public static UserModel For<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>()
        where TUser : User
        => Models.GetOrAdd(typeof(TUser), static _ => UserModelReader.Read(typeof(TUser)));

    public UserProperty this[string propertyName] => _byName[propertyName];

    /// <summary>Returns the index with this name in the attributes.</summary>
    /// <exception cref="InvalidUserException">The type declares no such index.</exception>
    public UserIndex GetIndex(string name) => Indexes.TryGetValue(name, out UserIndex? index)
        ? index
        : throw new InvalidUserException(
            "IndexName",
            $"must be an index that {UserType.Name} declares: {string.Join(", ", Indexes.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>Returns the property that an expression such as <c>u => u.Name</c> names.</summary>
    /// <exception cref="InvalidUserException">It names no mapped property.</exception>
    public UserProperty Resolve(LambdaExpression lambda)
    {
        Expression body = WithoutConversion(lambda.Body);
        return TryResolve(body, out UserProperty? property)
            ? property
            : throw new InvalidUserException(Describe(body), $"is not a property of {UserType.Name}");
    }

    /// <summary>Returns what is converted, or whose value is taken, by an expression such as <c>(int)u.Plan.Value</c>: here
    /// <c>u.Plan</c>.</summary>
    public static Expression WithoutConversion(Expression expression) => expression switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion => WithoutConversion(conversion.Operand),
        MemberExpression { Member.Name: nameof(Nullable<>.Value), Expression: { } nullable }
            when Nullable.GetUnderlyingType(nullable.Type) is not null => WithoutConversion(nullable),
        _ => expression,
    };

    /// <summary>Finds the property that a member access on the user names.</summary>
    /// <exception cref="InvalidUserException">It names a property that is not stored.</exception>
    public bool TryResolve(Expression expression, [NotNullWhen(true)] out UserProperty? property)
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

    // Only member names are shown: the rest of an expression may hold values.
    private static string Describe(Expression expression) => expression is MemberExpression member
        ? member.Expression is MemberExpression parent ? $"{Describe(parent)}.{member.Member.Name}" : member.Member.Name
        : "Expression";
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Compliance.Classification;
using UserStore.Declarations;

namespace UserStore.Modeling;

/// <summary>Describes a user type: properties, roles, key and indexes. Created once for each type, or for options that describe it.</summary>
internal sealed class UserModel
{
    private static readonly ConcurrentDictionary<ModelKey, UserModel> Models = new();

    /// <summary>How many writes an item remembers.</summary>
    public const int RememberedWrites = 8;

    private readonly Dictionary<string, MappedProperty> _byName;
    private readonly Dictionary<string, int> _positions;
    private readonly UserRoles _roles;
    private readonly PropertyClassifications _classifications;

    private UserModel(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type userType,
        DeclaredType? declared,
        UserTypeDescription? described,
        string prefix,
        bool mayLackTable)
    {
        var annotated = new AnnotatedType(
            userType, "user type", mayLackTable, hasEnumMaps: !userType.IsAssignableTo(typeof(User)), declared);
        _roles = new UserRoles(annotated, described);
        _classifications = new PropertyClassifications(userType, described);
        (UserType, DefaultTableName) = (userType, annotated.TableName);
        Properties = annotated.Properties;
        PropertyInfo[] notStored = [.. annotated.NotStored.Where(member => member != _roles.Revision)];
        NotStored = [.. notStored.Select(MappedProperty.FieldOf).OfType<FieldInfo>()];
        Indexes = annotated.Indexes;
        Attributes = [.. Properties.Where(property => !property.IsFlattened).Select(property => property.AttributeName), .. annotated.Flattened];
        _byName = Properties.ToDictionary(property => property.Name, StringComparer.Ordinal);
        _positions = Attributes.Index().ToDictionary(attribute => attribute.Item, attribute => attribute.Index, StringComparer.Ordinal);
        Table = new MappedIndex("", Key.PartitionKey.Property, Key.SortKey?.Property) { IsTable = true };
        WrittenOnce = [.. Properties.Where(property => property.IsWrittenOnce && property != CreatedAt)];
        object defaults = NewDefaults(userType);
        AlwaysStored = [.. Properties.Where(property => property.Marks<AlwaysStoredAttribute>().Any())];
        Lossy = [.. Properties.Where(property => !IsTime(property) && !AlwaysStored.Contains(property)
            && (property.IsLossy || (!property.PropertyType.IsValueType && property.GetValue(defaults) is not null)))];
        // What a property that is not stored does when it is set, only the context knows: it does not set it.
        NeedsMapping = Properties.Any(property => property.NeedsMapping) || NotStored.Count < notStored.Length;
        StringLists = [.. Properties.Where(property => property.PropertyType.IsAssignableTo(typeof(IEnumerable<string>)))];
        IndexKeys = [.. IndexKey.Of(Indexes.Values).Where(key => !Key.Contains(key.Property))];
        WriteIds = [.. Enumerable.Range(1, RememberedWrites).Select(number => number == 1
            ? $"{prefix}write_id"
            : string.Create(CultureInfo.InvariantCulture, $"{prefix}write_id_{number}"))];
        BirthId = $"{prefix}birth_id";
        Restricted = $"{prefix}restricted_item";
        DataKeyId = Encrypted.Count > 0 ? $"{prefix}data_key" : null;
        AttributeBytes = Attributes.Concat(WriteIds).Append(BirthId).Append(DataKeyId ?? "").Sum(Encoding.UTF8.GetByteCount);
        if (Attributes.FirstOrDefault(name => name == BirthId || name == Restricted || name == DataKeyId || WriteIds.Contains(name)) is { } taken)
        {
            throw annotated.InvalidType($"maps a property to the attribute '{taken}', which the store maintains; set UserStoreOptions.BookkeepingPrefix, or "
                + "rename the attribute");
        }

        if (UniqueValues.FirstOrDefault(unique => unique.Property.GetValue(defaults) is not null) is { } defaulted)
        {
            throw annotated.InvalidType(
                $"has a unique value {defaulted.Property.Name} with a default, which all users without a value would have; remove the default");
        }

        if (UniqueValues.FirstOrDefault(unique => unique.Scope is { } scope && IsMaintained(scope)) is { Scope: { } maintained })
            throw annotated.InvalidType($"has the scope {maintained.Name}, which the store changes at every write");
        ReservedProperties = [.. UniqueValues.Select(unique => unique.Property)
            .Concat(UniqueValues.Select(unique => unique.Scope).OfType<MappedProperty>()).Distinct()];
        Discriminators = described?.OnlyWhere is { } onlyWhere ? Modeling.Discriminators.Parse(annotated, this, onlyWhere) : [];
        if (Discriminators.FirstOrDefault(discriminator => discriminator.Property.IsEncrypted) is { Property: { } kind })
            throw annotated.InvalidType($"encrypts {kind.Name}, by which OnlyWhere distinguishes users from other items; remove [Encrypted]");
    }

    public Type UserType { get; }

    /// <summary>Gets the name of the table that the attribute on the type specifies, without the prefix.</summary>
    public string DefaultTableName { get; }

    public IReadOnlyList<MappedProperty> Properties { get; }

    /// <summary>Gets the names of all attributes that the type stores.</summary>
    public IReadOnlyList<string> Attributes { get; }

    /// <summary>Gets the number of bytes of the names of all attributes, those of the store included.</summary>
    public int AttributeBytes { get; }

    public IReadOnlyDictionary<string, MappedIndex> Indexes { get; }

    /// <summary>Gets the table as an index of itself.</summary>
    public MappedIndex Table { get; }

    /// <summary>Gets the fields of the properties that are not mapped to attributes: their setters can change other properties.</summary>
    public IReadOnlyList<FieldInfo> NotStored { get; }

    /// <summary>Gets the properties that are keys of indexes, without those of the table's key.</summary>
    public IReadOnlyList<IndexKey> IndexKeys { get; }

    /// <summary>Gets the properties whose values can differ from the written values when they are read back.</summary>
    public IReadOnlyList<MappedProperty> Lossy { get; }

    /// <summary>Gets a value indicating whether only mapping a user shows how it is read back.</summary>
    public bool NeedsMapping { get; }

    /// <summary>Gets the properties that contain lists of strings.</summary>
    public IReadOnlyList<MappedProperty> StringLists { get; }

    /// <summary>Gets the properties of which every user has a value.</summary>
    public IReadOnlyList<MappedProperty> AlwaysStored { get; }

    /// <summary>Gets the properties that keep the value that was stored first, other than the time of creation.</summary>
    public IReadOnlyList<MappedProperty> WrittenOnce { get; }

    /// <summary>Gets the values that distinguish users from other items of the table.</summary>
    public IReadOnlyList<(MappedProperty Property, StoredScalar Value)> Discriminators { get; }

    /// <summary>Gets the attributes with the ids of the last writes, the newest first. The first one identifies the revision. The store shifts the
    /// others, and reads them to determine what became of a write.</summary>
    public IReadOnlyList<string> WriteIds { get; }

    /// <summary>Gets the attribute with the id of the write that created the user. It never changes, so that a user that was deleted and recreated
    /// is another one.</summary>
    public string BirthId { get; }

    /// <summary>Gets the attribute that holds all others of a user whose processing is restricted, except those of the key and the revision.</summary>
    public string Restricted { get; }

    /// <summary>Gets the attribute that identifies the data key under which values of the user are encrypted; null if the type has no encrypted
    /// properties.</summary>
    public string? DataKeyId { get; }

    public KeyModel Key => _roles.Key;

    public IReadOnlyList<KeyProperty> GeneratedKeys => _roles.GeneratedKeys;

    public MappedProperty? Version => _roles.Version;

    public MappedProperty? CreatedAt => _roles.CreatedAt;

    public MappedProperty? UpdatedAt => _roles.UpdatedAt;

    public MappedProperty? ExpiresAt => _roles.ExpiresAt;

    public PropertyInfo? Revision => _roles.Revision;

    public IReadOnlyList<UniqueValue> UniqueValues => _roles.UniqueValues;

    /// <summary>Gets the properties whose values are encrypted under the data key of the user.</summary>
    public IReadOnlyList<MappedProperty> Encrypted => _roles.Encrypted;

    /// <summary>Gets the properties of the unique values and of their scopes, which reservations depend on.</summary>
    public IReadOnlyList<MappedProperty> ReservedProperties { get; }

    /// <exception cref="InvalidOperationException">The type cannot be stored.</exception>
    public static UserModel For<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserStoreOptions options)
        where TUser : class
    {
        if (options.Description is not { } described)
        {
            return Models.GetOrAdd(
                new ModelKey(typeof(TUser), options.BookkeepingPrefix, options.UsersTable is not null),
                static key => new UserModel(typeof(TUser), DeclaredTypes.Find<TUser>(), described: null, key.Prefix, key.MayLackTable));
        }

        return described.UserType == typeof(TUser)
            ? new UserModel(typeof(TUser), DeclaredTypes.Find<TUser>(), described, options.BookkeepingPrefix, mayLackTable: true)
            : throw new InvalidOperationException(
                $"UserStoreOptions.Describe describes {described.UserType.Name}, but the store is for {typeof(TUser).Name}.");
    }

    /// <summary>Returns how the values of a property are classified. Without a classification, a key identifies a user, what the store maintains needs no
    /// protection, and everything else is unknown.</summary>
    public IReadOnlyList<DataClassification> ClassificationsOf(MappedProperty property) => _classifications.Of(property.Name) switch
    {
        { Count: > 0 } classifications => classifications,
        _ when Key.Contains(property) => [UserDataTaxonomy.Identifier],
        _ when IsMaintained(property) || property == CreatedAt || property == ExpiresAt => [DataClassification.None],
        _ => [DataClassification.Unknown],
    };

    public MappedProperty this[string propertyName] => _byName[propertyName];

    /// <summary>Returns an object whose properties have their defaults.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "User types are kept whole.")]
    public object NewDefaults() => NewDefaults(UserType);

    /// <summary>Returns the index that has this name in the attributes.</summary>
    /// <exception cref="InvalidUserException">The type declares no such index.</exception>
    public MappedIndex GetIndex(string name) => Indexes.TryGetValue(name, out MappedIndex? index)
        ? index
        : throw new InvalidUserException(
            "IndexName",
            $"must be an index that {UserType.Name} declares: {string.Join(", ", Indexes.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>Returns the position of a property in <see cref="Attributes"/>; -1 for a structure that is flattened.</summary>
    public int PositionOf(MappedProperty property) => _positions.GetValueOrDefault(property.AttributeName, -1);

    /// <summary>Returns whether an attribute identifies the user or its revision, so that no update sets it to a value of the user.</summary>
    public bool IsOfRevision(string attribute) => attribute == Version?.AttributeName
        || attribute == Key.PartitionKey.AttributeName || attribute == Key.SortKey?.AttributeName;

    /// <summary>Returns whether only the store writes the property.</summary>
    public bool IsMaintained(MappedProperty property) => property == Version || property == UpdatedAt;

    /// <summary>Returns the unique value of a property, or null if it is none.</summary>
    public UniqueValue? UniqueValueOf(MappedProperty property) => UniqueValues.FirstOrDefault(unique => unique.Property == property);

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

    private bool IsTime(MappedProperty property) => property == CreatedAt || property == UpdatedAt || property == ExpiresAt;

    private static bool IsUser(Expression expression) => expression switch
    {
        ParameterExpression => true,
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.TypeAs } conversion => IsUser(conversion.Operand),
        _ => false,
    };

    private static object NewDefaults([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
    {
        if (StoredMembers.ParametersOf(type) is not { Length: > 0 } parameters)
            return Activator.CreateInstance(type)!;
        try
        {
            // As the context creates a user from an item without attributes.
            return Activator.CreateInstance(type, [.. parameters.Select(DefaultOf)])!;
        }
        catch (TargetInvocationException)
        {
            return RuntimeHelpers.GetUninitializedObject(type); // the constructor demands values
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "A value type needs no constructor.")]
    private static object? DefaultOf(ParameterInfo parameter) => parameter.HasDefaultValue ? parameter.DefaultValue
        : parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null
            ? RuntimeHelpers.GetUninitializedObject(parameter.ParameterType)
            : null;

    // Returns member names only: other parts of an expression can contain values.
    private static string Describe(Expression expression) => expression is MemberExpression member
        ? member.Expression is MemberExpression parent ? $"{Describe(parent)}.{member.Member.Name}" : member.Member.Name
        : "Expression";

    // A class: what the framework compiled in advance serves keys that are references.
    private sealed record ModelKey(Type Type, string Prefix, bool MayLackTable);
}

using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using UserStore.Declarations;

namespace UserStore.Modeling;

/// <summary>Describes the mapping that the SDK's attributes on a type define, interpreted by the rules of the SDK's context.</summary>
/// <remarks>An attribute that this library does not honor is rejected by name: none is ignored.</remarks>
internal sealed class AnnotatedType
{
    // The default quota of global secondary indexes per table, and the one of local ones.
    private const int MaxIndexes = 20;
    private const int MaxLocalIndexes = 5;

    private readonly string _role;
    private readonly bool _isCamelCase;
    private readonly bool _hasEnumMaps;
    private readonly ParameterInfo[] _parameters;

    /// <param name="type">The type.</param>
    /// <param name="role">The role of the type in messages, such as <c>user type</c>.</param>
    /// <param name="mayLackTable">Whether the type may lack <c>[DynamoDBTable]</c>, because the options name it.</param>
    /// <param name="hasEnumMaps">Whether other programs may use the type with the SDK's context, which reads nullable enums only as it writes
    /// them.</param>
    /// <param name="declared">What generated code says of the type, which the compiler has checked; null to read it by reflection.</param>
    /// <exception cref="InvalidOperationException">The type cannot be stored.</exception>
    public AnnotatedType(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type,
        string role,
        bool mayLackTable = false,
        bool hasEnumMaps = false,
        DeclaredType? declared = null)
    {
        (Type, _role, _hasEnumMaps) = (type, role, hasEnumMaps);
        if (declared is not null && !StoredMembers.AreKnown(declared, type))
            declared = null;
        if (declared is null && StoredMembers.ViolatedRule(type) is { } rule)
            throw InvalidType(rule);
        DynamoDBTableAttribute? table = declared is null ? type.GetCustomAttribute<DynamoDBTableAttribute>(inherit: true) : declared.Table;
        if (table is null && !mayLackTable)
            throw InvalidType("must have [DynamoDBTable] with a table name, unless options in code name the table");
        TableName = table?.TableName ?? type.Name.Split('`')[0]; // without the number of generic arguments
        _isCamelCase = table is not null && IsCamelCase(table);
        if (declared is null)
            CheckType(type, table);

        _parameters = StoredMembers.ParametersOf(type);
        (PropertyInfo[] stored, NotStored) = declared is null ? StoredMembers.Of(type) : (declared.Stored, declared.NotStored);
        Properties = [.. stored.Select(ReadProperty)];
        Flattened = [.. stored.Where(member => member.Has<DynamoDBFlattenAttribute>()).SelectMany(AttributesOf)];
        string[] names = [.. Properties.Where(property => !property.IsFlattened).Select(property => property.AttributeName), .. Flattened];
        if (names.CountBy(name => name).FirstOrDefault(name => name.Value > 1) is { Key: { } duplicate })
            throw InvalidType($"maps two properties to the attribute '{duplicate}'");

        PartitionKeys = [.. Properties.Where(property => property.IsMarkedBy<DynamoDBHashKeyAttribute>())];
        SortKeys = [.. Properties.Where(property => property.IsMarkedBy<DynamoDBRangeKeyAttribute>())];
        Indexes = ReadIndexes();
    }

    public Type Type { get; }

    /// <summary>Gets the name of the table, without the prefix.</summary>
    public string TableName { get; }

    public IReadOnlyList<MappedProperty> Properties { get; }

    /// <summary>Gets the attributes into which structures are flattened.</summary>
    public IReadOnlyList<string> Flattened { get; }

    /// <summary>Gets the properties that are not mapped to attributes.</summary>
    public IReadOnlyList<PropertyInfo> NotStored { get; }

    public IReadOnlyDictionary<string, MappedIndex> Indexes { get; }

    /// <summary>Gets the properties that are declared as the partition key of the table.</summary>
    public IReadOnlyList<MappedProperty> PartitionKeys { get; }

    /// <summary>Gets the properties that are declared as the sort key of the table.</summary>
    public IReadOnlyList<MappedProperty> SortKeys { get; }

    public InvalidOperationException InvalidType(string rule) => new($"The {_role} {Type.FullName} {rule}.");

#pragma warning disable CS0618 // still honored by the SDK
    private static bool IsCamelCase(DynamoDBTableAttribute table) => table.LowerCamelCaseProperties
        || table.AttributeCasing is CaseMode.CamelCase or CaseMode.LegacyCamelCase;

    private static bool StoresEpoch(DynamoDBPropertyAttribute mapping) => mapping.StoreAsEpoch || mapping.StoreAsEpochLong;
#pragma warning restore CS0618

    private void CheckType([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type, DynamoDBTableAttribute? table)
    {
        if (table?.Conversion == ConversionSchema.V1)
        {
            throw InvalidType("stores lists as sets and Booleans as numbers by Conversion = ConversionSchema.V1 of [DynamoDBTable], which is not supported; "
                + "remove it: items in that format are read, and code that uses it reads lists and Booleans");
        }

        if (type.IsDefined(typeof(DynamoDBPolymorphicTypeAttribute), inherit: true))
            throw InvalidType("has [DynamoDBPolymorphicType], which is supported for properties only; store one type");
        if (type.GetFields(BindingFlags.Instance | BindingFlags.Public).FirstOrDefault(field => !field.IsDefined(typeof(DynamoDBIgnoreAttribute)))
            is { } publicField)
        {
            throw InvalidType($"has a public field {publicField.Name}, which the SDK stores; make it a property, or mark it with [DynamoDBIgnore]");
        }

        if (StoredMembers.MarkedInVain(type) is { } member)
        {
            throw InvalidType(
                $"has an attribute of stored properties on {member.Name}, which is not stored; a stored property has a setter and no [DynamoDBIgnore]");
        }

        if (StoredMembers.MarkedInsteadOfBase(type) is { } hiding)
        {
            throw InvalidType($"has an attribute on {hiding.Name}, which lacks a getter or a setter, so that the SDK stores the property of the base type; "
                + "move the attribute there, or declare both accessors");
        }
    }

    private MappedProperty ReadProperty(PropertyInfo member)
    {
        if (member.Has<DynamoDBAtomicCounterAttribute>())
        {
            throw InvalidType(
                $"uses [DynamoDBAtomicCounter] on {member.Name}, which the SDK mishandles in transactions; use UserPatch.Increment");
        }

        if (member.Has<DynamoDBSearchVectorAttribute>())
            throw InvalidType($"uses [DynamoDBSearchVector] on {member.Name}, which is not supported");

        if (Array.Exists(_parameters, parameter => string.Equals(parameter.Name, member.Name, StringComparison.OrdinalIgnoreCase))
            && (member.Has<DynamoDBVersionAttribute>() || member.Has<DynamoDBAutoGeneratedTimestampAttribute>()))
        {
            throw InvalidType($"sets {member.Name} by a constructor, which the SDK does not support for a version or timestamp; make it a property outside it");
        }

        if (MarkedInside(member.PropertyType, member.Has<DynamoDBFlattenAttribute>(), []) is { } inner)
        {
            throw InvalidType($"has an attribute on {inner.DeclaringType!.Name}.{inner.Name} that is honored on properties of the user itself only; "
                + $"remove it, or move the property out of {member.Name}");
        }

        DynamoDBRenamableAttribute[] names = [.. member.Marks<DynamoDBRenamableAttribute>()];
        string attributeName = NameOf(member, names);
        DynamoDBPropertyAttribute[] mappings = [.. names.OfType<DynamoDBPropertyAttribute>()];
        IPropertyConverter? converter = mappings.Select(MakeConverter).FirstOrDefault(converter => converter is not null);
        bool isEpoch = mappings.Any(StoresEpoch);
        if (isEpoch && (Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType) != typeof(DateTime))
        {
            throw InvalidType(
                $"stores {member.Name} as epoch seconds through an attribute setting, which is supported for DateTime only; "
                    + "use [DynamoDBProperty(\"...\", typeof(EpochSecondsConverter))] on a DateTimeOffset");
        }

        if (converter is null && !member.Has<DynamoDBPolymorphicTypeAttribute>() && !StorableTypes.IsStorable(member.PropertyType))
        {
            throw InvalidType(
                $"has a property {member.Name} of a type that the SDK does not store and read back ({member.PropertyType.Name}); "
                    + "change it to a List, HashSet, Dictionary, ValueList<string> or class, give it a converter, or mark it [DynamoDBIgnore]");
        }

        var property = new MappedProperty(member, attributeName, converter, isEpoch, _hasEnumMaps);
        return property.CanSet ? property : throw InvalidType($"has a property {member.Name} that only a constructor sets, from a field of another name; "
            + "make it an automatic property");
    }

    // Of a structure, or of the elements of a list, however deep.
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "The SDK reflects over the same types and documents the same requirement.")]
    private static PropertyInfo? MarkedInside(Type type, bool isFlattened, HashSet<Type> seen)
    {
        if (StorableTypes.IsEndless(type, seen))
            return null;
        if (type.HasElementType)
            return MarkedInside(type.GetElementType()!, isFlattened: false, seen);
        foreach (Type argument in type.GetGenericArguments())
        {
            if (MarkedInside(argument, isFlattened: false, seen) is { } inner)
                return inner;
        }

        if (StorableTypes.IsOfFramework(type) || type.IsEnum || !seen.Add(type))
            return null;
        return StoredMembers.MarkedInStructure(type, isFlattened) ?? StoredMembers.Of(type).Stored
            .Select(member => MarkedInside(member.PropertyType, member.Has<DynamoDBFlattenAttribute>(), seen))
            .FirstOrDefault(found => found is not null);
    }

    // The casing applies to names that attributes specify as well.
    private string NameOf(PropertyInfo member, IEnumerable<DynamoDBRenamableAttribute> names)
    {
        string name = names.FirstOrDefault(name => !string.IsNullOrEmpty(name.AttributeName))?.AttributeName ?? member.Name;
        return _isCamelCase ? char.ToLowerInvariant(name[0]) + name[1..] : name;
    }

    private static IPropertyConverter? MakeConverter(DynamoDBPropertyAttribute mapping)
        => mapping.Converter is { } type ? (IPropertyConverter)Activator.CreateInstance(type)! : null;

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The SDK reflects over the same types and documents the same requirement.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The SDK reflects over the same types and documents the same requirement.")]
    private IEnumerable<string> AttributesOf(PropertyInfo flattened) => StoredMembers.Of(flattened.PropertyType).Stored.Select(
        member => NameOf(member, member.GetCustomAttributes<DynamoDBRenamableAttribute>()));

    private Dictionary<string, MappedIndex> ReadIndexes()
    {
        var partitionKeys = new Dictionary<string, MappedProperty>(StringComparer.Ordinal);
        var sortKeys = new Dictionary<string, MappedProperty>(StringComparer.Ordinal);
        var localKeys = new Dictionary<string, MappedProperty>(StringComparer.Ordinal);
        foreach (MappedProperty property in Properties)
        {
            foreach (var index in property.Marks<DynamoDBGlobalSecondaryIndexHashKeyAttribute>())
                Declare(partitionKeys, index.IndexNames, property);
            foreach (var index in property.Marks<DynamoDBGlobalSecondaryIndexRangeKeyAttribute>())
                Declare(sortKeys, index.IndexNames, property);
            foreach (var index in property.Marks<DynamoDBLocalSecondaryIndexRangeKeyAttribute>())
                Declare(localKeys, index.IndexNames, property);
        }

        if (sortKeys.Keys.FirstOrDefault(name => !partitionKeys.ContainsKey(name)) is { } orphan)
            throw InvalidType($"declares a sort key but no partition key for the index '{orphan}'");
        if (partitionKeys.Keys.FirstOrDefault(localKeys.ContainsKey) is { } both)
            throw InvalidType($"declares the index '{both}' as a global and as a local one");
        if (localKeys.Count > 0 && (PartitionKeys.Count != 1 || SortKeys.Count != 1))
            throw InvalidType($"declares the local index '{localKeys.Keys.First()}', but the table has no sort key");
        if (partitionKeys.Count > MaxIndexes || localKeys.Count > MaxLocalIndexes)
            throw InvalidType($"declares more than {MaxIndexes} indexes, or more than {MaxLocalIndexes} local ones");
        return partitionKeys
            .Select(index => new MappedIndex(index.Key, index.Value, sortKeys.GetValueOrDefault(index.Key)))
            .Concat(localKeys.Select(index => new MappedIndex(index.Key, PartitionKeys[0], index.Value) { IsLocal = true }))
            .ToDictionary(index => index.Name, StringComparer.Ordinal);
    }

    private void Declare(Dictionary<string, MappedProperty> keys, string[] indexNames, MappedProperty property)
    {
        if (property.KeyKind() is null)
            throw InvalidType($"makes {property.Name} a key of an index; a key must be stored as a string or a number");
        foreach (string name in indexNames)
        {
            if (!keys.TryAdd(name, property))
            {
                throw InvalidType(
                    $"declares two partition keys or two sort keys for the index '{name}'; keys of several attributes (Order) are not supported");
            }
        }
    }
}

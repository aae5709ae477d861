using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Modeling;

/// <summary>Describes the mapping that the SDK's attributes on a type define, interpreted by the rules of the SDK's context.</summary>
internal sealed class AnnotatedType
{
    // The default quota of global secondary indexes per table.
    private const int MaxIndexes = 20;

    private readonly Type _type;
    private readonly string _role;

    /// <param name="type">The type.</param>
    /// <param name="role">The role of the type in messages, such as <c>user type</c>.</param>
    /// <exception cref="InvalidOperationException">The type cannot be stored.</exception>
    public AnnotatedType([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type, string role)
    {
        (_type, _role) = (type, role);
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
            throw InvalidType("must not be abstract and must have a public constructor without parameters");

        DynamoDBTableAttribute table = type.GetCustomAttribute<DynamoDBTableAttribute>(inherit: true)
            ?? throw InvalidType("must have [DynamoDBTable] with a table name");
        if (table.AttributeCasing != default)
            throw InvalidType("must specify its attribute names individually: the casing settings of [DynamoDBTable] are not supported");

        var properties = new List<MappedProperty>();
        var partitionKeys = new Dictionary<string, MappedProperty>(StringComparer.Ordinal);
        var sortKeys = new Dictionary<string, MappedProperty>(StringComparer.Ordinal);
        PropertyInfo[] members = [.. Members(type)];
        foreach (PropertyInfo member in members.Where(IsStored))
        {
            MappedProperty property = ReadProperty(member);
            properties.Add(property);
            foreach (var index in member.GetCustomAttributes<DynamoDBGlobalSecondaryIndexHashKeyAttribute>())
                Declare(partitionKeys, index.IndexNames, property);
            foreach (var index in member.GetCustomAttributes<DynamoDBGlobalSecondaryIndexRangeKeyAttribute>())
                Declare(sortKeys, index.IndexNames, property);
        }

        if (properties.CountBy(property => property.AttributeName).FirstOrDefault(name => name.Value > 1) is { Key: { } duplicate })
            throw InvalidType($"maps two properties to the attribute '{duplicate}'");
        if (sortKeys.Keys.FirstOrDefault(name => !partitionKeys.ContainsKey(name)) is { } orphan)
            throw InvalidType($"declares a sort key but no partition key for the index '{orphan}'");
        if (partitionKeys.Count > MaxIndexes)
            throw InvalidType($"declares more than {MaxIndexes} indexes");

        TableName = table.TableName;
        Properties = properties;
        NotStored = [.. members.Where(member => !IsStored(member))];
        Indexes = partitionKeys.ToDictionary(
            index => index.Key,
            index => new MappedIndex(index.Key, index.Value, sortKeys.GetValueOrDefault(index.Key)),
            StringComparer.Ordinal);
        PartitionKeys = [.. properties.Where(property => property.IsMarkedBy<DynamoDBHashKeyAttribute>())];
        SortKeys = [.. properties.Where(property => property.IsMarkedBy<DynamoDBRangeKeyAttribute>())];
    }

    /// <summary>Gets the name of the table, without the prefix.</summary>
    public string TableName { get; }

    public IReadOnlyList<MappedProperty> Properties { get; }

    /// <summary>Gets the properties that are not mapped to attributes.</summary>
    public IReadOnlyList<PropertyInfo> NotStored { get; }

    public IReadOnlyDictionary<string, MappedIndex> Indexes { get; }

    /// <summary>Gets the properties that are declared as the partition key of the table.</summary>
    public IReadOnlyList<MappedProperty> PartitionKeys { get; }

    /// <summary>Gets the properties that are declared as the sort key of the table.</summary>
    public IReadOnlyList<MappedProperty> SortKeys { get; }

    public InvalidOperationException InvalidType(string rule) => new($"The {_role} {_type.FullName} {rule}.");

    private static IEnumerable<PropertyInfo> Members([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(member => member is { CanRead: true, CanWrite: true } && member.GetIndexParameters().Length == 0);

    private static bool IsStored(PropertyInfo member) => !member.IsDefined(typeof(DynamoDBIgnoreAttribute))
        && (member.GetMethod!.IsPublic || member.IsDefined(typeof(DynamoDBAttribute)));

    private MappedProperty ReadProperty(PropertyInfo member)
    {
        if (member.IsDefined(typeof(DynamoDBAtomicCounterAttribute)))
        {
            throw InvalidType(
                $"uses [DynamoDBAtomicCounter] on {member.Name}, which the SDK mishandles in transactions; use UserPatch.Increment");
        }

        if (member.IsDefined(typeof(DynamoDBFlattenAttribute)) || member.IsDefined(typeof(DynamoDBLocalSecondaryIndexRangeKeyAttribute)))
            throw InvalidType($"uses an attribute on {member.Name} that is not supported (flattening, local secondary index)");

        DynamoDBRenamableAttribute[] names = [.. member.GetCustomAttributes<DynamoDBRenamableAttribute>()];
        string attributeName = names.FirstOrDefault(name => !string.IsNullOrEmpty(name.AttributeName))?.AttributeName ?? member.Name;
        DynamoDBPropertyAttribute[] mappings = [.. names.OfType<DynamoDBPropertyAttribute>()];
        if (mappings.Any(StoresEpoch))
        {
            throw InvalidType(
                $"stores {member.Name} as epoch seconds through an attribute setting; "
                    + "use [DynamoDBProperty(\"...\", typeof(EpochSecondsConverter))] on a DateTimeOffset");
        }

        IPropertyConverter? converter = mappings.Select(MakeConverter).FirstOrDefault(converter => converter is not null);
        if (converter is null && !member.IsDefined(typeof(DynamoDBPolymorphicTypeAttribute)) && !StorableTypes.IsStorable(member.PropertyType))
        {
            throw InvalidType(
                $"has a property {member.Name} of a type that the SDK does not store and read back ({member.PropertyType.Name}); "
                    + "change it to a List, HashSet, Dictionary, ValueList<string> or class, give it a converter, or mark it [DynamoDBIgnore]");
        }

        return new MappedProperty(member, attributeName, converter);
    }

    private static IPropertyConverter? MakeConverter(DynamoDBPropertyAttribute mapping)
        => mapping.Converter is { } type ? (IPropertyConverter)Activator.CreateInstance(type)! : null;

#pragma warning disable CS0618 // still honored by the SDK
    private static bool StoresEpoch(DynamoDBPropertyAttribute mapping) => mapping.StoreAsEpoch || mapping.StoreAsEpochLong;
#pragma warning restore CS0618

    private void Declare(Dictionary<string, MappedProperty> keys, string[] indexNames, MappedProperty property)
    {
        if (property.KeyKind() is null)
            throw InvalidType($"makes {property.Name} a key of an index; a key must be stored as a string or a number");
        foreach (string name in indexNames)
        {
            if (!keys.TryAdd(name, property))
                throw InvalidType($"declares two partition keys or two sort keys for the index '{name}'");
        }
    }
}

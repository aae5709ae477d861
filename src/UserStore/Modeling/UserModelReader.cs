using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Modeling;

/// <summary>Reads the SDK's attributes on a user type, by the rules by which the SDK's context reads them.</summary>
internal static class UserModelReader
{
    // Global secondary indexes of one table; the service's default quota.
    private const int MaxIndexes = 20;

    public static UserModel Read([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
    {
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
            throw Refuse(type, "must not be abstract and must have a public constructor without parameters");

        DynamoDBTableAttribute table = type.GetCustomAttribute<DynamoDBTableAttribute>(inherit: true)!;
        if (table.AttributeCasing != default)
            throw Refuse(type, "must name its attributes one by one: the casing settings of [DynamoDBTable] are not supported");

        var properties = new List<UserProperty>();
        var partitionKeys = new Dictionary<string, UserProperty>(StringComparer.Ordinal);
        var sortKeys = new Dictionary<string, UserProperty>(StringComparer.Ordinal);
        foreach (PropertyInfo member in Members(type).Where(IsStored))
        {
            UserProperty property = ReadProperty(type, member);
            properties.Add(property);
            foreach (var index in member.GetCustomAttributes<DynamoDBGlobalSecondaryIndexHashKeyAttribute>())
                Declare(type, partitionKeys, index.IndexNames, property);
            foreach (var index in member.GetCustomAttributes<DynamoDBGlobalSecondaryIndexRangeKeyAttribute>())
                Declare(type, sortKeys, index.IndexNames, property);
        }

        if (properties.CountBy(property => property.AttributeName).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
            throw Refuse(type, $"maps two properties to the attribute '{twice}'");
        if (sortKeys.Keys.FirstOrDefault(name => !partitionKeys.ContainsKey(name)) is { } orphan)
            throw Refuse(type, $"declares a sort key but no partition key for the index '{orphan}'");
        if (partitionKeys.Count > MaxIndexes)
            throw Refuse(type, $"declares more than {MaxIndexes} indexes");

        Dictionary<string, UserIndex> indexes = partitionKeys.ToDictionary(
            index => index.Key,
            index => new UserIndex(index.Key, index.Value, sortKeys.GetValueOrDefault(index.Key)),
            StringComparer.Ordinal);
        return new UserModel(type, table.TableName, properties, indexes, notStored: [.. Members(type).Where(member => !IsStored(member))]);
    }

    private static IEnumerable<PropertyInfo> Members([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(member => member is { CanRead: true, CanWrite: true } && member.GetIndexParameters().Length == 0);

    private static bool IsStored(PropertyInfo member) => !member.IsDefined(typeof(DynamoDBIgnoreAttribute))
        && (member.GetMethod!.IsPublic || member.IsDefined(typeof(DynamoDBAttribute)));

    private static UserProperty ReadProperty(Type type, PropertyInfo member)
    {
        if (member.IsDefined(typeof(DynamoDBAtomicCounterAttribute)))
        {
            throw Refuse(
                type, $"uses [DynamoDBAtomicCounter] on {member.Name}, which the SDK mishandles in transactions; use UserPatch.Increment");
        }

        if (member.IsDefined(typeof(DynamoDBFlattenAttribute)) || member.IsDefined(typeof(DynamoDBLocalSecondaryIndexRangeKeyAttribute)))
            throw Refuse(type, $"uses an attribute on {member.Name} that is not supported (flattening, local secondary index)");
        if (IsTableKey(member) && member.Name != nameof(User.UserId))
            throw Refuse(type, $"declares a further key of the table on {member.Name}; the key is {nameof(User.UserId)} alone");

        DynamoDBRenamableAttribute[] names = [.. member.GetCustomAttributes<DynamoDBRenamableAttribute>()];
        string attributeName = names.FirstOrDefault(name => !string.IsNullOrEmpty(name.AttributeName))?.AttributeName ?? member.Name;
        DynamoDBPropertyAttribute[] mappings = [.. names.OfType<DynamoDBPropertyAttribute>()];
        if (mappings.Any(StoresEpoch))
        {
            throw Refuse(
                type,
                $"stores {member.Name} as epoch by a setting; use [DynamoDBProperty(\"...\", typeof(EpochSecondsConverter))] on a DateTimeOffset");
        }

        Type? converterType = mappings.Select(mapping => mapping.Converter).FirstOrDefault(type => type is not null);
        var converter = converterType is null ? null : (IPropertyConverter)Activator.CreateInstance(converterType)!;
        if (converter is null && !member.IsDefined(typeof(DynamoDBPolymorphicTypeAttribute)) && !StorableTypes.IsStorable(member.PropertyType))
        {
            throw Refuse(
                type,
                $"has a property {member.Name} of a type that the SDK does not store and read back ({member.PropertyType.Name}); "
                    + "change it to a List, HashSet, Dictionary, ValueList<string> or class, give it a converter, or mark it [DynamoDBIgnore]");
        }

        return new UserProperty(member, attributeName, converter, IsKeptByStore(member));
    }

#pragma warning disable CS0618 // still honoured by the SDK
    private static bool StoresEpoch(DynamoDBPropertyAttribute mapping) => mapping.StoreAsEpoch || mapping.StoreAsEpochLong;
#pragma warning restore CS0618

    private static bool IsTableKey(PropertyInfo member) => member.GetCustomAttributes<DynamoDBPropertyAttribute>()
        .Any(attribute => attribute.GetType() == typeof(DynamoDBHashKeyAttribute) || attribute.GetType() == typeof(DynamoDBRangeKeyAttribute));

    private static bool IsKeptByStore(PropertyInfo member) => member.Name is nameof(User.Version) or nameof(User.UpdatedAt)
        or nameof(User.WriteId) or nameof(User.WriteId2) or nameof(User.WriteId3);

    private static void Declare(Type type, Dictionary<string, UserProperty> keys, string[] indexNames, UserProperty property)
    {
        if (property.KeyKind() is null)
            throw Refuse(type, $"makes {property.Name} a key of an index; a key is stored as text or number");
        foreach (string name in indexNames)
        {
            if (!keys.TryAdd(name, property))
                throw Refuse(type, $"declares two partition keys or two sort keys for the index '{name}'");
        }
    }

    private static InvalidOperationException Refuse(Type type, string rule) => new($"The user type {type.FullName} {rule}.");
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace UserStore.Modeling;

/// <summary>Describes the annotated type of the items in a replication target: properties, keys and indexes. Created once for each
/// type.</summary>
internal sealed class ViewModel
{
    private static readonly ConcurrentDictionary<Type, ViewModel> Models = new();

    private ViewModel([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
    {
        var annotated = new AnnotatedType(type, "view type");
        if (annotated.PartitionKeys.Count != 1 || annotated.SortKeys.Count > 1)
            throw annotated.InvalidType("must have one [DynamoDBHashKey], and at most one [DynamoDBRangeKey]");
        foreach (MappedProperty key in annotated.PartitionKeys.Concat(annotated.SortKeys))
        {
            if (key.KeyKind() is null)
                throw annotated.InvalidType($"makes {key.Name} a key of the table; a key must be stored as a string or a number");
        }

        if (annotated.Properties.FirstOrDefault(property => property.Marks<EncryptedAttribute>().Any()) is { } encrypted)
            throw annotated.InvalidType($"has [Encrypted] on {encrypted.Name}, which is supported for users only; leave the value out of the view");

        (Type, DefaultTableName) = (type, annotated.TableName);
        (Properties, Indexes) = (annotated.Properties, annotated.Indexes);
        (PartitionKey, SortKey) = (annotated.PartitionKeys[0], annotated.SortKeys is [var sortKey] ? sortKey : null);
    }

    public Type Type { get; }

    /// <summary>Gets the name of the table that the attribute on the type specifies, without the prefix.</summary>
    public string DefaultTableName { get; }

    public IReadOnlyList<MappedProperty> Properties { get; }

    public IReadOnlyDictionary<string, MappedIndex> Indexes { get; }

    public MappedProperty PartitionKey { get; }

    public MappedProperty? SortKey { get; }

    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TView"/> do not define a valid table.</exception>
    public static ViewModel For<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>()
        where TView : class
        => Models.GetOrAdd(typeof(TView), static _ => new ViewModel(typeof(TView)));
}

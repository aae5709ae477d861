using System.ComponentModel;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Declarations;

/// <summary>What a store reads of a user type: its table, and its properties with their attributes. For code that the source generator
/// writes.</summary>
/// <param name="table">The attribute that names the table, of the type or of a base type; null for none.</param>
/// <param name="revision">The property with <see cref="RevisionAttribute"/>; null for none.</param>
/// <param name="extendsUser">Whether the type derives from <see cref="User"/>, whose properties are not repeated.</param>
/// <param name="properties">The properties that are stored, those of derived types first.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class DeclaredType(
    DynamoDBTableAttribute? table, DeclaredProperty? revision, bool extendsUser, params DeclaredProperty[] properties)
{
    internal DynamoDBTableAttribute? Table => table;

    /// <summary>Gets the properties that are stored.</summary>
    internal PropertyInfo[] Stored { get; } = extendsUser
        ? [.. properties, .. OfUser.Stored.Where(inherited => !Array.Exists(properties, property => property.Name == inherited.Name))]
        : properties;

    /// <summary>Gets the properties that are not stored, and can be set.</summary>
    internal PropertyInfo[] NotStored { get; } = extendsUser ? OfUser.NotStored : revision is null ? [] : [revision];

    private static DeclaredType OfUser => DeclaredTypes.Find<User>()!;
}

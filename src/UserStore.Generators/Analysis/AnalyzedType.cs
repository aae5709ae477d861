using Microsoft.CodeAnalysis;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>A user type as registration reads it: its properties, and how the SDK creates users.</summary>
internal sealed class AnalyzedType
{
    private static readonly string[] OwnAttributes =
    [
        "UniqueAttribute", "CreatedAtAttribute", "UpdatedAtAttribute", "ExpiresAtAttribute", "GeneratedKeyAttribute", "RevisionAttribute",
        "AlwaysStoredAttribute", "IndexedAttribute", "EncryptedAttribute",
    ];

    public AnalyzedType(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        (Symbol, Compilation, Cancellation) = (type, compilation, cancellation);
        Constructor = StoredMembers.BoundConstructor(type, out string? rule);
        ConstructorRule = rule;
        Properties = StoredMembers.PropertiesOf(type);
        Stored = [.. StoredMembers.StoredIn(Properties, Constructor)];
        NotStored = [.. Properties.Where(member => member is { IsReadable: true, CanWrite: true } && !Stored.Contains(member))];
        IsComplete = !StructureReader.IsForeign(type, compilation);
        HasKnownNames = Stored.All(member => member.Attributes is { Unknown: null, HasTwoNames: false });
    }

    public INamedTypeSymbol Symbol { get; }

    public Compilation Compilation { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Gets the constructor to whose parameters attributes are bound, or null.</summary>
    public IMethodSymbol? Constructor { get; }

    /// <summary>Gets why the SDK finds no constructor, or null.</summary>
    public string? ConstructorRule { get; }

    /// <summary>Gets all properties, those of derived types first.</summary>
    public IReadOnlyList<StoredMember> Properties { get; }

    public IReadOnlyList<StoredMember> Stored { get; }

    /// <summary>Gets the properties that are marked as not stored and can be set.</summary>
    public IReadOnlyList<StoredMember> NotStored { get; }

    /// <summary>Gets a value indicating whether all properties are known: the compiler leaves out the private ones of other assemblies.</summary>
    public bool IsComplete { get; }

    /// <summary>Gets a value indicating whether the names of all attributes are known: an application can derive attributes from those of the
    /// SDK.</summary>
    public bool HasKnownNames { get; }

    /// <summary>Gets a value indicating whether a property has an attribute that only this library reads.</summary>
    public bool HasOwnAttributes => HasOwn(Properties);

    public bool IsMarked => IsMarkedType(Symbol);

    /// <summary>Returns whether a declaration alone shows that a type is one of users: other classes with tables are none of the store's business.</summary>
    public static bool IsVisiblyUser(INamedTypeSymbol type) => type is { TypeKind: TypeKind.Class, IsStatic: false }
        && (StructureReader.IsUser(type) || IsMarkedType(type)
            || (TableCasing.TableOf(type) is not null && HasOwn(StoredMembers.PropertiesOf(type))));

    public IEnumerable<StoredMember> StoredWith(Func<SdkAttributes, bool> isMarked) => Stored.Where(member => isMarked(member.Attributes));

    /// <summary>Returns the one of several properties that was added last, as far as the source shows.</summary>
    public StoredMember LastOf(IReadOnlyList<StoredMember> members) => members.LastOrDefault(
        member => SymbolEqualityComparer.Default.Equals(member.Symbol.ContainingType, Symbol)) ?? members[members.Count - 1];

    private static bool IsMarkedType(INamedTypeSymbol type)
        => type.GetAttributes().Any(attribute => attribute.AttributeClass?.FullName() == "UserStore.GenerateUserMappingAttribute");

    private static bool HasOwn(IReadOnlyList<StoredMember> properties)
        => properties.Any(member => Array.Exists(OwnAttributes, name => member.Attributes.Own(name) is not null));
}

using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>A member that the SDK's context reads and writes.</summary>
/// <param name="Symbol">The property, or a public field of a structure.</param>
/// <param name="Type">The type of the member.</param>
/// <param name="Attributes">What the SDK's attributes say.</param>
internal sealed record StoredMember(ISymbol Symbol, ITypeSymbol Type, SdkAttributes Attributes)
{
    /// <summary>Gets the name that reflection finds: with the interface, if the member implements one explicitly.</summary>
    public string Name => Symbol.MetadataName;

    public IMethodSymbol? Getter => (Symbol as IPropertySymbol)?.GetMethod;

    public IMethodSymbol? Setter => (Symbol as IPropertySymbol)?.SetMethod;

    public bool IsReadable => Symbol is IFieldSymbol || Getter is not null;

    public bool CanWrite => Symbol is IFieldSymbol || Setter is not null;
}

/// <summary>Determines which members of a type the SDK's context stores, and how it creates an object.</summary>
internal static class StoredMembers
{
    /// <summary>Returns the members of a type, of every accessibility, as the context finds them. A member hides those of the same name in base
    /// types.</summary>
    /// <param name="type">The type.</param>
    /// <param name="constructor">The constructor that is bound, or null.</param>
    public static IReadOnlyList<StoredMember> Of(INamedTypeSymbol type, IMethodSymbol? constructor)
    {
        var found = new List<StoredMember>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (INamedTypeSymbol? declaring = type; declaring is not null && declaring.SpecialType != SpecialType.System_Object; declaring = declaring.BaseType)
        {
            foreach (ISymbol symbol in declaring.GetMembers())
            {
                if (MemberTypeOf(symbol, constructor) is { } memberType && names.Add(symbol.MetadataName))
                    found.Add(new StoredMember(symbol, memberType, SdkAttributes.Of(symbol)));
            }
        }

        return found;
    }

    /// <summary>Returns the properties that registration takes for stored ones.</summary>
    public static IEnumerable<StoredMember> StoredIn(IEnumerable<StoredMember> properties, IMethodSymbol? constructor) => properties.Where(
        member => member.IsReadable && (member.CanWrite || IsParameter(member.Symbol, constructor))
            && member.Attributes is { IsIgnored: false, IsRevision: false });

    /// <summary>Returns all properties of a type but its indexers, those included that are not stored. A property hides those of the same name in base
    /// types, unless it lacks an accessor: the context then uses the one of the base type.</summary>
    public static IReadOnlyList<StoredMember> PropertiesOf(INamedTypeSymbol type)
    {
        var found = new List<StoredMember>();
        var hiding = new HashSet<string>(StringComparer.Ordinal);
        var incomplete = new HashSet<string>(StringComparer.Ordinal);
        IMethodSymbol? constructor = BoundConstructor(type, out _);
        for (INamedTypeSymbol? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            foreach (IPropertySymbol property in declaring.GetMembers().OfType<IPropertySymbol>())
            {
                if (property is not { IsStatic: false, IsIndexer: false })
                    continue;
                string name = property.MetadataName;
                if (MemberTypeOf(property, constructor) is not null ? hiding.Add(name) : !hiding.Contains(name) && incomplete.Add(name))
                    found.Add(new StoredMember(property, property.Type, SdkAttributes.Of(property)));
            }
        }

        return found;
    }

    /// <summary>Returns the constructor to whose parameters the context binds attributes; null if it sets members instead.</summary>
    /// <param name="type">The type.</param>
    /// <param name="rule">The rule that the type violates, or null.</param>
    public static IMethodSymbol? BoundConstructor(INamedTypeSymbol type, out string? rule)
    {
        rule = null;
        IMethodSymbol[] constructors = [.. type.InstanceConstructors.Where(constructor => constructor.DeclaredAccessibility == Accessibility.Public
            && !(type.IsValueType && constructor is { Parameters.Length: 0, IsImplicitlyDeclared: true }))];
        IMethodSymbol[] marked = [.. constructors.Where(IsMarked)];
        if (marked.Length == 1)
            return marked[0].Parameters.Length == 0 ? null : marked[0];
        IMethodSymbol[] bindable = [.. constructors.Where(constructor => constructor.Parameters.Length > 0)];
        if (type.IsValueType)
            return StructConstructor(type, bindable, ref rule);
        if (marked.Length == 0 && constructors.Any(constructor => constructor.Parameters.Length == 0))
            return null;
        if (marked.Length == 0 && bindable.Length == 1 && bindable[0].Parameters[0].Type.IsOfSdk("DynamoDBContext"))
        {
            rule = "has a constructor that takes a DynamoDBContext; give it a public constructor without parameters";
        }
        else if (bindable.Length != 1 || marked.Length > 1)
        {
            rule = "must have a public constructor without parameters, or one whose parameters have the names of stored properties; mark it with "
                + "[DynamoDBConstructor]";
        }

        return rule is null ? bindable[0] : null;
    }

    private static bool IsMarked(IMethodSymbol constructor)
        => constructor.GetAttributes().Any(attribute => attribute.AttributeClass.IsOfSdk("DynamoDBConstructorAttribute"));

    // A struct can be created without a constructor, unless it has properties that only one sets.
    private static IMethodSymbol? StructConstructor(INamedTypeSymbol type, IMethodSymbol[] bindable, ref string? rule)
    {
        if (bindable.Length == 0)
            return null;
        bool isRequired = bindable.Any(constructor => Of(type, constructor).Any(member => !member.Attributes.IsIgnored && !member.CanWrite));
        if (bindable.Length == 1)
        {
            IReadOnlyList<StoredMember> members = Of(type, bindable[0]);
            bool isBound = bindable[0].Parameters.All(
                parameter => members.Any(member => string.Equals(member.Name, parameter.Name, StringComparison.OrdinalIgnoreCase)));
            return isBound || isRequired ? bindable[0] : null;
        }

        if (isRequired)
            rule = "has several public constructors; mark the one whose parameters have the names of stored properties with [DynamoDBConstructor]";
        return null;
    }

    private static ITypeSymbol? MemberTypeOf(ISymbol symbol, IMethodSymbol? constructor) => symbol switch
    {
        IPropertySymbol { IsStatic: false, IsIndexer: false, GetMethod: not null } property
            when property.SetMethod is not null || IsParameter(property, constructor) => property.Type,
        IFieldSymbol { IsStatic: false, IsConst: false, IsReadOnly: false, DeclaredAccessibility: Accessibility.Public } field => field.Type,
        _ => null,
    };

    public static bool IsParameter(ISymbol property, IMethodSymbol? constructor) => constructor is not null
        && constructor.Parameters.Any(parameter => string.Equals(parameter.Name, property.MetadataName, StringComparison.OrdinalIgnoreCase));
}

using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>Determines how generated code gets and sets members, and creates objects: as C# does, or where C# cannot, by accessors that are bound
/// to methods of any accessibility.</summary>
internal sealed class AccessorReader(MappingContext context)
{
    private readonly List<AccessorModel> _accessors = [];

    public IReadOnlyList<AccessorModel> Accessors => _accessors;

    /// <summary>Returns the expression that gets a member of the target {0}.</summary>
    public string Getter(StoredMember member, INamedTypeSymbol type)
    {
        if (IsDirect(member.Symbol) && (member.Getter is null || context.IsAccessible(member.Getter)))
            return $"{Target(member, type)}.{SymbolNames.Escaped(member.Symbol.Name)}";
        return Accessor(member.Getter!, $"Get{_accessors.Count}", "{0}", member.Symbol.ContainingType.IsValueType);
    }

    /// <summary>Returns the statement that sets a member of the target {0} to {1}.</summary>
    public string Setter(StoredMember member, INamedTypeSymbol type)
    {
        if (!member.CanWrite)
            return "";
        if (IsDirect(member.Symbol) && (member.Setter is null || (!member.Setter.IsInitOnly && context.IsAccessible(member.Setter))))
            return $"{Target(member, type)}.{SymbolNames.Escaped(member.Symbol.Name)} = {{1}}";
        return Accessor(member.Setter!, $"Set{_accessors.Count}", "{0}, {1}", member.Symbol.ContainingType.IsValueType);
    }

    /// <summary>Returns the expression, before the arguments, that calls a constructor.</summary>
    public string Constructor(INamedTypeSymbol type, IMethodSymbol? constructor)
    {
        IMethodSymbol? called = constructor ?? type.InstanceConstructors.FirstOrDefault(
            candidate => candidate.Parameters.Length == 0 && candidate.DeclaredAccessibility == Accessibility.Public);
        if (called is null || (IsDirect(called) && !NeedsRequiredMembers(type, called)))
            return $"new {type.InCode()}";
        string name = $"Create{_accessors.Count}";
        string parameters = Parameters(called!.OriginalDefinition.Parameters);
        return Add(called.ContainingType, "Constructor", "", name, called.OriginalDefinition.ContainingType.InCode(), parameters);
    }

    /// <summary>Returns whether C# requires members to be set where a constructor is called.</summary>
    public static bool NeedsRequiredMembers(INamedTypeSymbol type, IMethodSymbol constructor)
    {
        if (constructor.GetAttributes().Any(
            attribute => attribute.AttributeClass?.FullName() == "System.Diagnostics.CodeAnalysis.SetsRequiredMembersAttribute"))
        {
            return false;
        }

        for (INamedTypeSymbol? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            if (declaring.GetMembers().Any(member => member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }))
                return true;
        }

        return false;
    }

    private static string Parameters(IEnumerable<IParameterSymbol> parameters)
        => string.Join(", ", parameters.Select((parameter, number) => $"{parameter.Type.InCode()} p{number}"));

    private bool IsDirect(ISymbol member)
        => context.IsAccessible(member) && !(member is IPropertySymbol { ExplicitInterfaceImplementations.Length: > 0 });

    private static string Target(StoredMember member, INamedTypeSymbol type)
    {
        INamedTypeSymbol declaring = member.Symbol.ContainingType;
        for (INamedTypeSymbol? derived = type; derived is not null && !SymbolEqualityComparer.Default.Equals(derived, declaring); derived = derived.BaseType)
        {
            if (derived.GetMembers(member.Symbol.Name).Length > 0)
                return $"(({declaring.InCode()}){{0}})";
        }

        return "{0}";
    }

    private string Accessor(IMethodSymbol method, string name, string arguments, bool isByReference)
    {
        IMethodSymbol definition = method.OriginalDefinition;
        string target = $"{(isByReference ? "ref " : "")}{definition.ContainingType.InCode()} target";
        string parameters = definition.Parameters.Length == 0 ? target : $"{target}, {definition.Parameters[0].Type.InCode()} value";
        string call = Add(method.ContainingType, "Method", method.MetadataName, name, definition.ReturnType.InCode(), parameters);
        return $"{call}({(isByReference ? "ref " : "")}{arguments})";
    }

    private string Add(INamedTypeSymbol type, string kind, string target, string name, string returnType, string parameters)
    {
        string signature = $"static extern {returnType} {name}({parameters})";
        ITypeParameterSymbol[] generic = [.. TypesAround(type).SelectMany(outer => outer.TypeParameters)];
        if (generic.Length == 0)
        {
            _accessors.Add(new AccessorModel(kind, target, $"private {signature};", ""));
            return name;
        }

        // The runtime binds accessors of generic types only if their parameters are those of a generic class.
        string container = $"private static class {name}Of<{string.Join(", ", generic.Select(SymbolNames.InCode))}>"
            + string.Concat(generic.Select(Constraints));
        _accessors.Add(new AccessorModel(kind, target, $"public {signature};", container));
        return $"{name}Of<{string.Join(", ", TypesAround(type).SelectMany(outer => outer.TypeArguments).Select(SymbolNames.InCode))}>.{name}";
    }

    private static IEnumerable<INamedTypeSymbol> TypesAround(INamedTypeSymbol type)
        => type.ContainingType is null ? [type] : TypesAround(type.ContainingType).Append(type);

    private static string Constraints(ITypeParameterSymbol parameter)
    {
        var constraints = new List<string>();
        if (parameter.HasUnmanagedTypeConstraint)
            constraints.Add("unmanaged");
        else if (parameter.HasValueTypeConstraint)
            constraints.Add("struct");
        else if (parameter.HasReferenceTypeConstraint)
            constraints.Add("class");
        else if (parameter.HasNotNullConstraint)
            constraints.Add("notnull");
        constraints.AddRange(parameter.ConstraintTypes.Select(SymbolNames.InCode));
        if (parameter.HasConstructorConstraint)
            constraints.Add("new()");
        return constraints.Count == 0 ? "" : $" where {parameter.InCode()} : {string.Join(", ", constraints)}";
    }
}

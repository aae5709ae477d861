using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Analysis;

/// <summary>Checks whether the SDK can create users.</summary>
internal static class ConstructorRules
{
    /// <summary>Checks what the generator reports as well, for types whose mapping is generated.</summary>
    public static IEnumerable<ModelViolation> CheckMapping(AnalyzedType type)
    {
        INamedTypeSymbol symbol = type.Symbol;
        if (symbol.IsAbstract)
        {
            yield return Violation(symbol, "is abstract; use a type that users are created of");
        }
        else if (type.ConstructorRule is { } rule)
        {
            yield return Violation(symbol, rule);
        }
        else if (type.IsComplete && type.Constructor?.Parameters.FirstOrDefault(parameter => !IsProperty(parameter, type)) is { } stray)
        {
            yield return Violation(
                symbol, $"has a constructor with a parameter '{stray.Name}' that has the name of no property; rename it, or mark another constructor with "
                    + "[DynamoDBConstructor]");
        }
    }

    /// <summary>Checks for properties that only a constructor sets, into a field that the store cannot find.</summary>
    public static IEnumerable<ModelViolation> Check(AnalyzedType type) => type.Stored
        .Where(member => !member.CanWrite && member.Symbol.DeclaringSyntaxReferences.Length > 0 && !IsAutomatic(member.Symbol))
        .Select(member => Violation(member.Symbol, "is a property that only a constructor sets, from a field of another name; make it an automatic property"));

    private static bool IsAutomatic(ISymbol property) => property.ContainingType.GetMembers().Any(
        field => field is IFieldSymbol backing && SymbolEqualityComparer.Default.Equals(backing.AssociatedSymbol, property));

    private static bool IsProperty(IParameterSymbol parameter, AnalyzedType type)
        => type.Properties.Any(member => string.Equals(member.Name, parameter.Name, StringComparison.OrdinalIgnoreCase));

    private static ModelViolation Violation(ISymbol symbol, string reason) => new(ModelRules.Constructor, symbol, reason) { IsOfCreation = true };
}

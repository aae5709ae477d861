using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Modeling;

/// <summary>The code that creates attributes again.</summary>
internal static class AttributeCode
{
    /// <summary>Returns whether a store reads an attribute: one of the SDK, one derived from it, or one of the library.</summary>
    public static bool IsRead(AttributeData attribute)
        => attribute.AttributeClass.DerivesFromSdk("DynamoDBAttribute") || attribute.AttributeClass?.ContainingNamespace.ToDisplayString() == "UserStore";

    /// <summary>Returns the expression that creates an attribute; null if generated code cannot.</summary>
    public static string? Of(AttributeData attribute, MappingContext context)
    {
        if (attribute is not { AttributeClass: { } type, AttributeConstructor: { } constructor } || !context.IsAccessible(type)
            || !context.IsAccessible(constructor))
        {
            return null;
        }

        string?[] arguments = [.. attribute.ConstructorArguments.Select(argument => Constant(argument, context))];
        string?[] named = [.. attribute.NamedArguments.Select(argument => Named(argument, type, context))];
        if (arguments.Concat(named).Contains(null))
            return null;
        string properties = named.Length == 0 ? "" : $" {{ {string.Join(", ", named)} }}";
        return $"new {type.InCode()}({string.Join(", ", arguments)}){properties}";
    }

    private static string? Named(KeyValuePair<string, TypedConstant> argument, INamedTypeSymbol type, MappingContext context)
    {
        ISymbol? member = null;
        for (INamedTypeSymbol? declaring = type; declaring is not null && member is null; declaring = declaring.BaseType)
            member = declaring.GetMembers(argument.Key).FirstOrDefault(candidate => candidate is IPropertySymbol or IFieldSymbol);
        bool canSet = member is IFieldSymbol || (member is IPropertySymbol { SetMethod: { } setter } && context.IsAccessible(setter));
        return canSet && context.IsAccessible(member!) && Constant(argument.Value, context) is { } value
            ? $"{SymbolNames.Escaped(argument.Key)} = {value}"
            : null;
    }

    private static string? Constant(TypedConstant constant, MappingContext context)
    {
        if (constant.Type is not { } type || !context.IsAccessible(type))
            return null;
        if (constant.IsNull)
            return $"default({type.InCode()})";
        switch (constant.Kind)
        {
            case TypedConstantKind.Array:
                string?[] values = [.. constant.Values.Select(value => Constant(value, context))];
                return values.Contains(null) ? null : $"new {type.InCode()} {{ {string.Join(", ", values)} }}";
            case TypedConstantKind.Type:
                return constant.Value is ITypeSymbol named && context.IsAccessible(named) ? $"typeof({named.InCode()})" : null;
            case TypedConstantKind.Enum:
                return $"unchecked(({type.InCode()})({constant.Value}))";
            case TypedConstantKind.Primitive when constant.Value is not (double or float):
                return $"({type.InCode()})({SymbolDisplay.FormatPrimitive(constant.Value!, quoteStrings: true, useHexadecimalNumbers: false)})";
            default:
                return null;
        }
    }
}

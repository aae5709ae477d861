using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>Ends the search through a generic type that contains itself with ever more type arguments. Registration has the same limits.</summary>
internal static class TypeLimits
{
    // No other type of users comes near these numbers.
    private const int MaxTypes = 500;
    private const int MaxArguments = 100;

    /// <summary>Returns whether a type is the next one of so many that there may be no end of them.</summary>
    /// <param name="type">The type.</param>
    /// <param name="seen">How many types were read before it.</param>
    public static bool IsEndless(ITypeSymbol type, int seen) => seen >= MaxTypes || CountArguments(type, MaxArguments) > MaxArguments;

    // Of the arguments of arguments as well. Counts no further than the limit: their number can double with every level.
    private static int CountArguments(ITypeSymbol type, int limit)
    {
        if (type is IArrayTypeSymbol array)
            return 1 + CountArguments(array.ElementType, limit - 1);
        int count = 0;
        for (INamedTypeSymbol? named = type as INamedTypeSymbol; named is not null; named = named.ContainingType)
        {
            foreach (ITypeSymbol argument in named.TypeArguments)
            {
                if (count > limit)
                    return count;
                count += 1 + CountArguments(argument, limit - count - 1);
            }
        }

        return count;
    }
}

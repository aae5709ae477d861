using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>How the SDK changes the names of members to names of attributes.</summary>
/// <param name="IsCamelCase">Whether the first letter becomes a small one.</param>
/// <param name="IsPassedOn">Whether structures inside have the same names, unless they say otherwise.</param>
internal readonly record struct TableCasing(bool IsCamelCase, bool IsPassedOn)
{
    // The values of CaseMode.
    private const int Unset = 0;
    private const int CamelCase = 2;
    private const int LegacyCamelCase = 3;

    /// <summary>Returns the casing of a type inside another one.</summary>
    public static TableCasing Of(INamedTypeSymbol type, TableCasing outer)
        => Declared(type) ?? (outer is { IsCamelCase: true, IsPassedOn: true } ? outer : default);

    /// <summary>Returns the casing of a type that is stored as an item.</summary>
    public static TableCasing Of(INamedTypeSymbol type) => Declared(type) ?? default;

    /// <summary>Returns the table attribute of a type, which base types may have as well.</summary>
    public static AttributeData? TableOf(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            if (declaring.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.IsOfSdk("DynamoDBTableAttribute")) is { } table)
                return table;
        }

        return null;
    }

    public string NameOf(string name) => IsCamelCase && name.Length > 0 ? char.ToLowerInvariant(name[0]) + name.Substring(1) : name;

    private static TableCasing? Declared(INamedTypeSymbol type)
    {
        if (TableOf(type) is not { } table)
            return null;
        int mode = SdkAttributes.Argument(table, "AttributeCasing") is int casing ? casing : Unset;
        if (mode != Unset)
            return new TableCasing(mode is CamelCase or LegacyCamelCase, mode == CamelCase);
        return SdkAttributes.Argument(table, "LowerCamelCaseProperties") switch
        {
            true => new TableCasing(IsCamelCase: true, IsPassedOn: false),
            false => default(TableCasing),
            _ => null,
        };
    }
}

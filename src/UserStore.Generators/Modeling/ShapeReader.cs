using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>Reads the collections and structures that users contain. Each is read once, so that a type may contain itself.</summary>
internal sealed class ShapeReader(MappingContext context)
{
    private readonly List<ShapeModel?> _shapes = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<TableCasing, Dictionary<ITypeSymbol, int>> _positions = [];

    /// <summary>Gets the shapes that were read. One that cannot be generated, which was reported, is left out.</summary>
    public IEnumerable<ShapeModel> Shapes => _shapes.OfType<ShapeModel>();

    /// <summary>Gets a value indicating whether the search for shapes was ended, because a type contains ever more others.</summary>
    public bool IsEndless { get; private set; }

    /// <summary>Returns the position of the shape of a type, or -1 if the type is not supported.</summary>
    public int Of(ITypeSymbol type, TableCasing casing)
    {
        if (type is INamedTypeSymbol named && IsStructure(named))
            casing = TableCasing.Of(named, casing);
        if (!_positions.TryGetValue(casing, out Dictionary<ITypeSymbol, int>? positions))
            _positions.Add(casing, positions = new Dictionary<ITypeSymbol, int>(SymbolEqualityComparer.Default));
        if (positions.TryGetValue(type, out int known))
            return known;
        IsEndless |= TypeLimits.IsEndless(type, _shapes.Count);
        if (IsEndless)
            return -1;
        int position = _shapes.Count;
        positions.Add(type, position);
        _shapes.Add(null);
        ShapeModel? shape = Read(type, casing, NewName(type));
        _shapes[position] = shape;
        return shape is null ? positions[type] = -1 : position;
    }

    private static bool IsStructure(INamedTypeSymbol type) => type.TypeKind is TypeKind.Class or TypeKind.Struct && !type.IsAbstract && !IsOfFramework(type)
        && !type.IsTupleType && !type.IsRefLikeType;

    /// <summary>Returns whether a type is of the namespaces of which the store stores no structures.</summary>
    public static bool IsOfFramework(INamedTypeSymbol type)
        => type.ContainingNamespace.ToDisplayString() is var space && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal));

    private string NewName(ITypeSymbol type)
    {
        string name = SymbolNames.Describe(type);
        string candidate = name;
        for (int number = 2; !_names.Add(candidate); number++)
            candidate = $"{name}{number}";
        return candidate;
    }

    private ShapeModel? Read(ITypeSymbol type, TableCasing casing, string name)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            bool isStrict = ValueReader.IsPrimitive(array.ElementType) && array.ElementType is not IArrayTypeSymbol;
            return Collection(type, ShapeKind.List, array.ElementType, casing, name, isStrict) is { } list ? list with { IsArray = true } : null;
        }

        if (type is not INamedTypeSymbol named)
            return null;
        if (named.TypeArguments.LastOrDefault() is { } element)
        {
            bool isStrict = ValueReader.IsPrimitive(element);
            switch (named.FullName())
            {
                case "System.Collections.Generic.List":
                    return Collection(type, ShapeKind.List, element, casing, name, isStrict);
                case "System.Collections.Generic.HashSet" when isStrict:
                    return element.SpecialType == SpecialType.System_Boolean ? null : Collection(type, ShapeKind.Set, element, casing, name, isStrict);
                case "System.Collections.Generic.HashSet" or "System.Collections.Generic.SortedSet":
                    return Collection(type, ShapeKind.List, element, casing, name, isStrict: false);
                case "System.Collections.Generic.Dictionary" or "System.Collections.Generic.SortedDictionary"
                    when named.TypeArguments[0].SpecialType == SpecialType.System_String:
                    return Collection(type, ShapeKind.Dictionary, element, casing, name, isStrict: false);
            }
        }

        return IsStructure(named) && context.Structures.Read(named, casing) is { } structure
            ? new ShapeModel(ShapeKind.Structure, name, type.InCode()) { Structure = structure }
            : null;
    }

    private ShapeModel? Collection(ITypeSymbol type, ShapeKind kind, ITypeSymbol element, TableCasing casing, string name, bool isStrict)
    {
        // The SDK stores no streams in collections.
        if (!context.IsAccessible(element) || context.Values.OfType(element, casing) is not { Kind: not ValueKind.Stream } value)
            return null;
        context.Root(type);
        return new ShapeModel(kind, name, type.InCode())
        {
            Element = value,
            IsStrict = isStrict,
            SetType = kind == ShapeKind.Set ? ValueReader.SetTypeOf(element) : "",
        };
    }
}

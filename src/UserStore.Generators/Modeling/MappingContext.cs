using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>What is read of one user type, and what prevents its mapping.</summary>
internal sealed class MappingContext
{
    private readonly AttributeData? _mark;
    private readonly List<MappingDiagnostic> _diagnostics = [];
    private readonly List<RootedType> _rooted = [];

    public MappingContext(Compilation compilation, INamedTypeSymbol user, CancellationToken cancellation)
    {
        (Compilation, User, Cancellation) = (compilation, user, cancellation);
        _mark = user.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.FullName() == "UserStore.GenerateUserMappingAttribute");
        Accessors = new AccessorReader(this);
        Values = new ValueReader(this);
        Shapes = new ShapeReader(this);
        Structures = new StructureReader(this);
    }

    public Compilation Compilation { get; }

    public INamedTypeSymbol User { get; }

    public CancellationToken Cancellation { get; }

    public AccessorReader Accessors { get; }

    public ValueReader Values { get; }

    public ShapeReader Shapes { get; }

    public StructureReader Structures { get; }

    /// <summary>Gets or sets a value indicating whether a type of another assembly was read, whose private members the compiler leaves out.</summary>
    public bool HasForeignTypes { get; set; }

    public IReadOnlyList<MappingDiagnostic> Diagnostics => _diagnostics;

    public IReadOnlyList<RootedType> Rooted => _rooted;

    /// <summary>Keeps a type in a trimmed app, for the context.</summary>
    public void Root(ITypeSymbol type)
    {
        var rooted = new RootedType(type.InCode(), type.TypeKind == TypeKind.Enum);
        if (!_rooted.Contains(rooted))
            _rooted.Add(rooted);
    }

    public bool IsAccessible(ISymbol symbol) => Compilation.IsSymbolAccessibleWithin(symbol, Compilation.Assembly)
        && !(symbol is INamedTypeSymbol { IsFileLocal: true });

    public void ReportType(string rule, string reason)
        => Report(rule, _mark?.ApplicationSyntaxReference, User.Locations.FirstOrDefault(), User.InMessages(), reason);

    public void Report(string rule, ISymbol member, string reason)
        => Report(rule, null, member.Locations.FirstOrDefault(), $"{member.ContainingType.InMessages()}.{member.Name}", reason);

    public void Report(string rule, INamedTypeSymbol type, string reason)
        => Report(rule, null, type.Locations.FirstOrDefault(), type.InMessages(), reason);

    // The place of a member in another assembly is the attribute that asks for its mapping.
    private void Report(string rule, SyntaxReference? syntax, Location? location, string subject, string reason)
    {
        SyntaxReference? mark = syntax ?? (location?.IsInSource == true ? null : _mark?.ApplicationSyntaxReference);
        SourcePlace? place = SourcePlace.Of(mark is null ? location : Location.Create(mark.SyntaxTree, mark.Span));
        var diagnostic = new MappingDiagnostic(rule, place, subject, reason);
        if (!_diagnostics.Contains(diagnostic))
            _diagnostics.Add(diagnostic);
    }
}

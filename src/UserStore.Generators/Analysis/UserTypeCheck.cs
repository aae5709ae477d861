using Microsoft.CodeAnalysis;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Checks user types, and determines where each violation is reported: once, at the member if it is in the source.</summary>
internal sealed class UserTypeCheck(Compilation compilation)
{
    private readonly DescribedTypes _described = new(compilation);
    private readonly DerivedTypes _derived = new(compilation);

    /// <summary>Checks a declared type, if its declaration shows that it is one of users.</summary>
    public IEnumerable<Diagnostic> Declaration(INamedTypeSymbol type, CancellationToken cancellation)
    {
        if (!AnalyzedType.IsVisiblyUser(type))
            return [];
        var analyzed = new AnalyzedType(type, compilation, cancellation);
        return Violations(analyzed, hasMappingRules: !analyzed.IsMarked).Concat(Roles(analyzed))
            .Where(violation => (!violation.IsOfCreation || IsCreated(analyzed)) && !IsReportedAtBase(violation, type))
            .Select(violation => At(type.Locations[0], violation, type));
    }

    /// <summary>Checks a type where a store has it as its type argument, as far as its declaration is not checked.</summary>
    public IEnumerable<Diagnostic> Use(UserTypeUse use, CancellationToken cancellation)
    {
        INamedTypeSymbol type = use.Type;
        var analyzed = new AnalyzedType(type, compilation, cancellation);
        bool isDeclared = IsDeclaredHere(type) && AnalyzedType.IsVisiblyUser(type);
        IEnumerable<ModelViolation> violations = Violations(analyzed, hasMappingRules: !(isDeclared && analyzed.IsMarked));
        if (isDeclared || use.IsRegistration)
            violations = violations.Concat(Roles(analyzed));
        if (isDeclared)
            violations = violations.Where(violation => violation.IsOfCreation && !IsCreated(analyzed));
        if (use.IsRegistration && KeyRules.CheckMissing(analyzed) is { } missing && !_described.Contains(type))
            violations = violations.Append(missing);
        return violations.Where(violation => !IsReportedAtBase(violation, type)).Select(violation => At(use.Place, violation, declaring: null));
    }

    private static IEnumerable<ModelViolation> Violations(AnalyzedType type, bool hasMappingRules)
    {
        IEnumerable<ModelViolation> violations = MemberRules.Check(type).Concat(IndexRules.Check(type)).Concat(ConstructorRules.Check(type));
        return hasMappingRules ? violations.Concat(MemberRules.CheckMapping(type)).Concat(ConstructorRules.CheckMapping(type)) : violations;
    }

    // A mapping is generated for a type that users are created of.
    private bool IsCreated(AnalyzedType type) => type.IsMarked || _derived.IsFinal(type.Symbol);

    private ModelViolation[] Roles(AnalyzedType type)
    {
        ModelViolation[] violations = [.. KeyRules.Check(type), .. RoleRules.Check(type), .. UniqueRules.Check(type), .. EncryptionRules.Check(type)];
        return violations.Length > 0 && _described.Contains(type.Symbol) ? [] : violations;
    }

    private bool IsDeclaredHere(INamedTypeSymbol type) => SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, compilation.Assembly);

    // A derived type has the mistakes of its base type, which has them first.
    private bool IsReportedAtBase(ModelViolation violation, INamedTypeSymbol type)
        => !violation.IsOfCreation && violation.Symbol is { ContainingType: { } declaring } and not INamedTypeSymbol
            && !SymbolEqualityComparer.Default.Equals(declaring.OriginalDefinition, type.OriginalDefinition)
            && IsDeclaredHere(declaring) && AnalyzedType.IsVisiblyUser(declaring.OriginalDefinition);

    private bool IsHere(Location location) => location.SourceTree is { } tree && compilation.ContainsSyntaxTree(tree);

    private Diagnostic At(Location place, ModelViolation violation, INamedTypeSymbol? declaring)
    {
        ISymbol symbol = violation.Symbol;
        Location? own = symbol.Locations.FirstOrDefault(IsHere);
        bool isOwn = own is not null && declaring is not null && SymbolEqualityComparer.Default.Equals(symbol.ContainingType, declaring);
        Location[] changed = violation.ChangedPlace is { } attribute && IsHere(attribute) ? [attribute] : !isOwn && own is not null ? [own] : [];
        string subject = symbol is INamedTypeSymbol type ? type.InMessages() : $"{symbol.ContainingType.InMessages()}.{symbol.Name}";
        return Diagnostic.Create(ModelRules.ById(violation.Rule), isOwn ? own! : place, changed, subject, violation.Reason);
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Checks the unique values of users and their scopes, and indexed sets.</summary>
internal static class UniqueRules
{
    private const string Indexed = "IndexedAttribute";
    private const int MaxUniqueValues = 30;
    private const int MaxNameLength = 255;

    public static IEnumerable<ModelViolation> Check(AnalyzedType type)
    {
        StoredMember[] all = [.. type.StoredWith(attributes => MarkOf(attributes) is not null)];
        StoredMember[] keys = [.. KeyRules.KeysOf(type, "DynamoDBHashKeyAttribute"), .. KeyRules.KeysOf(type, "DynamoDBRangeKeyAttribute")];
        if (all.Length > MaxUniqueValues)
        {
            yield return new ModelViolation(
                ModelRules.UniqueName, type.LastOf(all).Symbol, $"is one of more than {MaxUniqueValues} unique values, which a transaction cannot hold; "
                    + "remove [Unique] or [Indexed] from properties");
        }

        foreach (ModelViolation same in SameNames(type, all))
            yield return same;
        foreach (StoredMember member in all)
        {
            AttributeData unique = MarkOf(member.Attributes)!;
            string mark = unique.AttributeClass!.Name == Indexed ? "[Indexed]" : "[Unique]";
            if (NameRule(unique) is { } rule)
                yield return new ModelViolation(ModelRules.UniqueName, member.Symbol, rule);
            if (unique.AttributeClass.Name != Indexed && member.Attributes.Own(Indexed) is not null)
                yield return new ModelViolation(ModelRules.UniqueName, member.Symbol, "has both [Unique] and [Indexed]; remove one of them");
            if (!StorableTypes.IsUnknown(member.Type) && (!HoldsStrings(member.Type) || member.Attributes.Converter is not null))
            {
                yield return new ModelViolation(
                    ModelRules.UniqueType,
                    member.Symbol,
                    $"has {mark} and is neither a string nor a HashSet<string>; make it one of them without a converter, or remove {mark}")
                {
                    ChangedPlace = unique.PlaceOf(),
                };
            }
            else if (keys.Contains(member))
            {
                yield return new ModelViolation(
                    ModelRules.UniqueKey, member.Symbol, $"has {mark} and is a part of the key, which is unique without it; remove {mark}")
                {
                    ChangedPlace = unique.PlaceOf(),
                };
            }
            else if (HasDefault(member, type))
            {
                yield return new ModelViolation(
                    ModelRules.UniqueDefault, member.Symbol, $"has {mark} and a default, which all users without a value would have; remove the default")
                {
                    IsOfCreation = true,
                };
            }

            if (ScopeRule(unique, type) is { } scopeRule)
                yield return new ModelViolation(ModelRules.UniqueScope, member.Symbol, scopeRule);
        }
    }

    private static AttributeData? MarkOf(SdkAttributes attributes) => attributes.Own("UniqueAttribute") ?? attributes.Own(Indexed);

    private static bool HoldsStrings(ITypeSymbol type) => type.SpecialType == SpecialType.System_String
        || type is INamedTypeSymbol { Name: "HashSet", TypeArguments.Length: 1 } set
            && set.TypeArguments[0].SpecialType == SpecialType.System_String
            && set.ContainingNamespace.ToDisplayString() == "System.Collections.Generic";

    private static string? NameOf(StoredMember member) => SdkAttributes.Argument(MarkOf(member.Attributes)!, "name") as string;

    private static IEnumerable<ModelViolation> SameNames(AnalyzedType type, StoredMember[] all) => all
        .Where(member => NameOf(member) is not null).GroupBy(NameOf).Where(named => named.Skip(1).Any()).Select(named => new ModelViolation(
            ModelRules.UniqueName, type.LastOf([.. named]).Symbol, $"has a unique value with the name '{named.Key}', which another property has; rename one"));

    private static string? NameRule(AttributeData unique)
    {
        if (SdkAttributes.Argument(unique, "name") is string { Length: 0 or > MaxNameLength })
            return $"has a unique value whose name is empty or longer than {MaxNameLength} characters; give it another name";
        if (SdkAttributes.Argument(unique, "Normalization") is not int normalization)
            return null;
        INamedTypeSymbol? values = unique.AttributeClass!.GetMembers("Normalization").OfType<IPropertySymbol>().FirstOrDefault()?.Type as INamedTypeSymbol;
        return values is null || values.GetMembers().OfType<IFieldSymbol>().Any(value => value.ConstantValue is int defined && defined == normalization)
            ? null
            : "has a unique value whose normalization is not defined; use a value of UniqueValueNormalization";
    }

    private static string? ScopeRule(AttributeData unique, AnalyzedType type)
    {
        if (SdkAttributes.Argument(unique, "Within") is not string name)
            return null;
        if (type.Stored.FirstOrDefault(member => member.Name == name) is not { } scope)
            return type.IsComplete ? $"is unique within {name}, which is not a stored property; use a stored property" : null;
        if (!scope.FitsKey())
            return $"is unique within {name}, which is neither a string nor a Guid nor an integer up to long; use a property of such a type";
        return RoleRules.IsMaintained(scope) ? $"is unique within {name}, which the store changes at every write; use another property" : null;
    }

    // Only what every new user has: a constructor that is written out may set another value.
    private static bool HasDefault(StoredMember member, AnalyzedType type)
    {
        for (INamedTypeSymbol? created = type.Symbol; created is not null; created = created.BaseType)
        {
            if (!created.InstanceConstructors.Any(constructor => constructor is { Parameters.Length: 0, IsImplicitlyDeclared: true }))
                return false;
            if (SymbolEqualityComparer.Default.Equals(created, member.Symbol.ContainingType))
                break;
        }

        return member.Symbol.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(type.Cancellation)
            is PropertyDeclarationSyntax { Initializer.Value: { } value } && IsString(value));
    }

    private static bool IsString(ExpressionSyntax value) => value.IsKind(SyntaxKind.StringLiteralExpression)
        || value is InterpolatedStringExpressionSyntax
        || value is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Empty", Expression: PredefinedTypeSyntax type }
            && type.Keyword.IsKind(SyntaxKind.StringKeyword);
}

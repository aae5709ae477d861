using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Modeling;

/// <summary>Reads a user type, as far as its mapping depends on it.</summary>
internal static class UserTypeReader
{
    private static readonly ConditionalWeakTable<Compilation, Compilation> Complete = new();

    public static UserTypeResult Read(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        var context = new MappingContext(compilation, type, cancellation);
        UserTypeModel? model = Read(context);
        if (context.HasForeignTypes && compilation.Options.MetadataImportOptions != MetadataImportOptions.All
            && FindAgain(type, compilation) is (var complete, { } again))
        {
            context = new MappingContext(complete, again, cancellation);
            model = Read(context);
        }

        return new UserTypeResult(context.Diagnostics.Count == 0 ? model : null, new(context.Diagnostics));
    }

    // The compiler reads private members of other assemblies only with an option.
    private static (Compilation Complete, INamedTypeSymbol? Type) FindAgain(INamedTypeSymbol type, Compilation compilation)
    {
        Compilation complete = Complete.GetValue(
            compilation, static partial => partial.WithOptions(partial.Options.WithMetadataImportOptions(MetadataImportOptions.All)));
        return (complete, complete.Assembly.GetTypeByMetadataName(SymbolNames.MetadataName(type)));
    }

    private static UserTypeModel? Read(MappingContext context)
    {
        INamedTypeSymbol type = context.User;
        if (((CSharpCompilation)context.Compilation).LanguageVersion < LanguageVersion.CSharp11)
        {
            context.ReportType(MappingRules.Language, "cannot be mapped by generated code, which needs C# 11 or later; set LangVersion in the project, or "
                + "remove [GenerateUserMapping]");
            return null;
        }

        if (Violation(context) is { } reason)
        {
            context.ReportType(MappingRules.Type, reason);
            return null;
        }

        if (context.Structures.ReadUser(type) is not { } user)
        {
            if (context.Diagnostics.Count == 0)
                context.ReportType(MappingRules.Type, "cannot be mapped by generated code; remove [GenerateUserMapping]");
            return null;
        }

        string setRevision = RevisionOf(type) is { } revision ? context.Accessors.Setter(revision, type) : "";
        TypeDeclaration? declaration = new DeclarationReader(context).Read(user, StructureReader.StoredIn(type));
        return new UserTypeModel(
            SymbolNames.ClassName(type), user, new(context.Shapes.Shapes), new(context.Accessors.Accessors), new(context.Rooted), setRevision)
        {
            Declaration = declaration,
        };
    }

    private static string? Violation(MappingContext context)
    {
        INamedTypeSymbol type = context.User;
        if (type.TypeKind != TypeKind.Class)
            return "is not a class; make it one";
        if (type.IsStatic || type.IsAbstract)
            return "is abstract or static; mark a type that users are created of";
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.IsGenericType)
                return "is generic, or in a generic type; derive a class without type parameters from it, and mark that";
        }

        if (!context.IsAccessible(type))
            return "is private or local to a file; make it, and the types around it, internal or public";
        for (INamedTypeSymbol? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            if (declaring.GetMembers().FirstOrDefault(member => member is IFieldSymbol { IsStatic: false, DeclaredAccessibility: Accessibility.Public }
                && !SdkAttributes.Of(member).IsIgnored) is { } field)
            {
                return $"has a public field {field.Name}; make it a property, or mark it with [DynamoDBIgnore]";
            }
        }

        return null;
    }

    // The library itself sets that of its own user type.
    private static StoredMember? RevisionOf(INamedTypeSymbol type) => StructureReader.IsUser(type)
        ? null
        : StoredMembers.Of(type, null).FirstOrDefault(
            member => member.Attributes.IsRevision && member.CanWrite && member.Type.SpecialType == SpecialType.System_String);
}

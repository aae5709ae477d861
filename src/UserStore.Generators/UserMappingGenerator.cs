using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using UserStore.Generators.Modeling;
using UserStore.Generators.Writing;

namespace UserStore.Generators;

/// <summary>Generates the mapping of every class with <c>[GenerateUserMapping]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class UserMappingGenerator : IIncrementalGenerator
{
    internal const string ModelStep = "UserTypes";

    private const string Attribute = "UserStore.GenerateUserMappingAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<UserTypeResult> types = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                Attribute,
                static (node, _) => node is TypeDeclarationSyntax,
                static (marked, cancellation) => IsFirstMark(marked)
                    ? UserTypeReader.Read((INamedTypeSymbol)marked.TargetSymbol, marked.SemanticModel.Compilation, cancellation)
                    : new UserTypeResult(null, default))
            .WithTrackingName(ModelStep);
        context.RegisterSourceOutput(types, static (output, type) =>
        {
            foreach (MappingDiagnostic diagnostic in type.Diagnostics)
                output.ReportDiagnostic(diagnostic.ToDiagnostic());
            if (type.Model is { } model)
                output.AddSource($"{model.ClassName}.g.cs", SourceText.From(MappingWriter.Write(model), Encoding.UTF8));
        });
    }

    // The compiler reports the attribute on two parts of a class, and the mappings of the other types must not depend on it.
    private static bool IsFirstMark(GeneratorAttributeSyntaxContext marked)
    {
        SyntaxReference? first = marked.TargetSymbol.GetAttributes()
            .FirstOrDefault(attribute => attribute.AttributeClass?.FullName() == Attribute)?.ApplicationSyntaxReference;
        return first is null || (first.SyntaxTree == marked.TargetNode.SyntaxTree && marked.TargetNode.Span.Contains(first.Span));
    }
}

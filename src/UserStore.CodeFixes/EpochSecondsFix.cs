using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using UserStore.Generators.Analysis;
using UserStore.Generators.Modeling;

namespace UserStore.CodeFixes;

/// <summary>Gives an expiry the converter that stores what DynamoDB's time to live requires.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(EpochSecondsFix)), Shared]
public sealed class EpochSecondsFix() : ModelCodeFix("Store the expiry as epoch seconds", ModelRules.Expiry)
{
    private const string Converter = "typeof(global::UserStore.EpochSecondsConverter)";

    /// <inheritdoc/>
    protected override (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model)
    {
        SyntaxNode? declaration = place.FirstAncestorOrSelf<SyntaxNode>(node => node is PropertyDeclarationSyntax or ParameterSyntax);
        (TypeSyntax? type, SyntaxList<AttributeListSyntax> lists) = declaration switch
        {
            PropertyDeclarationSyntax property => (property.Type, property.AttributeLists),
            ParameterSyntax parameter => (parameter.Type, parameter.AttributeLists),
            _ => (null, default),
        };
        if (declaration is null || type is null || model.GetTypeInfo(type).Type is not { } value || !ValueReader.IsInstant(value))
            return null;
        AttributeSyntax? named = lists.SelectMany(list => list.Attributes).FirstOrDefault(
            attribute => model.GetTypeInfo(attribute).Type.IsOfSdk("DynamoDBPropertyAttribute"));
        if (named is null)
            return (declaration, declaration.WithAttribute($"DynamoDBProperty({Converter})"));
        bool hasConverter = named.ArgumentList?.Arguments.Any(argument => argument.Expression is TypeOfExpressionSyntax) == true;
        AttributeArgumentSyntax added = SyntaxFactory.AttributeArgument(SyntaxFactory.ParseExpression(Converter));
        if (hasConverter)
            return null;
        SeparatedSyntaxList<AttributeArgumentSyntax> arguments = (named.ArgumentList?.Arguments ?? default).Insert(PositionalIn(named), added);
        return (named, named.WithArgumentList(SyntaxFactory.AttributeArgumentList(arguments))
            .WithAdditionalAnnotations(Formatter.Annotation, Simplifier.Annotation));
    }

    private static int PositionalIn(AttributeSyntax attribute)
        => attribute.ArgumentList?.Arguments.TakeWhile(argument => argument.NameEquals is null).Count() ?? 0;
}

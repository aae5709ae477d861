using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Writing;

/// <summary>Names of the support library in generated code.</summary>
internal static class Names
{
    public const string Mapping = "global::UserStore.Mapping.";
    public const string Declarations = "global::UserStore.Declarations.";
    public const string Reader = $"ref {Mapping}ItemReader item";
    public const string Writer = $"{Mapping}ItemWriter writer";
    public const string Accessor = "global::System.Runtime.CompilerServices.UnsafeAccessor";
    public const string EncodedText = "global::System.Text.Json.JsonEncodedText";

    /// <summary>Returns an array of strings. Collections as <c>params</c> are newer than C# 11.</summary>
    public static string Array(IEnumerable<string> texts) => $"new string[] {{ {string.Join(", ", texts.Select(Literal))} }}";

    public static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}

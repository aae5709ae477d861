using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Tests.Generation;

/// <summary>Source that compiles, of which generated code could not.</summary>
public sealed class UnusualSourceTests
{
    private const string Key = "[DynamoDBHashKey] public string? Id { get; set; }";

    [Theory]
    [InlineData("[GenerateUserMapping] public class Customer { #KEY# } [GenerateUserMapping] public class CUSTOMER { #KEY# }")]
    [InlineData("namespace A.b { [GenerateUserMapping] public class C { #KEY# } } namespace A.B { [GenerateUserMapping] public class C { #KEY# } }")]
    public void Types_whose_names_differ_by_case_have_mappings_of_their_own(string source)
    {
        GeneratorRun run = Run(source);

        run.Diagnostics.Should().BeEmpty();
        run.CompilerDiagnostics.Should().BeEmpty();
        run.Sources.Should().HaveCount(2);
    }

    [Fact]
    public void A_type_that_is_marked_twice_is_mapped_once()
    {
        GeneratorRun run = GeneratorRun.OfMistake(
            $"[GenerateUserMapping] public partial class A {{ {Key} }} [GenerateUserMapping] public partial class A; "
                + $"[GenerateUserMapping] public class B {{ {Key} }}",
            "CS0579");

        run.Diagnostics.Should().BeEmpty();
        run.CompilerDiagnostics.Select(diagnostic => diagnostic.Id).Should().Equal("CS0579");
        run.Sources.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp11)]
    [InlineData(LanguageVersion.CSharp12)]
    public void Generated_code_compiles_in_every_version_from_CSharp_11_on(LanguageVersion version)
    {
        GeneratorRun run = GeneratorRun.Of(
            $"[GenerateUserMapping] public class Customer {{ {Key} public HashSet<string>? Names {{ get; set; }} public Part? Part {{ get; set; }} }} "
                + "public class Part { public int A { get; private set; } public int B { get; set; } }",
            version);

        run.Diagnostics.Should().BeEmpty();
        run.CompilerDiagnostics.Should().BeEmpty();
    }

    [Theory]
    [InlineData("[Obsolete(\"No.\", DiagnosticId = \"OWN1\")] public class Part { public int A { get; set; } }\n#pragma warning disable OWN1\n")]
    [InlineData("[System.Diagnostics.CodeAnalysis.Experimental(\"OWN1\")] public class Part { public int A { get; set; } }\n#pragma warning disable OWN1\n")]
    [InlineData("public class Part { [Obsolete(\"No.\", DiagnosticId = \"OWN1\")] public int A { get; set; } }")]
    [InlineData("public class Part { [System.Diagnostics.CodeAnalysis.Experimental(\"OWN1\")] public int A { get; set; } }")]
    [InlineData("[Obsolete(\"No.\", true)] public class Part { public int A { get; set; } }", "[Obsolete]")]
    [InlineData("[Obsolete(\"No.\", true)] public enum Part { A }", "[Obsolete]")]
    [InlineData("public class Part { [Obsolete(\"No.\", true)] public Part() { } public int A { get; set; } }")]
    public void What_is_obsolete_or_experimental_is_mapped(string part, string mark = "")
    {
        GeneratorRun run = Run($"{part} [GenerateUserMapping] public class Customer {{ #KEY# {mark} public Part? Part {{ get; set; }} {mark} "
            + "public List<Part>? Parts { get; set; } }");

        run.Diagnostics.Should().BeEmpty();
        run.CompilerDiagnostics.Should().BeEmpty();
    }

    [Theory]
    [InlineData("[Obsolete(\"No.\", true)] [GenerateUserMapping] public class Customer { #KEY# }")]
    [InlineData("[System.Diagnostics.CodeAnalysis.Experimental(\"OWN1\")] [GenerateUserMapping] public class Customer { #KEY# }")]
    [InlineData(
        "[GenerateUserMapping] public class Customer { #KEY# [DynamoDBProperty(typeof(Own))] public string? A { get; set; } } public class Own "
            + ": IPropertyConverter { [Obsolete(\"No.\", true)] public Own() { } public DynamoDBEntry ToEntry(object value) => null!; "
            + "public object FromEntry(DynamoDBEntry entry) => entry; }")]
    public void A_user_type_or_converter_that_is_obsolete_or_experimental_is_mapped(string source)
    {
        GeneratorRun run = Run(source);

        run.Diagnostics.Should().BeEmpty();
        run.CompilerDiagnostics.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("where @class : IComparable<@class>")]
    public void A_type_parameter_that_is_a_keyword_is_escaped(string constraint)
    {
        GeneratorRun run = Run($"public abstract class Base<@class> {constraint} {{ public @class? Hidden {{ get; private set; }} }} "
            + "[GenerateUserMapping] public class Customer : Base<string> { #KEY# }");

        run.Diagnostics.Should().BeEmpty();
        run.CompilerDiagnostics.Should().BeEmpty();
    }

    private static GeneratorRun Run(string source) => GeneratorRun.Of(source.Replace("#KEY#", Key, StringComparison.Ordinal));
}

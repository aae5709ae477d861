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

    private static GeneratorRun Run(string source) => GeneratorRun.Of(source.Replace("#KEY#", Key, StringComparison.Ordinal));
}

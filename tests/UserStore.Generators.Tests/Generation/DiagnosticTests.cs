using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Tests.Generation;

public sealed class DiagnosticTests
{
    private const string Hidden = "private class Hidden { public int X { get; set; } }";
    private const string Key = "[DynamoDBHashKey] public string? Id { get; set; }";

    [Theory]
    [InlineData("public abstract class Customer { " + Key + " }", "abstract")]
    [InlineData("public class Customer<T> { " + Key + " }", "generic")]
    [InlineData("public class Outer<T> { #MARK# public class Customer { " + Key + " } }", "generic")]
    [InlineData("public class Outer { #MARK# private class Customer { " + Key + " } }", "private")]
    [InlineData("file class Customer { " + Key + " }", "private or local to a file")]
    [InlineData("public class Customer { " + Key + " public int Number; }", "public field Number")]
    public void A_type_that_cannot_be_mapped_is_reported_at_the_attribute(string declaration, string reason)
    {
        GeneratorRun run = Run(declaration);

        Diagnostic diagnostic = Single(run, "USG001", reason);
        diagnostic.GetMessage().Should().StartWith(diagnostic.GetMessage().Contains("Outer", StringComparison.Ordinal) ? "Outer" : "Customer");
        TextAt(diagnostic, run).Should().Be("GenerateUserMapping");
    }

    [Theory]
    [InlineData("USG002", "Place", "public class Customer { " + Key + " private Hidden? Place { get; set; } " + Hidden + " }", "Hidden")]
    [InlineData("USG002", "Places", "public class Customer { " + Key + " private List<Hidden>? Places { get; set; } " + Hidden + " }", "Hidden")]
    [InlineData(
        "USG003", "Shape", "public class Customer { " + Key + " [DynamoDBPolymorphicType(\"c\", typeof(Circle))] public Shape? Shape { get; set; } } "
            + "public class Shape { public int X { get; set; } } public class Circle : Shape;",
        "DynamoDBPolymorphicType")]
    [InlineData(
        "USG003", "Shape", "public class Customer { " + Key + " public Shape? Shape { get; set; } } [DynamoDBPolymorphicType(\"c\", typeof(Circle))] "
            + "public class Shape { public int X { get; set; } } public class Circle : Shape;",
        "DynamoDBPolymorphicType")]
    [InlineData(
        "USG004", "Part", "public class Customer { " + Key + " [DynamoDBFlatten] public Part? Part { get; set; } } "
            + "public class Part(int x) { public int X { get; set; } = x; }",
        "parameters")]
    [InlineData(
        "USG004", "Inner", "public class Customer { " + Key + " public Part? Part { get; set; } } "
            + "public class Part { [DynamoDBFlatten] public Leaf? Inner { get; set; } } public class Leaf { public int X { get; set; } }",
        "user itself")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public object? Any { get; set; } }", "object")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public IList<string>? Any { get; set; } }", "IList<string>")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public Dictionary<int, string>? Any { get; set; } }", "Dictionary<int, string>")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public List<DateTimeOffset>? Any { get; set; } }", "List<DateTimeOffset>")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public HashSet<bool>? Any { get; set; } }", "HashSet<bool>")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public int[,]? Any { get; set; } }", "int[,]")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public (int, int) Any { get; set; } }", "(int, int)")]
    [InlineData("USG005", "Any", "public class Customer { " + Key + " public TimeSpan Any { get; set; } }", "TimeSpan")]
    [InlineData(
        "USG005", "Next", "public class Customer { " + Key + " public Node<int>? Node { get; set; } public List<string>? Texts { get; set; } } "
            + "public class Node<T> { public Node<Node<T>>? Next { get; set; } public T? Value { get; set; } }",
        "Node<T>.Next is of Node<Node<T>>")]
    [InlineData(
        "USG005", "Next", "public class Customer { " + Key + " public Node<int>? Node { get; set; } } public class Pair<T> { public T? Value { get; set; } } "
            + "public class Node<T> { public Node<Dictionary<string, Pair<T[]>>>[]? Next { get; set; } }",
        "Node<T>.Next is of Node<Dictionary<string, Pair<T[]>>>[]")]
    [InlineData(
        "USG005", "Next", "public class Customer { " + Key + " public Outer<int>.Node? Node { get; set; } } "
            + "public class Outer<T> { public class Node { public Outer<Node>.Node? Next { get; set; } } }",
        "Node.Next is of Outer<Outer<T>.Node>.Node")]
    [InlineData(
        "USG005", "Part", "public class Customer { " + Key + " public Part? Part { get; set; } } public class Part { public int X => 1; }", "no members")]
    [InlineData(
        "USG006", "Part", "public class Customer { " + Key + " public Part? Part { get; set; } } "
            + "public class Part { public Part(int x) => X = x; public Part(int x, int y) => X = x + y; public int X { get; set; } }",
        "constructor")]
    [InlineData("USG006", "Customer", "public class Customer(int other) { " + Key + " public int Number { get; set; } = other; }", "'other'")]
    [InlineData("USG007", "Customer", "public class Customer { " + Key + " [DynamoDBProperty(\"Id\")] public int Number { get; set; } }", "'Id'")]
    [InlineData(
        "USG007", "Number", "public class Customer { " + Key + " [Own] public int Number { get; set; } } "
            + "public class OwnAttribute : DynamoDBPropertyAttribute;",
        "OwnAttribute")]
    [InlineData(
        "USG008", "Text", "public class Customer { " + Key + " [DynamoDBProperty(typeof(Hidden))] public string? Text { get; set; } "
            + "private class Hidden : IPropertyConverter { public DynamoDBEntry ToEntry(object value) => null!; "
            + "public object FromEntry(DynamoDBEntry entry) => entry; } }",
        "Hidden")]
    [InlineData(
        "USG008", "Text", "public class Customer { " + Key + " [DynamoDBProperty(typeof(Own))] public string? Text { get; set; } } "
            + "public class Own : IPropertyConverter { public required int Format { get; set; } public DynamoDBEntry ToEntry(object value) => null!; "
            + "public object FromEntry(DynamoDBEntry entry) => entry; }",
        "without required members")]
    public void What_cannot_be_mapped_is_reported_with_type_property_and_remedy(string id, string place, string declaration, string reason)
    {
        GeneratorRun run = Run(declaration);

        Diagnostic diagnostic = Single(run, id, reason);
        TextAt(diagnostic, run).Should().Be(place);
        run.Sources.Should().BeEmpty();
    }

    [Fact]
    public void A_property_of_another_assembly_is_reported_at_the_attribute()
    {
        MetadataReference library = GeneratorRun.Library(
            "public class Foreign { [DynamoDBHashKey] public string? Id { get; set; } private object? Any { get; set; } }");

        GeneratorRun run = GeneratorRun.Of("[GenerateUserMapping] public class Customer : Foreign;", library);

        TextAt(Single(run, "USG005", "Any"), run).Should().Be("GenerateUserMapping");
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp8)]
    [InlineData(LanguageVersion.CSharp10)]
    public void A_version_of_CSharp_that_is_too_old_is_reported_at_the_attribute(LanguageVersion version)
    {
        GeneratorRun run = GeneratorRun.Of($"[GenerateUserMapping] public class Customer {{ {Key} }}", version);

        TextAt(Single(run, "USG009", "C# 11"), run).Should().Be("GenerateUserMapping");
    }

    private static GeneratorRun Run(string declaration) => GeneratorRun.Of(declaration.Contains("#MARK#", StringComparison.Ordinal)
        ? declaration.Replace("#MARK#", "[GenerateUserMapping]", StringComparison.Ordinal)
        : $"[GenerateUserMapping] {declaration}");

    private static Diagnostic Single(GeneratorRun run, string id, string reason)
    {
        Diagnostic diagnostic = run.Diagnostics.Should().ContainSingle().Which;
        (diagnostic.Id, diagnostic.Descriptor.Category, diagnostic.Severity).Should().Be((id, "UserStore.Mapping", DiagnosticSeverity.Error));
        diagnostic.Descriptor.HelpLinkUri.Should().Be($"docs/generated-mapping.md#{id.ToLowerInvariant()}");
        diagnostic.GetMessage().Should().Contain(reason).And.Contain(";", "the message says the remedy");
        run.Sources.Should().BeEmpty();
        return diagnostic;
    }

    private static string TextAt(Diagnostic diagnostic, GeneratorRun run)
        => run.Before.SyntaxTrees.Single().ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length);
}

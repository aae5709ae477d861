using Amazon.DynamoDBv2.DataModel;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Tests.Generation;

/// <summary>Compiles source with the generator.</summary>
internal sealed class GeneratorRun
{
    private const string Usings = "#nullable enable\nusing System;\nusing System.Collections.Generic;\nusing Amazon.DynamoDBv2.DataModel;\n"
        + "using Amazon.DynamoDBv2.DocumentModel;\nusing UserStore;\n";

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(User).Assembly.Location).Append(typeof(DynamoDBTableAttribute).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private GeneratorRun(Compilation compilation, GeneratorDriver driver)
    {
        Driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation after, out _);
        (Before, After) = (compilation, after);
    }

    public GeneratorDriver Driver { get; }

    public Compilation Before { get; }

    public Compilation After { get; }

    public IReadOnlyList<Diagnostic> Diagnostics => Driver.GetRunResult().Diagnostics;

    public IReadOnlyList<string> Sources => [.. Driver.GetRunResult().GeneratedTrees.Select(tree => tree.ToString())];

    /// <summary>Gets the errors and warnings of the compiler in the source and in what was generated.</summary>
    public IReadOnlyList<Diagnostic> CompilerDiagnostics
        => [.. After.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)];

    public static GeneratorRun Of(string source, params MetadataReference[] references)
    {
        Compilation compilation = Compile("Service", Usings + source, references);
        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Should().BeEmpty("the test has no mistake");
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new UserMappingGenerator().AsSourceGenerator()],
            parseOptions: ParseOptions,
            driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));
        return new GeneratorRun(compilation, driver);
    }

    public static MetadataReference Library(string source)
    {
        using var image = new MemoryStream();
        Compile("Library", Usings + source, []).Emit(image).Success.Should().BeTrue();
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    /// <summary>Runs the generator again after a file was added.</summary>
    public GeneratorRun With(string source) => new(Before.AddSyntaxTrees(CSharpSyntaxTree.ParseText(source, ParseOptions)), Driver);

    private static CSharpCompilation Compile(string assembly, string source, MetadataReference[] references) => CSharpCompilation.Create(
        assembly,
        [CSharpSyntaxTree.ParseText(source, ParseOptions, path: "Service.cs")],
        [.. References, .. references],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));
}

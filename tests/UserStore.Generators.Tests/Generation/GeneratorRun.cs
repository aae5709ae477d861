using Amazon.DynamoDBv2.DataModel;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Tests.Generation;

/// <summary>Compiles source with the generator.</summary>
internal sealed class GeneratorRun
{
    private const string Usings = "#nullable enable\nusing System;\nusing System.Collections.Generic;\nusing Amazon.DynamoDBv2.DataModel;\n"
        + "using Amazon.DynamoDBv2.DocumentModel;\nusing UserStore;\n";

    private static readonly CSharpParseOptions Latest = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(User).Assembly.Location).Append(typeof(DynamoDBTableAttribute).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly CSharpParseOptions _options;

    private GeneratorRun(Compilation compilation, GeneratorDriver driver, CSharpParseOptions options)
    {
        _options = options;
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

    public static GeneratorRun Of(string source, params MetadataReference[] references) => Of(source, Latest, null, references);

    public static GeneratorRun Of(string source, LanguageVersion version) => Of(source, new CSharpParseOptions(version), null, []);

    /// <summary>Compiles source with one mistake.</summary>
    public static GeneratorRun OfMistake(string source, string error) => Of(source, Latest, error, []);

    private static GeneratorRun Of(string source, CSharpParseOptions options, string? error, MetadataReference[] references)
    {
        Compilation compilation = Compile("Service", Usings + source, options, references);
        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(diagnostic => diagnostic.Id)
            .Should().Equal(error is null ? [] : [error], "the test has no other mistake");
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new UserMappingGenerator().AsSourceGenerator()],
            parseOptions: options,
            driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));
        return new GeneratorRun(compilation, driver, options);
    }

    public static MetadataReference Library(string source)
    {
        using var image = new MemoryStream();
        Compile("Library", Usings + source, Latest, []).Emit(image).Success.Should().BeTrue();
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    /// <summary>Runs the generator again after a file was added.</summary>
    public GeneratorRun With(string source) => new(Before.AddSyntaxTrees(CSharpSyntaxTree.ParseText(source, _options)), Driver, _options);

    private static CSharpCompilation Compile(
        string assembly, string source, CSharpParseOptions options, MetadataReference[] references) => CSharpCompilation.Create(
        assembly,
        [CSharpSyntaxTree.ParseText(source, options, path: "Service.cs")],
        [.. References, .. references],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));
}

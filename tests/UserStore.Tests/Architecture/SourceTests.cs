namespace UserStore.Tests.Architecture;

/// <summary>Limits of source files that no analyzer enforces.</summary>
public sealed class SourceTests
{
    private const int MaxLines = 300;

    internal static readonly string Root = FindRoot();

    [Fact]
    public void No_line_is_longer_than_the_editor_configuration_allows()
    {
        string setting = File.ReadLines(Path.Combine(Root, ".editorconfig")).Single(line => line.StartsWith("max_line_length", StringComparison.Ordinal));
        int max = int.Parse(setting.Split('=')[1]);

        Sources().SelectMany(file => File.ReadLines(file).Select((line, at) => (Place: $"{Path.GetRelativePath(Root, file)}:{at + 1}", line.Length)))
            .Where(line => line.Length > max).Should().BeEmpty();
    }

    [Fact]
    public void No_file_is_longer_than_300_lines()
        => Sources().Select(file => (File: Path.GetRelativePath(Root, file), Lines: File.ReadLines(file).Count()))
            .Where(source => source.Lines > MaxLines).Should().BeEmpty();

    private static IEnumerable<string> Sources()
    {
        string[] files = [.. new[] { "src", "tests", "samples", "benchmarks" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))];
        files.Should().HaveCountGreaterThan(200);
        return files;
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "UserStore.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run below the folder of UserStore.sln.");
    }
}

using System.Text.RegularExpressions;

namespace UserStore.Tests.Documentation;

public sealed partial class ReadmeTests
{
    private static string Read(string file)
        => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documentation", file)).ReplaceLineEndings("\n");

    [Fact]
    public void Every_line_of_code_in_the_README_is_compiled_and_run_in_the_examples()
    {
        string[] examples = Lines(Read("ReadmeExamples.cs"));
        string[] blocks = [.. CodeBlocks().Matches(Read("README.md")).Select(match => match.Groups["code"].Value)];

        blocks.Should().HaveCountGreaterThan(4);
        foreach (string block in blocks)
            Lines(block).Should().BeSubsetOf(examples);
    }

    [Fact]
    public void Every_option_is_in_the_table_of_options_and_every_error_in_the_table_of_errors()
    {
        string readme = Read("README.md");

        readme.Should().ContainAll(typeof(UserStoreOptions).GetProperties().Select(option => $"`{option.Name}`"));
        readme.Should().ContainAll(typeof(User).Assembly.GetExportedTypes()
            .Where(type => type.IsAssignableTo(typeof(UserStoreException)) && !type.IsAbstract).Select(type => $"| `{type.Name}` |"));
    }

    private static string[] Lines(string code)
        => [.. code.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlocks();
}

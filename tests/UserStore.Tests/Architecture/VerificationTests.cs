using System.Text.Json;
using System.Text.RegularExpressions;

namespace UserStore.Tests.Architecture;

/// <summary>The commands of docs/verification.md run something.</summary>
public sealed partial class VerificationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTests.Root, "docs", "verification.md"));

    [Fact]
    public void Every_filter_of_a_test_command_selects_a_test_class_of_its_project()
    {
        (string Project, string Filter)[] commands = [.. TestCommand().Matches(Page)
            .Select(match => (match.Groups["project"].Value, match.Groups["filter"].Value))];

        commands.Should().HaveCountGreaterThan(10);
        foreach ((string project, string filter) in commands)
        {
            string[] classes = ClassesOf(project);
            classes.Should().NotBeEmpty(project);
            foreach (string term in filter.Split(['|', '&', '(', ')'], StringSplitOptions.RemoveEmptyEntries))
                Selects(term, classes, project).Should().BeTrue("{0} selects tests of {1}", term, project);
        }
    }

    [Fact]
    public void Every_program_of_a_command_exists_and_knows_the_first_argument()
    {
        Match[] commands = RunCommand().Matches(Page).ToArray();

        commands.Should().NotBeEmpty();
        foreach (Match command in commands)
        {
            string program = Path.Combine(SourceTests.Root, command.Groups["project"].Value, "Program.cs");
            File.ReadAllText(program).Should().Contain($"\"{command.Groups["verb"].Value}\"", program);
        }
    }

    [Fact]
    public void Every_configuration_of_mutations_names_projects_filters_and_files_that_exist()
    {
        string[] files = [.. MutationCommand().Matches(Page).Select(match => match.Groups["file"].Value)];
        string sources = Path.Combine(SourceTests.Root, "src", "UserStore");

        files.Should().BeEquivalentTo(Directory.GetFiles(Path.Combine(SourceTests.Root, "tests", "Mutation")).Select(Path.GetFileName));
        foreach (string file in files)
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(SourceTests.Root, "tests", "Mutation", file)));
            JsonElement config = json.RootElement.GetProperty("stryker-config");
            string[] projects = [.. config.GetProperty("test-projects").EnumerateArray()
                .Select(project => Path.GetRelativePath(SourceTests.Root, Path.GetDirectoryName(Path.GetFullPath(project.GetString()!, sources))!))];
            foreach (string pattern in config.GetProperty("mutate").EnumerateArray().Select(pattern => pattern.GetString()!))
            {
                string folder = Path.Combine(sources, pattern[..pattern.LastIndexOf('/')].Replace("/**", "", StringComparison.Ordinal));
                Directory.GetFiles(folder, pattern[(pattern.LastIndexOf('/') + 1)..]).Should().NotBeEmpty(pattern);
            }

            foreach (string term in config.GetProperty("test-case-filter").GetString()!.Split(['|', '&', '(', ')'], StringSplitOptions.RemoveEmptyEntries))
                projects.Any(project => Selects(term, ClassesOf(project), project)).Should().BeTrue("{0} of {1} selects tests", term, file);
        }
    }

    private static bool Selects(string term, string[] classes, string project) => term.Split(["!~", "~", "="], StringSplitOptions.None) switch
    {
        ["FullyQualifiedName", var part] => classes.Any(name => name.Contains(part, StringComparison.Ordinal)),
        _ => false,
    };

    private static string[] ClassesOf(string project) => [.. Sources(project).SelectMany(file =>
    {
        string text = File.ReadAllText(file);
        string space = Namespace().Match(text).Groups["name"].Value;
        return Class().Matches(text).Select(match => $"{space}.{match.Groups["name"].Value}");
    })];

    private static IEnumerable<string> Sources(string project)
        => Directory.EnumerateFiles(Path.Combine(SourceTests.Root, project), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(SourceTests.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [GeneratedRegex("""^    [^\n]*\bdotnet test (?<project>tests/\S+)(?: --filter "?(?<filter>[^"\s]+)"?)?""", RegexOptions.Multiline)]
    private static partial Regex TestCommand();

    [GeneratedRegex(@"^    [^\n]*\bdotnet run --project (?<project>\S+)[^\n]* -- (?<verb>\S+)", RegexOptions.Multiline)]
    private static partial Regex RunCommand();

    [GeneratedRegex(@"^    [^\n]*\bdotnet stryker --config-file \.\./\.\./tests/Mutation/(?<file>\S+)", RegexOptions.Multiline)]
    private static partial Regex MutationCommand();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?:public|internal) (?:sealed |abstract |static |partial )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Class();
}

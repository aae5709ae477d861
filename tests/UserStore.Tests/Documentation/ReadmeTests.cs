using System.Text.RegularExpressions;
using UserStore.Migrations;
using UserStore.Replication;

namespace UserStore.Tests.Documentation;

public sealed partial class ReadmeTests
{
    private static string Read(string file)
        => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documentation", file)).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("README.md", "ReadmeExamples.cs")]
    [InlineData("migrations.md", "MigrationExamples.cs")]
    [InlineData("replication.md", "ReplicationExamples.cs")]
    public void Every_line_of_code_is_compiled_and_run_in_the_examples(string document, string code)
    {
        string[] examples = Lines(Read(code));
        string[] blocks = [.. CodeBlocks().Matches(Read(document)).Select(match => match.Groups["code"].Value)];

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
            .Where(type => type.IsAssignableTo(typeof(UserStoreException)) && type.Namespace == "UserStore" && !type.IsAbstract)
            .Select(type => $"| `{type.Name}` |"));
    }

    [Fact]
    public void Every_option_error_state_and_building_block_of_migrations_is_in_their_guide()
    {
        string guide = Read("migrations.md");

        guide.Should().ContainAll(typeof(MigrationOptions).GetProperties().Select(option => $"`{option.Name}`"));
        guide.Should().ContainAll(Enum.GetNames<MigrationState>().Select(state => $"`{state}`"));
        guide.Should().ContainAll(Enum.GetNames<MigrationRepair>().Select(repair => $"`{repair}`"));
        guide.Should().ContainAll(typeof(MigrationContext).GetMethods().Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => $"`{method.Name}`"));
        guide.Should().ContainAll(typeof(User).Assembly.GetExportedTypes()
            .Where(type => type.IsAssignableTo(typeof(MigrationException)) && !type.IsAbstract).Select(type => $"| `{type.Name}` |"));
    }

    [Fact]
    public void Every_option_drift_and_call_of_replication_is_in_its_guide()
    {
        string guide = Read("replication.md");

        guide.Should().ContainAll(typeof(UserReplicationOptions).GetProperties().Select(option => $"| `{option.Name}` |"));
        guide.Should().ContainAll(typeof(UserChangeDispatchOptions).GetProperties().Select(option => $"`{option.Name}`"));
        guide.Should().ContainAll(Enum.GetNames<UserReplicationDriftKind>().Select(kind => $"| `{kind}` |"));
        guide.Should().ContainAll("`RebuildAsync`", "`CompareAsync`", "`RebuildUserAsync`", "`UserProjectionException`", "`InvalidUserChangeException`");
    }

    private static string[] Lines(string code)
        => [.. code.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlocks();
}

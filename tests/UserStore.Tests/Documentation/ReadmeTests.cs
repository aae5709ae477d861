using System.Reflection;
using System.Text.RegularExpressions;
using UserStore.CommandLine;
using UserStore.Migrations;
using UserStore.Migrations.CommandLine;
using UserStore.Privacy.CommandLine;
using UserStore.Replication;
using UserStore.Schema;
using UserStore.Testing;

namespace UserStore.Tests.Documentation;

public sealed partial class ReadmeTests
{
    private static string Read(string file)
        => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documentation", file)).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("README.md", "ReadmeExamples.cs", "FirstTest.cs")]
    [InlineData("getting-started.md", "ReadmeExamples.cs", "Service.cs", "FirstTest.cs")]
    [InlineData("concepts.md", "ReadmeExamples.cs", "TypeExamples.cs", "FirstTest.cs")]
    [InlineData("queries.md", "ReadmeExamples.cs", "GuideExamples.cs", "TypeExamples.cs", "FirstTest.cs")]
    [InlineData("batches.md", "ReadmeExamples.cs", "FirstTest.cs")]
    [InlineData("testing.md", "ReadmeExamples.cs", "GuideExamples.cs", "MockExamples.cs", "ExistingTableExamples.cs", "FirstTest.cs")]
    [InlineData("errors.md", "GuideExamples.cs", "FirstTest.cs")]
    [InlineData("operations.md", "GuideExamples.cs", "AspNetCoreExamples.cs", "FirstTest.cs")]
    [InlineData("security.md", "GuideExamples.cs", "FirstTest.cs")]
    [InlineData("encryption.md", "EncryptionExamples.cs", "FirstTest.cs")]
    [InlineData("trimming.md", "GuideExamples.cs", "FirstTest.cs")]
    [InlineData("existing-tables.md", "Customer.cs", "InPlace.cs", "ExistingTableExamples.cs", "FirstTest.cs")]
    [InlineData("migrations.md", "MigrationExamples.cs", "FirstTest.cs")]
    [InlineData("replication.md", "ReplicationExamples.cs", "FirstTest.cs")]
    public void Every_line_of_code_is_compiled_and_run_in_the_examples(string document, params string[] code)
    {
        string[] examples = [.. code.SelectMany(file => Lines(Read(file)))];
        string[] blocks = [.. CodeBlocks().Matches(Read(document)).Select(match => match.Groups["code"].Value)];

        blocks.Should().NotBeEmpty();
        foreach (string block in blocks)
            Lines(block).Should().BeSubsetOf(examples);
    }

    [Fact]
    public void Every_page_shows_the_namespaces_that_its_code_needs()
    {
        ILookup<string, string> namespaces = new[] { typeof(User).Assembly, typeof(InMemoryUserStore).Assembly }
            .SelectMany(assembly => assembly.GetExportedTypes()).ToLookup(type => type.Name.Split('`')[0], type => type.Namespace!);

        foreach (string page in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Documentation"), "*.md"))
        {
            string code = string.Concat(CodeBlocks().Matches(Read(page)).Select(match => match.Groups["code"].Value));
            IEnumerable<string> usings = Words().Matches(code).SelectMany(word => namespaces[word.Value]).Select(name => $"using {name};");

            usings.Should().BeSubsetOf(Lines(code), page);
        }
    }

    [Fact]
    public void The_readme_links_to_every_guide()
    {
        string[] guides = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Documentation"), "*.md").Select(file => Path.GetFileName(file))];

        guides.Should().HaveCountGreaterThan(12);
        Read("README.md").Should().ContainAll(guides.Where(guide => guide is not "README.md" and not "migration-tables.md").Select(guide => $"(docs/{guide})"));
    }

    [Fact]
    public void Every_option_is_in_the_table_of_options_and_every_error_in_the_table_of_errors()
    {
        string configuration = Read("configuration.md");
        string errors = Read("errors.md");
        Type[] options =
        [
            typeof(UserStoreOptions), typeof(UserStoreRetryOptions), typeof(UserListOptions), typeof(BatchWriteOptions<>), typeof(InMemoryUserStoreOptions),
        ];

        configuration.Should().ContainAll(options.SelectMany(type => type.GetProperties()).Select(option => $"`{option.Name}`"));
        configuration.Should().ContainAll(new[] { typeof(User).Assembly, typeof(InMemoryUserStore).Assembly }
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.Name.Split('`')[0].EndsWith("Options", StringComparison.Ordinal)).Select(type => $"`{type.Name.Split('`')[0]}"));
        Read("security.md").Should().ContainAll(typeof(UserStorePolicyOptions).GetProperties().Select(option => $"`{option.Name}`"));
        errors.Should().ContainAll(typeof(User).Assembly.GetExportedTypes()
            .Where(type => type.IsAssignableTo(typeof(UserStoreException)) && type.Namespace == "UserStore" && !type.IsAbstract)
            .Select(type => $"| `{type.Name}` |"));
    }

    [Fact]
    public void Every_fault_and_every_outcome_of_an_item_is_in_a_table()
    {
        string testing = Read("testing.md");

        testing.Should().ContainAll(typeof(StoreFaults).GetMembers().Where(member => member.DeclaringType == typeof(StoreFaults))
            .Where(member => member is not MethodInfo { IsSpecialName: true }).Select(member => $"`{member.Name}`"));
        testing.Should().ContainAll(typeof(WireFault).GetMembers(BindingFlags.Public | BindingFlags.Static)
            .Where(member => member is not MethodInfo { IsSpecialName: true }).Select(member => member.Name));
        Read("batches.md").Should().ContainAll(typeof(BatchWriteResult<>).GetProperties()
            .Where(count => count.PropertyType == typeof(long) && count.Name != nameof(BatchWriteResult<>.Read)).Select(count => $"| `{count.Name}`"));
    }

    [Fact]
    public void Every_option_error_state_and_building_block_of_migrations_is_in_the_guide()
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
    public void Every_command_and_option_of_the_command_line_is_in_the_guide()
    {
        string guide = Read("migrations.md");

        guide.Should().ContainAll(MigrationCommandTable.All.Select(command => $"`migrate {CommandHelp.SignatureOf(command)}`"));
        guide.Should().ContainAll("`--json`", "`--store <name>`", "`--force`", "`migrate help <command>`", "| 0 |", "| 1 |", "| 2 |", "| 130, 143 |");
        string privacy = Read("privacy.md");
        privacy.Should().ContainAll(PrivacyCommandTable.All.Select(command => $"`privacy {CommandHelp.SignatureOf(command)}`"));
        privacy.Should().ContainAll(PrivacyCommandTable.All.SelectMany(command => command.OwnOptions).Select(option => $"`{option.Signature}`"));
    }

    [Fact]
    public void Every_option_drift_kind_and_call_of_replication_is_in_the_guide()
    {
        string guide = Read("replication.md");

        guide.Should().ContainAll(typeof(UserReplicationOptions).GetProperties().Select(option => $"| `{option.Name}` |"));
        guide.Should().ContainAll(typeof(UserChangeDispatchOptions).GetProperties().Select(option => $"`{option.Name}`"));
        guide.Should().ContainAll(Enum.GetNames<UserReplicationDriftKind>().Select(kind => $"| `{kind}` |"));
        guide.Should().ContainAll("`RebuildAsync`", "`CompareAsync`", "`RebuildUserAsync`", "`UserProjectionException`", "`InvalidUserChangeException`");
    }

    private static string[] Lines(string code)
        => [.. code.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlocks();
}

namespace UserStore.DocumentationTests;

/// <summary>A reader who pastes the code of a page compiles it.</summary>
public sealed class PageCompilationTests
{
    private const string Rules = "docs/user-type-rules.md";

    public static TheoryData<string> PagesWithCode =>
    [
        .. Repository.FilesBelow("docs", ".md").Append(Path.Combine(Repository.Root, "README.md")).Select(Repository.NameOf)
            .Where(page => page != Rules && !page.StartsWith("docs/reference/", StringComparison.Ordinal) && new Page(page).CodeBlocks.Any()),
    ];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void The_blocks_of_a_page_compile_with_the_usings_that_it_shows(string name)
    {
        var page = new Page(name);

        (IReadOnlyList<string> errors, IReadOnlyCollection<string> frameNames) = PageCompiler.Compile(name, page.CodeBlocks);

        errors.Should().BeEmpty();
        frameNames.Except(page.CodeSpans).Should().BeEmpty("the page says what these names are");
    }

    [Fact]
    public void Each_example_of_a_rule_compiles_by_itself()
    {
        string[] blocks = [.. new Page(Rules).CodeBlocks];

        foreach (string example in blocks.Skip(1))
            PageCompiler.Compile(Rules, [blocks[0], example]).Errors.Should().BeEmpty();

        blocks.Length.Should().BeGreaterThan(20);
    }

    [Theory]
    [InlineData("using UserStore;", "services.AddUserStore();")]
    [InlineData("using UserStore;\nvar users = new InMemoryUserStore();")]
    [InlineData("using UserStore;", "User one = new();", "User? found = other;")]
    [InlineData("string text = 1;")]
    public void A_page_without_a_namespace_or_with_a_mistake_is_reported(params string[] blocks)
        => PageCompiler.Compile("page", blocks).Errors.Should().ContainSingle();
}

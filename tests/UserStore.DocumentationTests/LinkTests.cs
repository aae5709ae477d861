namespace UserStore.DocumentationTests;

/// <summary>Every link within the repository leads somewhere.</summary>
public sealed class LinkTests
{
    private static readonly Dictionary<string, Page> Pages = Repository.FilesBelow("", ".md").Select(Repository.NameOf)
        .ToDictionary(name => name, name => new Page(name), StringComparer.Ordinal);

    [Fact]
    public void Every_relative_link_and_anchor_resolves()
    {
        Pages.Should().HaveCountGreaterThan(25);
        Pages.Values.SelectMany(page => page.Links.Select(link => Problem(page, link))).Where(problem => problem is not null).Should().BeEmpty();
    }

    [Theory]
    [InlineData("docs/no-such-page.md", true)]
    [InlineData("docs/concepts.md#no-such-heading", true)]
    [InlineData("#no-such-heading", true)]
    [InlineData("docs/concepts.md#limits", false)]
    [InlineData("https://example.test/not-checked", false)]
    public void A_dead_link_is_noticed(string link, bool isDead) => (Problem(Pages["README.md"], link) is not null).Should().Be(isDead);

    [Fact]
    public void The_readme_leads_to_every_page()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>(["README.md"]);
        while (next.TryDequeue(out string? name))
        {
            if (!reached.Add(name))
                continue;
            foreach (string link in Pages[name].Links.Where(link => !IsExternal(link)))
            {
                string target = TargetOf(Pages[name], link);
                if (Pages.ContainsKey(target))
                    next.Enqueue(target);
                else if (Pages.ContainsKey(target + "/README.md"))
                    next.Enqueue(target + "/README.md");
                else if (Directory.Exists(Path.Combine(Repository.Root, target)))
                    Pages.Keys.Where(page => Path.GetDirectoryName(page) == target).ToList().ForEach(next.Enqueue);
            }
        }

        Pages.Keys.Where(page => !Path.GetFileName(page).StartsWith("AnalyzerReleases", StringComparison.Ordinal)).Except(reached).Should().BeEmpty();
    }

    private static string? Problem(Page page, string link)
    {
        if (IsExternal(link))
            return null;

        string target = TargetOf(page, link);
        string path = Path.Combine(Repository.Root, target);
        if (!File.Exists(path) && !Directory.Exists(path))
            return $"{page.Name}: {link} does not exist";

        string anchor = link.Contains('#', StringComparison.Ordinal) ? link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..] : "";
        bool isThere = anchor.Length == 0 || (Pages.TryGetValue(target, out Page? other) && other.Anchors.Contains(anchor));
        return isThere ? null : $"{page.Name}: {link} has no such heading";
    }

    private static string TargetOf(Page page, string link)
    {
        string file = link.Split('#')[0];
        if (file.Length == 0)
            return page.Name;
        string folder = Path.Combine(Repository.Root, Path.GetDirectoryName(page.Name)!);
        return Repository.NameOf(Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(file)))).TrimEnd('/');
    }

    private static bool IsExternal(string link) => link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal);
}

using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace UserStore.DocumentationTests;

/// <summary>A page in Markdown, as a reader sees it.</summary>
internal sealed partial class Page
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).UsePipeTables().Build();

    private readonly MarkdownDocument _document;

    public Page(string name)
    {
        Name = name;
        Text = File.ReadAllText(Path.Combine(Repository.Root, name)).ReplaceLineEndings("\n");
        _document = Markdown.Parse(Text, Pipeline);
    }

    /// <summary>Gets the path of the file, relative to the repository.</summary>
    public string Name { get; }

    public string Text { get; }

    /// <summary>Gets the code that a reader pastes.</summary>
    public IEnumerable<string> CodeBlocks
        => _document.Descendants<FencedCodeBlock>().Where(block => block.Info == "csharp").Select(block => block.Lines.ToString());

    /// <summary>Gets the names and expressions that the prose mentions.</summary>
    public IEnumerable<string> CodeSpans => _document.Descendants<CodeInline>().Select(code => code.Content);

    /// <summary>Gets the targets of the links, as they are written.</summary>
    public IEnumerable<string> Links => _document.Descendants<LinkInline>().Select(link => link.Url ?? "")
        .Concat(_document.Descendants<HtmlInline>().Select(tag => tag.Tag).Concat(_document.Descendants<HtmlBlock>().Select(block => block.Lines.ToString()))
            .SelectMany(html => Targets().Matches(html)).Select(match => match.Groups["target"].Value));

    /// <summary>Gets what a link can refer to on the page: headings, and the anchors of generated pages.</summary>
    public IReadOnlySet<string> Anchors => _anchors ??= _document.Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id ?? "")
        .Concat(Ids().Matches(Text).Select(match => match.Groups["id"].Value)).ToHashSet(StringComparer.Ordinal);

    private HashSet<string>? _anchors;

    /// <summary>Returns the rows of the tables whose first column has this heading, each as the text of its cells.</summary>
    public IEnumerable<string[]> RowsOf(string heading) => _document.Descendants<Markdig.Extensions.Tables.Table>()
        .Select(table => table.Cast<Markdig.Extensions.Tables.TableRow>().Select(row => row.Select(cell => SourceOf(cell)).ToArray()).ToArray())
        .Where(rows => rows[0][0] == heading).SelectMany(rows => rows.Skip(1));

    private string SourceOf(Block block) => Text.Substring(block.Span.Start, block.Span.Length).Trim().Trim('|').Trim();

    [GeneratedRegex("""<a id="(?<id>[^"]+)">""")]
    private static partial Regex Ids();

    [GeneratedRegex("""<a href="(?<target>[^"]+)">""")]
    private static partial Regex Targets();
}

using System.Net;
using System.Text.RegularExpressions;

// Turns the pages that docfx wrote to artifacts/reference into docs/reference: references become links, and README.md lists the types.
const string Source = "artifacts/reference";
const string Target = "docs/reference";

Dictionary<string, string> pages = Directory.GetFiles(Source, "*.md").Order(StringComparer.Ordinal)
    .ToDictionary(file => Path.GetFileName(file), file => File.ReadAllText(file).ReplaceLineEndings("\n"));

// The page of each anchor: an id in which everything but letters and digits is an underscore.
Dictionary<string, string> anchors = pages
    .SelectMany(page => Regex.Matches(page.Value, """<a id="([^"]+)">""").Select(match => (Id: match.Groups[1].Value, Page: page.Key)))
    .DistinctBy(anchor => anchor.Id).ToDictionary(anchor => anchor.Id, anchor => anchor.Page);

if (Directory.Exists(Target))
    Directory.Delete(Target, recursive: true);
Directory.CreateDirectory(Target);
foreach ((string page, string text) in pages)
    File.WriteAllText(Path.Combine(Target, page), Clean(page, text));
File.WriteAllText(Path.Combine(Target, "README.md"), Index());
Console.WriteLine($"{pages.Count} pages are in {Target}.");

string Clean(string page, string text)
{
    text = Regex.Replace(text, """<xref href="([^"]+)"[^>]*></xref>""", match => LinkTo(page, WebUtility.UrlDecode(match.Groups[1].Value)));
    text = Regex.Replace(text, @"\]\(([^)]*(\\[()][^)]*)*)\)", match => Regex.Replace(match.Value, @"\\([#_\-])", "$1"));
    text = Regex.Replace(text, """<code class="\w+">""", "<code>");
    text = Regex.Replace(text, @"^ +(?=\S)", "", RegexOptions.Multiline);
    text = Regex.Replace(text, @"[ \t]+$", "", RegexOptions.Multiline);
    text = Regex.Replace(text, @"^(Namespace: .+)\n(Assembly: .+)$", "$1. $2.", RegexOptions.Multiline);
    return Regex.Replace(text, @"\n{3,}", "\n\n").TrimEnd() + "\n";
}

string LinkTo(string page, string uid)
{
    string id = Regex.Replace(uid, "[^A-Za-z0-9_]", "_");
    string name = NameOf(uid);
    if (!anchors.TryGetValue(id, out string? target))
        return $"<code>{name}</code>";
    return $"""<a href="{(target == page ? "" : target)}#{id}"><code>{name}</code></a>""";
}

// The type and the member, without namespace, parameters and number of type parameters.
string NameOf(string uid)
{
    string[] parts = Regex.Replace(uid, @"\(.*$|``?\d+", "").Split('.');
    bool isType = anchors.TryGetValue(Regex.Replace(uid, "[^A-Za-z0-9_]", "_"), out string? page) && page == uid.Replace('`', '-') + ".md";
    return isType || parts.Length == 1 || !uid.StartsWith("UserStore", StringComparison.Ordinal) ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
}

string Index()
{
    var index = new List<string>
    {
        "# API reference", "",
        "Every public type and member of the packages, from the documentation comments. `.ci/reference` writes these pages; do not edit them.", "",
        "Start with [`IUserStore<TUser>`](UserStore.IUserStore-1.md), [`UserStoreOptions`](UserStore.UserStoreOptions.md),",
        "[`AddUserStore`](Microsoft.Extensions.DependencyInjection.UserStoreServiceCollectionExtensions.md) and",
        "[`InMemoryUserStore`](UserStore.Testing.InMemoryUserStore.md). The [guides](../../README.md#guides) explain how they go together.", "",
    };
    foreach ((string page, string text) in pages.Where(page => page.Value.Contains("</a> Namespace ", StringComparison.Ordinal)))
    {
        index.AddRange([$"## [{page[..^3]}]({page})", "", "| type | purpose |", "| --- | --- |"]);
        const string Entry = @"^\[(?<name>[^\]]+)\]\((?<page>[^)]+\.md)\)\n\n(?<summary>[^\n#\[][^\n]*(\n[^\n#\[][^\n]*)*)";
        foreach (Match type in Regex.Matches(Clean(page, text), Entry, RegexOptions.Multiline))
            index.Add($"| [{type.Groups["name"].Value}]({type.Groups["page"].Value}) | {type.Groups["summary"].Value.Replace('\n', ' ')} |");
        index.Add("");
    }

    return string.Join('\n', index).TrimEnd() + "\n";
}

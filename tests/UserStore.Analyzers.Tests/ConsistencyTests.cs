using Amazon.DynamoDBv2.DataModel;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Tests.Modeling;
using static UserStore.Tests.Modeling.UnhonoredTypes;

namespace UserStore.Analyzers.Tests;

/// <summary>What the analyzer reports as an error, registration refuses.</summary>
public sealed class ConsistencyTests
{
    // What code can describe, what the options say, and what no attribute of the library shows.
    private static readonly HashSet<string> NotReported =
        [nameof(UnstorableTypes.WithoutKey), nameof(UnstorableTypes.WithBookkeepingNames)];

    private static readonly Type[] Closed =
    [
        typeof(Flattens<UniqueInside>), typeof(Nests<UniqueInside>), typeof(Nests<List<UniqueInside>>), typeof(Nests<Dictionary<string, UniqueInside[]>>),
        typeof(Flattens<CounterInside>), typeof(Flattens<TimestampInside>), typeof(Flattens<VersionInside>), typeof(Flattens<IndexKeyInside>),
        typeof(Flattens<WrittenOnceInside>), typeof(Flattens<KeyInside>), typeof(Nests<KeyInside>),
    ];

    private static readonly Type[] Types =
    [
        .. Closed,
        .. new[] { typeof(UnhonoredTypes), typeof(UnstorableTypes), typeof(UnstorableUniqueValues), typeof(UnreadableEncryptedTypes) }
            .SelectMany(outer => outer.GetNestedTypes())
            .Where(type => !type.IsGenericTypeDefinition && type.IsDefined(typeof(DynamoDBTableAttribute), inherit: true)),
    ];

    [Fact]
    public async Task What_is_reported_as_an_error_is_refused_and_what_is_refused_is_reported()
    {
        string uses = string.Concat(Types.Select((type, number) => $"static class Use{number} {{ static InMemoryUserStore<{NameOf(type)}>? Users; }}\n"));
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Refused"));
        Compilation compilation = Analysis.Compile(
            "Refused", [.. files.Select(File.ReadAllText), Analysis.Usings + uses, "global using System; global using System.Collections.Generic;"]);

        IReadOnlyList<Diagnostic> diagnostics = await Analysis.DiagnosticsOfAsync(compilation);

        var reported = new HashSet<string>();
        foreach (Diagnostic diagnostic in diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
            reported.Add(await SubjectOfAsync(diagnostic));
        foreach (Type type in Types)
        {
            bool isRefused = Registration.IsRefused(type);
            bool isReported = reported.Contains(NameOf(type)) || (NotReported.Contains(type.Name) && isRefused);
            isReported.Should().Be(isRefused, $"registration says so of {type}");
        }
    }

    [Fact]
    public void The_types_that_are_refused_are_as_many_as_ever()
        => Types.Count(Registration.IsRefused).Should().BeGreaterThan(55);

    private static async Task<string> SubjectOfAsync(Diagnostic diagnostic)
    {
        SyntaxNode node = (await diagnostic.Location.SourceTree!.GetRootAsync()).FindNode(diagnostic.Location.SourceSpan);
        string? declared = node.AncestorsAndSelf().OfType<ClassDeclarationSyntax>().First().Identifier.ValueText;
        return declared.StartsWith("Use", StringComparison.Ordinal) && int.TryParse(declared.AsSpan(3), out int number)
            ? NameOf(Types[number])
            : NameOf(Types.Single(type => type.Name == declared));
    }

    private static string NameOf(Type type)
    {
        if (type.IsArray)
            return $"{NameOf(type.GetElementType()!)}[]";
        string name = type.FullName!.Split('`')[0].Replace('+', '.');
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : name;
    }
}

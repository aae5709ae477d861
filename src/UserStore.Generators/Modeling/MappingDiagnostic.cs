using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace UserStore.Generators.Modeling;

/// <summary>What cannot be mapped by generated code, and where.</summary>
/// <param name="Id">The id of the rule.</param>
/// <param name="Place">The place in the source.</param>
/// <param name="Subject">The type, or the type and its property.</param>
/// <param name="Reason">The predicate of the sentence about the subject, with the remedy.</param>
internal sealed record MappingDiagnostic(string Id, SourcePlace? Place, string Subject, string Reason)
{
    public Diagnostic ToDiagnostic() => Diagnostic.Create(MappingRules.ById(Id), Place?.ToLocation() ?? Location.None, Subject, Reason);
}

/// <summary>A location that does not keep the compilation.</summary>
internal sealed record SourcePlace(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static SourcePlace? Of(Location? location) => location is { IsInSource: true }
        ? new SourcePlace(location.SourceTree!.FilePath, location.SourceSpan, location.GetLineSpan().Span)
        : null;

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}

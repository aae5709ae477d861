using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Analysis;

/// <summary>A rule that a user type violates.</summary>
/// <param name="Rule">The id of the rule.</param>
/// <param name="Symbol">The member that violates it, or the type.</param>
/// <param name="Reason">The predicate of the sentence about it, with the remedy.</param>
internal sealed record ModelViolation(string Rule, ISymbol Symbol, string Reason)
{
    /// <summary>Gets the place that a code fix changes, if it is not the member itself: an attribute, or an argument of one.</summary>
    public Location? ChangedPlace { get; init; }

    /// <summary>Gets a value indicating whether it depends on the constructor that creates users, which another one of a derived type replaces.</summary>
    public bool IsOfCreation { get; init; }
}

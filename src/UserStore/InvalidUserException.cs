namespace UserStore;

/// <summary>Thrown when an argument of a call, such as a user, a patch or a query, violates rules of the store. Nothing was stored.</summary>
public sealed class InvalidUserException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="InvalidUserException"/> class.</summary>
    /// <param name="violations">All violated rules.</param>
    /// <param name="innerException">The error that DynamoDB reported, if it found the violation.</param>
    public InvalidUserException(IReadOnlyList<UserRuleViolation> violations, Exception? innerException = null)
        : base(Describe(violations), innerException)
        => Violations = violations;

    internal InvalidUserException(string field, string rule, Exception? innerException = null)
        : this([new UserRuleViolation(field, rule)], innerException)
    {
    }

    /// <summary>Gets all violated rules, at least one.</summary>
    public IReadOnlyList<UserRuleViolation> Violations { get; }

    private static string Describe(IReadOnlyList<UserRuleViolation> violations)
    {
        ArgumentNullException.ThrowIfNull(violations);
        return $"The request is not valid: {string.Join("; ", violations.Select(violation => $"{violation.Field} {violation.Rule}"))}.";
    }
}

/// <summary>Represents a violated rule.</summary>
/// <param name="Field">The property that violates it, or <c>Item</c> for a rule about the whole user.</param>
/// <param name="Rule">The requirement, as the end of a sentence about the field: <c>must not be empty</c>. Never contains the value.</param>
public sealed record UserRuleViolation(string Field, string Rule);

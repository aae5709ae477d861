using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <summary>The errors of Identity for writes that the store refuses. Faults, such as throttling, stay exceptions.</summary>
internal static class IdentityFailure
{
    /// <param name="refusal">What the store throws.</param>
    /// <param name="describer">Describes errors.</param>
    /// <param name="inUse">Returns the error for a unique value that another user or role has, by the name of its property; null for a property of the
    /// application.</param>
    /// <returns>The errors; null for a fault.</returns>
    public static IdentityError[]? Explain(UserStoreException refusal, IdentityErrorDescriber describer, Func<string, IdentityError?> inUse) => refusal switch
    {
        UserValueInUseException taken => [inUse(taken.PropertyName) ?? new IdentityError
        {
            Code = $"Duplicate{taken.PropertyName}",
            Description = $"The {taken.PropertyName} is already taken.",
        }],
        UserConflictException or UserConditionFailedException or UserNotFoundException => [describer.ConcurrencyFailure()],
        UserAlreadyExistsException => [new IdentityError { Code = "DuplicateId", Description = refusal.Message }],
        UserErasedException => [new IdentityError { Code = "UserErased", Description = refusal.Message }],
        UserRestrictedException => [new IdentityError { Code = "UserRestricted", Description = refusal.Message }],
        InvalidUserException invalid => [.. invalid.Violations.Select(
            violation => new IdentityError { Code = $"Invalid{violation.Field}", Description = $"{violation.Field} {violation.Rule}." })],
        _ => null,
    };
}

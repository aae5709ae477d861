using System.Globalization;
using UserStore;

namespace UserService;

/// <summary>Represents an error as problem details (RFC 9457). Types are stable; details contain fields and rules, never values.</summary>
internal sealed record Problem(int Status, string Type, string Title)
{
    private static readonly TimeSpan WhenThrottled = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhenUnavailable = TimeSpan.FromSeconds(5);

    /// <summary>Gets the errors by field: <c>body</c> for the body as a whole, the name of a header for that header.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors)
        => new(400, "invalid-request", "The request is not valid.") { Errors = errors };

    public static Problem Invalid(string field, string rule) => Invalid(new Dictionary<string, string[]> { [field] = [rule] });

    public static Problem UserNotFound() => new(404, "user-not-found", "There is no such user.");

    public static Problem TooLarge(long limit) => OfStatus(413) with { Errors = Of("body", $"must not be longer than {limit} bytes") };

    public static Problem UnsupportedMediaType(IEnumerable<string> supported)
        => OfStatus(415) with { Errors = Of("Content-Type", $"must be {string.Join(" or ", supported)}, in UTF-8") };

    /// <summary>Returns the problem for a response of the framework that has a status only.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        404 => new(404, "not-found", "There is nothing at this address."),
        405 => new(405, "method-not-allowed", "This address does not take this method."),
        413 => new(413, "too-large", "The request is too large."),
        414 => new(414, "address-too-long", "The address is too long."),
        415 => new(415, "unsupported-media-type", "The content type is not supported.")
        {
            Errors = Of("Content-Type", "must be one that the OpenAPI document names for this address"),
        },
        >= 500 => new(status, "internal-error", "Something went wrong."),
        _ => new(status, "bad-request", "The request cannot be understood."),
    };

    /// <summary>Returns the problem for an error of the store; null for an error that a request cannot cause.</summary>
    public static Problem? Of(UserStoreException failure) => failure switch
    {
        InvalidUserException invalid => Invalid(invalid.Violations
            .GroupBy(violation => char.ToLowerInvariant(violation.Field[0]) + violation.Field[1..])
            .ToDictionary(field => field.Key, field => field.Select(violation => violation.Rule).ToArray())),
        InvalidContinuationTokenException => new(400, "invalid-token", "The token does not continue this list.")
        {
            Errors = Of("token", "must be the token of the page before, unchanged, with the same status and pageSize; start again without one"),
        },
        UserNotFoundException => UserNotFound(),
        UserAlreadyExistsException => new(409, "user-exists", "The user exists already.") { Errors = Of("userId", "must not be that of another user") },
        UserValueInUseException => new(409, "email-in-use", "The email is in use.") { Errors = Of("email", "is in use by another user") },
        UserConflictException => new(412, "version-mismatch", "The user was changed meanwhile.")
        {
            Errors = Of("If-Match", "must be the present version; read the user again"),
        },
        UserStoreThrottledException => new(429, "throttled", "There are too many requests.") { RetryAfter = WhenThrottled },
        UserConditionFailedException => new(409, "condition-failed", "The user is not in a state that allows the change."),
        // Many clients send a request again after the time of Retry-After. So only failures that allow this have one.
        UserWriteOutcomeUnknownException => new(503, "outcome-unknown", "Whether the user was written is unknown. Read it before you try again."),
        UserStoreSchemaException { WasApplied: true } => new(500, "write-applied", "The change was applied, but its result cannot be read. Do not repeat it."),
        UserStoreUnavailableException or UserStoreSchemaException => new(503, "unavailable", "The users cannot be reached.")
        {
            RetryAfter = failure.IsTransient ? WhenUnavailable : null,
        },
        _ => null,
    };

    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (RetryAfter is { } pause)
            context.Response.Headers.RetryAfter = pause.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        return context.Response.WriteAsJsonAsync(ToBody(), options: null, "application/problem+json", context.RequestAborted);
    }

    public Dictionary<string, object> ToBody()
    {
        var body = new Dictionary<string, object> { ["type"] = $"urn:user-service:{Type}", ["title"] = Title, ["status"] = Status };
        if (Errors is not null)
            body["errors"] = Errors;
        return body;
    }

    private static Dictionary<string, string[]> Of(string field, string rule) => new() { [field] = [rule] };
}

/// <summary>Thrown when a request is not valid.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Title)
{
    public Problem Problem => problem;
}

using System.Globalization;
using System.Text.Json.Serialization;
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
        => new(400, "invalid-request", "The request contains errors.") { Errors = errors };

    public static Problem Invalid(string field, string rule) => Invalid(new Dictionary<string, string[]> { [field] = [rule] });

    public static Problem UserNotFound() => new(404, "user-not-found", "This user does not exist.");

    public static Problem ErasureDisabled() => new(501, "erasure-disabled", "The service cannot erase users, because it has no key for their tombstones.");

    public static Problem NotAcceptable(IEnumerable<string> produced) => new(406, "not-acceptable", "The response cannot have the requested format.")
    {
        Errors = Of("Accept", $"must allow {string.Join(" or ", produced)}"),
    };

    public static Problem VersionMismatch(string header = "If-Match")
        => new(412, "version-mismatch", "The user was changed meanwhile by someone else.")
        {
            Errors = Of(header, header == "If-Match" ? "must be the current version; read the user again" : "must not be the current version"),
        };

    public static Problem TooManyRequests(TimeSpan pause)
        => new(429, "too-many-requests", "There were too many requests. Try again in a moment.") { RetryAfter = pause };

    public static Problem HostNotAllowed() => new(400, "host-not-allowed", "The service cannot be used under this address.")
    {
        Errors = Of("Host", "must be one that the setting AllowedHosts contains"),
    };

    public static Problem TooLarge(long limit) => OfStatus(413) with { Errors = Of("body", $"must not be longer than {limit} bytes") };

    public static Problem UnsupportedMediaType(IEnumerable<string> supported)
        => OfStatus(415) with { Errors = Of("Content-Type", $"must be {string.Join(" or ", supported)}, in UTF-8") };

    public static Problem UnsupportedEncoding() => OfStatus(415) with { Errors = Of("Content-Encoding", "must not be set: bodies are not compressed") };

    /// <summary>Returns the problem for a response of the framework that has a status only.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        404 => new(404, "not-found", "This address does not exist."),
        405 => new(405, "method-not-allowed", "This address does not support this method."),
        413 => new(413, "too-large", "The request is too large."),
        414 => new(414, "address-too-long", "The address is too long."),
        415 => new(415, "unsupported-media-type", "The content type is not supported.")
        {
            Errors = Of("Content-Type", "must be one that the OpenAPI document names for this address"),
        },
        >= 500 => new(status, "internal-error", "An unexpected error occurred."),
        _ => new(status, "bad-request", "The request is malformed."),
    };

    /// <summary>Returns the problem for an error of the store; null for an error that a request cannot cause.</summary>
    public static Problem? Of(UserStoreException failure) => failure switch
    {
        InvalidUserException invalid => Invalid(invalid.Violations
            .GroupBy(violation => char.ToLowerInvariant(violation.Field[0]) + violation.Field[1..])
            .ToDictionary(field => field.Key, field => field.Select(violation => violation.Rule).ToArray())),
        InvalidContinuationTokenException => new(400, "invalid-token", "The list cannot be continued from here.")
        {
            Errors = Of("token", "must be the token of the page before, unchanged, with the same status and pageSize; start again at the first page"),
        },
        UserNotFoundException => UserNotFound(),
        UserAlreadyExistsException => new(409, "user-exists", "A user with this ID exists already.")
        {
            Errors = Of("userId", "must not be the ID of another user"),
        },
        UserErasedException => new(409, "user-erased", "A user with this ID was erased.")
        {
            Errors = Of("userId", "must not be the ID of an erased user"),
        },
        UserRestrictedException => new(409, "user-restricted", "The processing of this user is restricted."),
        UserValueInUseException => new(409, "email-in-use", "Another user has this email address.")
        {
            Errors = Of("email", "must not be the email address of another user"),
        },
        UserConflictException { UserWasDeleted: true } => UserNotFound(),
        UserConflictException => VersionMismatch(),
        UserStoreThrottledException => new(429, "throttled", "The database is busy. Try again in a moment.") { RetryAfter = WhenThrottled },
        UserConditionFailedException => new(409, "condition-failed", "The user does not allow this change."),
        // Many clients send a request again after the time of Retry-After. So only failures that allow this have one.
        UserWriteOutcomeUnknownException => new(503, "outcome-unknown", "It is unknown whether the change was saved. Reload the user before you try again."),
        UserStoreSchemaException { WasApplied: true } => new(500, "write-applied", "The change was saved, but the result cannot be shown. Do not repeat it."),
        UserStoreUnavailableException or UserStoreSchemaException => new(503, "unavailable", "The database cannot be reached.")
        {
            RetryAfter = failure.IsTransient ? WhenUnavailable : null,
        },
        _ => null,
    };

    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } pause)
            context.Response.Headers.RetryAfter = pause.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        return context.Response.WriteAsJsonAsync(ToBody(), options: null, "application/problem+json", context.RequestAborted);
    }

    public ProblemView ToBody() => new($"urn:user-service:{Type}", Title, Status, Errors);

    private static Dictionary<string, string[]> Of(string field, string rule) => new() { [field] = [rule] };
}

/// <summary>An error as the service returns it.</summary>
/// <param name="Type">The stable type, <c>urn:user-service:...</c>.</param>
/// <param name="Title">What happened, for people.</param>
/// <param name="Status">The status of the response.</param>
/// <param name="Errors">The violated rules by field.</param>
internal sealed record ProblemView(
    string Type,
    string Title,
    int Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null);

/// <summary>Thrown when a request is not valid.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Title)
{
    public Problem Problem => problem;
}

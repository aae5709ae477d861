using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace UserService.Users;

/// <summary>Reads bodies, headers and queries, and rejects malformed input with the name of the field and the rule.</summary>
internal static class RequestReader
{
    private const int DefaultPageSize = 20;
    private const int MaxPageSize = 100;
    private const int MaxToken = 4 * 1024; // Well below the server's limit for the request line.

    // Some programs begin a file in UTF-8 with it.
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <exception cref="ProblemException">The body is not JSON, or its media type is not supported.</exception>
    public static async Task<JsonDocument> ReadJsonAsync(HttpRequest request, params string[] mediaTypes)
    {
        CheckMediaType(request, mediaTypes);
        try
        {
            return await JsonDocument.ParseAsync(request.Body, Strict, request.HttpContext.RequestAborted);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException) // The latter for a property name that is not valid Unicode.
        {
            throw new ProblemException(Problem.Invalid("body", "must be well-formed JSON in UTF-8 that names no field twice"));
        }
    }

    /// <returns>The document; null if the line is not well-formed JSON.</returns>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line.Span.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line, Strict);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static void CheckMediaType(HttpRequest request, params string[] supported)
    {
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && !encoding.Equals("identity"))
            throw new ProblemException(Problem.UnsupportedEncoding());
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !supported.Any(each => type.MediaType.Equals(each, StringComparison.OrdinalIgnoreCase))
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            throw new ProblemException(Problem.UnsupportedMediaType(supported));
        }
    }

    /// <summary>Returns the email at the end of the address. The route has decoded it except for <c>%2F</c>, so that <c>%252F</c> would be the same.</summary>
    public static string ReadEmail(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string path = target.Split('?')[0].TrimEnd('/');
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }

    public static (string? Status, int PageSize, string? Token) ReadPage(IQueryCollection query)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (query.Keys.Except(["status", "pageSize", "token"]).Any())
            errors["query"] = ["must have no other parameters than status, pageSize and token"];
        string? status = Single("status", UserFields.IsStatus, UserFields.StatusRule);
        string? token = Single(
            "token", value => value.Length is > 0 and <= MaxToken, $"must be the token of the page before, of at most {MaxToken} characters");
        string? size = Single(
            "pageSize",
            value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= MaxPageSize,
            $"must be a whole number from 1 to {MaxPageSize}");
        return errors.Count == 0
            ? (status, size is null ? DefaultPageSize : int.Parse(size, CultureInfo.InvariantCulture), token)
            : throw new ProblemException(Problem.Invalid(errors));

        string? Single(string name, Func<string, bool> isValid, string rule)
        {
            if (!query.TryGetValue(name, out var values))
                return null;
            if (values is [{ } value] && isValid(value))
                return value;
            errors[name] = [rule];
            return null;
        }
    }
}

using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace UserService.Http;

/// <summary>Rejects a request whose header Accept excludes the media type of the response, before the request has an effect.</summary>
internal static class Acceptance
{
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        string[] produced = [.. (context.GetEndpoint()?.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>() ?? [])
            .Where(response => response.StatusCode is >= 200 and < 300)
            .SelectMany(response => response.ContentTypes)];
        return produced.Length == 0 || produced.Any(type => Accepts(context.Request.Headers.Accept, type))
            ? next(context)
            : throw new ProblemException(Problem.NotAcceptable(produced));
    }

    private static bool Accepts(StringValues accept, string type)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept.OfType<string>().ToList(), out IList<MediaTypeHeaderValue>? ranges) || ranges.Count == 0)
            return true;
        var produced = new MediaTypeHeaderValue(type) { Charset = "utf-8" };
        // The most specific range decides: "text/html, application/json;q=0, */*" excludes JSON.
        return ranges.Where(produced.IsSubsetOf).OrderBy(range => range.MatchesAllTypes).ThenBy(range => range.MatchesAllSubTypes).FirstOrDefault() is { } range
            && range.Quality is not 0;
    }
}

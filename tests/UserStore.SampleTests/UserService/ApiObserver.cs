using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace UserStore.SampleTests.UserService;

/// <summary>Compares every response that a test receives with the OpenAPI document of the service, and throws if the document does not contain it.</summary>
internal sealed class ApiObserver()
    : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
{
    private static readonly string[] DeclaredHeaders = ["ETag", "Location", "Link", "Retry-After", "Server-Timing"];
    // A reference, since tests read and write it concurrently.
    private static JsonDocument? Document;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Document ??= await ReadDocumentAsync(request.RequestUri!, cancellationToken);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        string method = request.Method == HttpMethod.Head ? "get" : request.Method.Method.ToLowerInvariant();
        if (FindOperation(Document.RootElement, request.RequestUri!.AbsolutePath, method) is { } operation)
            Compare(operation, request, response);
        return response;
    }

    private static JsonElement? FindOperation(JsonElement document, string path, string method) => document.GetProperty("paths").EnumerateObject()
        .Where(each => Matches(each.Name.Split('/'), path.Split('/')))
        .OrderBy(each => each.Name.Count(letter => letter == '{')) // as the router prefers literal segments
        .Select(each => each.Value.TryGetProperty(method, out JsonElement operation) ? operation : (JsonElement?)null)
        .FirstOrDefault();

    private static bool Matches(string[] template, string[] path)
        => template.Length == path.Length
            && template.Zip(path).All(pair => pair.First == pair.Second || (pair.First.StartsWith('{') && pair.Second.Length > 0));

    private static void Compare(JsonElement operation, HttpRequestMessage request, HttpResponseMessage response)
    {
        string what = $"{request.Method} {operation.GetProperty("operationId").GetString()}, status {(int)response.StatusCode}";
        if (!operation.GetProperty("responses").TryGetProperty($"{(int)response.StatusCode}", out JsonElement declared))
            throw new InvalidOperationException($"{what}: the OpenAPI document does not declare the status.");
        if (response.Content.Headers.ContentType?.MediaType is { } type
            && !(declared.TryGetProperty("content", out JsonElement content) && content.TryGetProperty(type, out _)))
        {
            throw new InvalidOperationException($"{what}: the OpenAPI document does not declare the media type {type}.");
        }

        foreach (string header in DeclaredHeaders.Where(response.Headers.Contains))
        {
            if (!(declared.TryGetProperty("headers", out JsonElement headers) && headers.TryGetProperty(header, out _)))
                throw new InvalidOperationException($"{what}: the OpenAPI document does not declare the header {header}.");
        }
    }

    private static async Task<JsonDocument> ReadDocumentAsync(Uri request, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version11 };
        return (await http.GetFromJsonAsync<JsonDocument>(new Uri(request, "/openapi/v1.json"), cancellationToken))!;
    }
}

using System.Text;

namespace UserStore.Testing;

/// <summary>An HTTP request to DynamoDB that was received completely, so that it can be sent at any time and more than once.</summary>
internal sealed class BufferedRequest(HttpMethod method, Uri uri, IReadOnlyList<KeyValuePair<string, string>> headers, byte[] body)
{
    private const string Target = "X-Amz-Target";

    // They belong to the connection, and each connection sets its own.
    private static readonly string[] ConnectionHeaders = ["Host", "Connection", "Content-Length", "Expect"];

    /// <summary>Gets the operation, such as <c>UpdateItem</c>.</summary>
    public string Operation { get; } =
        headers.FirstOrDefault(header => header.Key.Equals(Target, StringComparison.OrdinalIgnoreCase)).Value?.Split('.') is [_, string operation]
            ? operation
            : throw new InvalidDataException($"The request is not one to DynamoDB: it has no header {Target}.");

    /// <summary>Gets the body, as JSON.</summary>
    public string Body { get; } = Encoding.UTF8.GetString(body);

    /// <summary>Reads a request that a client sends.</summary>
    public static async Task<BufferedRequest> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = await request.Content!.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return new BufferedRequest(
            request.Method,
            request.RequestUri!,
            [.. request.Headers.NonValidated.Concat(request.Content.Headers.NonValidated).Select(
                header => KeyValuePair.Create(header.Key, header.Value.ToString()))],
            body);
    }

    /// <summary>Sends the request and receives the complete response.</summary>
    /// <param name="network">The connections to the server.</param>
    /// <param name="changedBody">The body to send. The signature covers the original one, but local servers do not verify it.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async Task<WireResponse> SendAsync(HttpMessageInvoker network, string changedBody, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(changedBody)) };
        foreach ((string name, string value) in headers)
        {
            if (!ConnectionHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) && !request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await network.SendAsync(request, cancellationToken).ConfigureAwait(false);
        byte[] content = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return new WireResponse(
            response.StatusCode,
            [.. response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).Select(
                header => KeyValuePair.Create(header.Key, header.Value.ToString()))],
            content);
    }
}

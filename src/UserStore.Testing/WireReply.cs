using System.Net;
using System.Text;

namespace UserStore.Testing;

/// <summary>A response of the server, or of a fault in its place.</summary>
internal sealed record WireResponse(HttpStatusCode Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    private const string Checksum = "x-amz-crc32";
    private const string ContentType = "application/x-amz-json-1.0";

    /// <summary>Creates an error of the service.</summary>
    public static WireResponse Error(HttpStatusCode status, string type, string more = "") => new(
        status,
        [new("Content-Type", ContentType)],
        Encoding.UTF8.GetBytes(
            $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{type}}","message":"An injected fault."{{more}}}"""));

    /// <summary>Replaces the body, and removes the checksum of the original body.</summary>
    public WireResponse WithBody(string json) => this with
    {
        Headers = [.. Headers.Where(header => !header.Key.Equals(Checksum, StringComparison.OrdinalIgnoreCase))],
        Body = Encoding.UTF8.GetBytes(json),
    };
}

/// <summary>What a client receives: a response, the first bytes of one, or none, and how it ends.</summary>
/// <param name="Response">The response, or <see langword="null"/> if not even its headers arrive.</param>
/// <param name="Ending">What follows.</param>
/// <param name="Length">The number of bytes of the body that arrive.</param>
internal sealed record WireReply(WireResponse? Response, WireEnding Ending, int Length)
{
    /// <summary>Creates the reply for a response that arrives completely.</summary>
    public static WireReply Of(WireResponse response) => new(response, WireEnding.Complete, response.Body.Length);

    /// <summary>Creates the reply for a response of which nothing arrives.</summary>
    public static WireReply None(WireEnding ending) => new(null, ending, 0);

    /// <summary>Creates the reply for a response of which the headers and half of the body arrive.</summary>
    public static WireReply Half(WireResponse response, WireEnding ending) => new(response, ending, response.Body.Length / 2);
}

/// <summary>How a reply ends.</summary>
internal enum WireEnding
{
    /// <summary>The response is complete, and the connection serves the next request.</summary>
    Complete,

    /// <summary>The connection is closed in order.</summary>
    Close,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>Nothing more arrives, and the connection stays open.</summary>
    Silence,
}

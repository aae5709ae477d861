using System.Net;
using System.Net.Sockets;

namespace UserStore.Testing;

/// <summary>Attaches a wire inside the process of the client, above its connections.</summary>
internal sealed class WireHandler(FaultyWire wire, HttpMessageInvoker network) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        BufferedRequest buffered = await BufferedRequest.ReadAsync(request, cancellationToken).ConfigureAwait(false);
        WireReply reply = await wire.ExchangeAsync(
            buffered, (body, token) => buffered.SendAsync(network, body, token), cancellationToken).ConfigureAwait(false);
        if (reply.Ending == WireEnding.Silence)
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        if (reply.Response is null)
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was closed or reset: an injected fault.");

        var response = new HttpResponseMessage(reply.Response.Status)
        {
            RequestMessage = request,
            Content = reply.Ending == WireEnding.Complete ? new ByteArrayContent(reply.Response.Body) : new BrokenContent(reply),
        };
        foreach ((string name, string value) in reply.Response.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    /// <summary>Fails in the middle.</summary>
    private sealed class BrokenContent(WireReply reply) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(reply.Response!.Body.AsMemory(0, reply.Length)).ConfigureAwait(false);
            throw reply.Ending == WireEnding.Reset
                ? new IOException("The connection was reset: an injected fault.", new SocketException((int)SocketError.ConnectionReset))
                : new HttpIOException(HttpRequestError.ResponseEnded, "The connection was closed: an injected fault.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = reply.Response!.Body.Length;
            return true;
        }
    }
}

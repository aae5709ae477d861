using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace UserStore.Testing;

/// <summary>A connection of a client to the proxy: reads HTTP/1.1 requests and writes replies, one after the other.</summary>
internal sealed class ProxyConnection : IAsyncDisposable
{
    private const int MaxHeadBytes = 64 * 1024;
    private const int MaxBodyBytes = 64 * 1024 * 1024; // a batch of 16 MB, whose binary values are longer in JSON
    private const int BufferBytes = 64 * 1024;

    private static readonly string[] RemovedHeaders = ["Connection", "Content-Length", "Keep-Alive", "Transfer-Encoding"];
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly PipeReader _reader;
    private readonly Uri _server;
    private readonly CancellationToken _stop;
    private Task<ReadResult>? _next;

    public ProxyConnection(Socket socket, Uri server, CancellationToken stop)
    {
        (_socket, _server, _stop) = (socket, server, stop);
        socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
    }

    /// <summary>Receives the next request.</summary>
    /// <returns>The request, or <see langword="null"/> if the client closed the connection.</returns>
    /// <exception cref="InvalidDataException">The client sent something else.</exception>
    public async Task<BufferedRequest?> ReceiveAsync()
    {
        if (await ReadHeadAsync().ConfigureAwait(false) is not { } head)
            return null;
        string[] lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [string method, string target, "HTTP/1.1"])
            throw new InvalidDataException("The client does not send HTTP/1.1.");
        KeyValuePair<string, string>[] headers = [.. lines.Skip(1).Select(ParseHeader)];
        string length = headers.FirstOrDefault(header => header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes) || bytes > MaxBodyBytes)
            throw new InvalidDataException($"The client sends a request without a Content-Length of at most {MaxBodyBytes} bytes.");

        return await ReadBodyAsync(bytes).ConfigureAwait(false) is { } body
            ? new BufferedRequest(new HttpMethod(method), new Uri(_server, target), headers, body)
            : null;
    }

    /// <summary>Processes a request, and cancels the processing when the client closes the connection or the proxy stops.</summary>
    public async Task<WireReply> WhileConnectedAsync(Func<CancellationToken, Task<WireReply>> process)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        Task<WireReply> reply = process(abandoned.Token);
        if (await Task.WhenAny(reply, Next()).ConfigureAwait(false) != reply && await IsClosedAsync().ConfigureAwait(false))
            await abandoned.CancelAsync().ConfigureAwait(false);
        return await reply.ConfigureAwait(false);
    }

    /// <summary>Sends a reply.</summary>
    /// <returns><see langword="true"/> if the connection can serve another request.</returns>
    public async Task<bool> ReplyAsync(WireReply reply)
    {
        if (reply.Response is { } response)
        {
            byte[] bytes = [.. HeadOf(response), .. response.Body.AsSpan(0, reply.Length)];
            await _stream.WriteAsync(bytes, _stop).ConfigureAwait(false);
        }

        if (reply.Ending == WireEnding.Close)
            _socket.Shutdown(SocketShutdown.Send);
        if (reply.Ending is WireEnding.Close or WireEnding.Silence)
            await Next().ConfigureAwait(false); // until the client closes the connection
        return reply.Ending == WireEnding.Complete;
    }

    /// <summary>Resets the connection, which a client that already closed it does not notice.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Close(timeout: 0);
        if (_next is not null)
            await IsClosedAsync().ConfigureAwait(false);
        await _reader.CompleteAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static KeyValuePair<string, string> ParseHeader(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new(line[..colon], line[(colon + 1)..].Trim()) : throw new InvalidDataException("The client sends a header without a name.");
    }

    private static byte[] HeadOf(WireResponse response)
    {
        var head = new StringBuilder($"HTTP/1.1 {(int)response.Status} {response.Status}\r\n");
        foreach ((string name, string value) in response.Headers)
        {
            if (!RemovedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {response.Body.Length}\r\n\r\n");
        return Encoding.Latin1.GetBytes(head.ToString());
    }

    private async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            ReadResult read = await TakeNextAsync().ConfigureAwait(false);
            if (TryFindHead(read.Buffer) is var (head, end))
            {
                _reader.AdvanceTo(end);
                return head;
            }

            if (read.IsCompleted)
                return null;
            if (read.Buffer.Length > MaxHeadBytes)
                throw new InvalidDataException($"The client sends headers of more than {MaxHeadBytes} bytes.");
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static (string Head, SequencePosition End)? TryFindHead(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.TryReadTo(out ReadOnlySequence<byte> head, EndOfHead)
            ? (Encoding.Latin1.GetString(head), reader.Position)
            : null;
    }

    private async Task<byte[]?> ReadBodyAsync(int length)
    {
        if (length == 0)
            return [];
        ReadResult read = await _reader.ReadAtLeastAsync(length, _stop).ConfigureAwait(false);
        if (read.Buffer.Length < length)
            return null;
        ReadOnlySequence<byte> body = read.Buffer.Slice(0, length);
        byte[] bytes = body.ToArray();
        _reader.AdvanceTo(body.End);
        return bytes;
    }

    // While a request is processed, the next read is pending, and shows when the client closes the connection.
    private Task<ReadResult> Next() => _next ??= _reader.ReadAsync(_stop).AsTask();

    private Task<ReadResult> TakeNextAsync()
    {
        Task<ReadResult> next = Next();
        _next = null;
        return next;
    }

    private async Task<bool> IsClosedAsync()
    {
        try
        {
            return (await Next().ConfigureAwait(false)).IsCompleted;
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return true; // reset by the client, or closed by the proxy
        }
    }
}

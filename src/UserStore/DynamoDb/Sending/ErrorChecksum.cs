using System.Globalization;
using System.IO.Hashing;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.EventStreams;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace UserStore.DynamoDb.Sending;

/// <summary>Compares the body of error responses with the checksum that DynamoDB sends. The SDK checks successful responses only, but a damaged
/// error says something else about a write than DynamoDB did.</summary>
internal sealed class ErrorChecksum(IExceptionHandler inner) : IExceptionHandler
{
    private const string Header = "x-amz-crc32";

    /// <summary>Checks the error responses of a pipeline before it reads them.</summary>
    public static void AddTo(RuntimePipeline pipeline)
    {
        IDictionary<Type, IExceptionHandler> handlers = pipeline.Handlers.OfType<ErrorHandler>().Single().ExceptionHandlers;
        handlers[typeof(HttpErrorResponseException)] = new ErrorChecksum(handlers[typeof(HttpErrorResponseException)]);
    }

    /// <inheritdoc/>
    public bool Handle(IExecutionContext executionContext, Exception exception) => inner.Handle(executionContext, exception);

    /// <inheritdoc/>
    public async Task<bool> HandleAsync(IExecutionContext executionContext, Exception exception)
    {
        if (exception is not HttpErrorResponseException error || !error.Response.IsHeaderPresent(Header))
            return await inner.HandleAsync(executionContext, exception).ConfigureAwait(false);
        using IHttpResponseBody body = error.Response.ResponseBody;
        using var received = new MemoryStream();
        Stream response = await body.OpenResponseAsync().ConfigureAwait(false);
        await response.CopyToAsync(received, executionContext.RequestContext.CancellationToken).ConfigureAwait(false);
        byte[] content = received.ToArray();
        if (!IsIntact(error.Response, content))
            throw new IOException("The body of an error response does not match its checksum.");
        return await inner.HandleAsync(
            executionContext, new HttpErrorResponseException(error.Message, error, new ReceivedResponse(error.Response, content))).ConfigureAwait(false);
    }

    // The checksum is that of the bytes on the wire: it says nothing about a body that was decompressed.
    private static bool IsIntact(IWebResponseData response, byte[] content) => response.ContentLength != content.Length
        || !uint.TryParse(response.GetHeaderValue(Header), NumberStyles.None, CultureInfo.InvariantCulture, out uint expected)
        || Crc32.HashToUInt32(content) == expected;

    /// <summary>A response whose body was already read from the network.</summary>
    private sealed class ReceivedResponse(IWebResponseData response, byte[] content) : IWebResponseData, IHttpResponseBody
    {
        public long ContentLength => response.ContentLength;

        public string ContentType => response.ContentType;

        public HttpStatusCode StatusCode => response.StatusCode;

        public bool IsSuccessStatusCode => response.IsSuccessStatusCode;

        public IHttpResponseBody ResponseBody => this;

        public string[] GetHeaderNames() => response.GetHeaderNames();

        public bool IsHeaderPresent(string headerName) => response.IsHeaderPresent(headerName);

        public string GetHeaderValue(string headerName) => response.GetHeaderValue(headerName);

        public IEventStreamHeader GetEventStreamHeader(string headerName) => response.GetEventStreamHeader(headerName);

        public bool IsEventHeaderPresent(string headerName) => response.IsEventHeaderPresent(headerName);

        public Stream OpenResponse() => new MemoryStream(content, writable: false);

        public Task<Stream> OpenResponseAsync() => Task.FromResult(OpenResponse());

        public void Dispose()
        {
            // Nothing is open.
        }
    }
}

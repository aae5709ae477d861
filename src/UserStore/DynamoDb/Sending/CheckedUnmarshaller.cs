using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace UserStore.DynamoDb.Sending;

/// <summary>Reads responses as the SDK does, except those that it cannot read to an end.</summary>
/// <param name="inner">The SDK's reader of the operation.</param>
internal sealed class CheckedUnmarshaller(JsonResponseUnmarshaller inner) : ResponseUnmarshaller
{
    /// <inheritdoc/>
    public override UnmarshallerContext CreateContext(
        IWebResponseData response, bool readEntireResponse, Stream stream, RequestMetrics metrics, bool isException, IRequestContext requestContext)
        => isException
            ? inner.CreateContext(response, readEntireResponse, ErrorBody.Read(response, stream, requestContext), metrics, isException, requestContext)
            : new Context(stream, readEntireResponse, response, requestContext);

    /// <inheritdoc/>
    public override AmazonWebServiceResponse Unmarshall(UnmarshallerContext input) => inner.Unmarshall(input);

    /// <inheritdoc/>
    public override AmazonServiceException UnmarshallException(UnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        => inner.UnmarshallException(input, innerException, statusCode);

    /// <inheritdoc/>
    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException, IRequestContext requestContext)
        => throw new NotSupportedException();

    /// <summary>A position in a response, which throws when a structure begins after the end of the response.</summary>
    /// <remarks>The SDK reads a list until a token ends it. After the end of the response there is none, but every structure that it tries to read
    /// there is one more element: it adds elements until the memory is full. It asks for the depth once at the start of each structure.</remarks>
    internal sealed class Context(Stream stream, bool maintainsBody, IWebResponseData? response, IRequestContext request)
        : JsonUnmarshallerContext(stream, maintainsBody, response, isException: false, request)
    {
        /// <inheritdoc/>
        public override int CurrentDepth => CurrentTokenType is null ? throw new JsonException("The response ends within a list.") : base.CurrentDepth;
    }
}

using System.Buffers;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace UserStore.DynamoDb.Sending;

/// <summary>How the SDK's pipeline writes a request and reads its response.</summary>
/// <param name="target">The operation.</param>
/// <param name="body">The properties of the request.</param>
/// <param name="response">The reader of the response.</param>
internal sealed class JsonInvocation(string target, ReadOnlyMemory<byte> body, ResponseUnmarshaller response)
    : InvokeOptionsBase, IMarshaller<IRequest, AmazonWebServiceRequest>
{
    /// <inheritdoc/>
    public override IMarshaller<IRequest, AmazonWebServiceRequest> RequestMarshaller => this;

    /// <inheritdoc/>
    public override ResponseUnmarshaller ResponseUnmarshaller => response;

    /// <inheritdoc/>
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var content = new PooledContentStream(body.Length + 2);
        content.BufferWriter.Write("{"u8);
        content.BufferWriter.Write(body.Span);
        content.BufferWriter.Write("}"u8);
        return new DefaultRequest(input, "Amazon.DynamoDBv2")
        {
            Headers =
            {
                ["X-Amz-Target"] = target,
                ["Content-Type"] = "application/x-amz-json-1.0",
                ["x-amz-api-version"] = "2012-08-10",
            },
            HttpMethod = "POST",
            ResourcePath = "/",
            ContentStream = content,
        };
    }
}

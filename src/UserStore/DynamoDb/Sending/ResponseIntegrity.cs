using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace UserStore.DynamoDb.Sending;

/// <summary>Checks the responses that the SDK reads, so that a damaged one is a lost response.</summary>
internal sealed class ResponseIntegrity : PipelineHandler
{
    /// <summary>Checks the response to a request.</summary>
    public static void Check(IRequestContext request)
    {
        if (request is RequestContext { Unmarshaller: JsonResponseUnmarshaller { HasStreamingProperty: false } unmarshaller } context)
            context.Unmarshaller = new CheckedUnmarshaller(unmarshaller);
    }

    /// <inheritdoc/>
    public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        Check(executionContext.RequestContext);
        return base.InvokeAsync<T>(executionContext);
    }
}

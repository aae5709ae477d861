using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace UserStore.DynamoDb.Sending;

/// <summary>Checks the responses that the SDK reads, so that a damaged one is a lost response.</summary>
internal sealed class ResponseIntegrity : PipelineHandler
{
    /// <summary>The maximum length of a response: a batch of 16 MB, if every byte of it is escaped.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

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

using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace UserStore.DynamoDb.Sending;

/// <summary>Observes the attempts of a client that retries by itself, as one of the application does: whether a response was lost.</summary>
/// <remarks>
/// The SDK reports only the last attempt of a request. Without this, every failed condition could come from an earlier attempt of the same write,
/// and concurrent writers of one user would often not learn whether theirs was applied. The observer is a handler inside of the SDK's retries,
/// passes requests on unchanged, except within a <see cref="ReadOnlyScope"/>, and has their responses checked.
/// </remarks>
internal sealed class AttemptObserver(IPipelineHandler rest) : PipelineHandler
{
    private static readonly AsyncLocal<AttemptObservation?> Current = new();
    private static readonly ConditionalWeakTable<AmazonServiceClient, AttemptObserver> Observers = [];

    /// <summary>Observes a client from now on.</summary>
    /// <returns>False if the client is not the SDK's, such as a decorator or a mock.</returns>
    public static bool TryAttach(IAmazonService client)
    {
        if (client is not AmazonServiceClient service || FindPipeline(service) is not { } pipeline)
            return false;
        lock (Observers)
        {
            if (Observers.TryGetValue(service, out _))
                return true;
            if (pipeline.Handlers.OfType<RetryHandler>().FirstOrDefault() is not { } retries)
                return false;
            var observer = new AttemptObserver(retries.InnerHandler);
            pipeline.AddHandlerAfter<RetryHandler>(observer);
            Observers.Add(service, observer);
            return true;
        }
    }

    /// <summary>Starts to observe the request that the caller sends next.</summary>
    public static AttemptObservation Start() => Current.Value = new AttemptObservation();

    // A request that is sent at the moment when the observer is attached finds the rest of the pipeline, to which it is not yet linked.
    public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        ReadOnlyScope.ThrowIfForbidden(executionContext.RequestContext.OriginalRequest);
        ResponseIntegrity.Check(executionContext.RequestContext);
        return Current.Value is { } observation
            ? InvokeAsync<T>(observation, executionContext)
            : (InnerHandler ?? rest).InvokeAsync<T>(executionContext);
    }

    private async Task<T> InvokeAsync<T>(AttemptObservation observation, IExecutionContext executionContext)
        where T : AmazonWebServiceResponse, new()
    {
        try
        {
            return await (InnerHandler ?? rest).InvokeAsync<T>(executionContext).ConfigureAwait(false);
        }
        catch (Exception failure) when (RequestFailure.HasNoResponse(failure))
        {
            observation.ResponseWasLost = true;
            throw;
        }
    }

    private static RuntimePipeline? FindPipeline(AmazonServiceClient client)
    {
        try
        {
            return PipelineOf(client);
        }
        catch (MissingMemberException)
        {
            return null; // another version of the SDK
        }
    }

    // The pipeline can be customized by classes that derive from the client, or for all clients of the process that are created later. Neither
    // reaches the client that an application has created.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_RuntimePipeline")]
    private static extern RuntimePipeline PipelineOf(AmazonServiceClient client);
}

/// <summary>What was observed of one request.</summary>
internal sealed class AttemptObservation
{
    /// <summary>Gets or sets a value indicating whether an attempt received no response.</summary>
    public bool ResponseWasLost { get; set; }
}

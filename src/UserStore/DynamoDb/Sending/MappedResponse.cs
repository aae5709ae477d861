using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.DynamoDb.Sending;

/// <summary>A response that is read as JSON, as far as the store uses it.</summary>
internal abstract class MappedResponse : AmazonWebServiceResponse
{
    public IReadOnlyList<ConsumedCapacity> Capacity { get; set; } = [];
}

/// <inheritdoc cref="MappedResponse"/>
internal sealed class MappedResponse<TResult> : MappedResponse
{
    public TResult? Result { get; set; }
}

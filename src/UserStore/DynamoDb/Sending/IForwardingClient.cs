using Amazon.DynamoDBv2;

namespace UserStore.DynamoDb.Sending;

/// <summary>Represents a client whose own endpoint is meaningless, because another client sends its requests.</summary>
internal interface IForwardingClient
{
    /// <summary>Gets the client that sends the requests; null if they are not sent.</summary>
    IAmazonDynamoDB? Target { get; }
}

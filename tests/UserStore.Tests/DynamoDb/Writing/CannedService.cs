using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations.Running;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>A service that stores nothing: each request succeeds, unless the test says how it fails.</summary>
internal sealed class CannedService
{
    private readonly List<AmazonWebServiceRequest> _sent = [];

    public UserStoreOptions Options { get; } = new() { Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) } };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets or sets what returns the failure of a request, of which it gets the number; null to let it succeed.</summary>
    public Func<AmazonWebServiceRequest, int, Exception?> FailureOf { get; set; } = (_, _) => null;

    /// <summary>Gets or sets what returns the items that are read.</summary>
    public Func<GetItemRequest, Dictionary<string, AttributeValue>?> Read { get; set; } = _ => null;

    public IReadOnlyList<AmazonWebServiceRequest> Sent => _sent;

    /// <summary>Gets the requests, each as its operation and its users.</summary>
    public IEnumerable<string> Log => _sent.Select(
        request => string.Join(' ', [request.GetType().Name.Replace("Request", ""), .. UsersOf(request)]));

    /// <summary>Returns the ids of the users of a request.</summary>
    public static string[] UsersOf(AmazonWebServiceRequest request) => [.. (request switch
    {
        TransactWriteItemsRequest transaction => transaction.TransactItems.Select(
            action => action.Put?.Item ?? action.Update?.Key ?? action.Delete?.Key ?? action.ConditionCheck.Key),
        PutItemRequest put => [put.Item],
        UpdateItemRequest update => [update.Key],
        DeleteItemRequest delete => [delete.Key],
        GetItemRequest get => [get.Key],
        _ => Enumerable.Empty<Dictionary<string, AttributeValue>>(),
    }).Where(item => item.ContainsKey("user_id")).Select(item => item["user_id"].S)];

    /// <summary>Returns the id of a write.</summary>
    public static string WriteIdOf(AmazonWebServiceRequest request) => (request switch
    {
        TransactWriteItemsRequest transaction => transaction.TransactItems.Select(
            action => action.Put?.Item ?? action.Update?.ExpressionAttributeValues ?? []),
        PutItemRequest put => [put.Item],
        UpdateItemRequest update => [update.ExpressionAttributeValues],
        _ => Enumerable.Empty<Dictionary<string, AttributeValue>>(),
    }).SelectMany(values => values.Values).Select(value => value.S).Where(text => text?.StartsWith('~') == true).Max(StringComparer.Ordinal)!;

    public static HttpRequestException NoResponse() => new(HttpRequestError.ResponseEnded, "The connection was closed.");

    public static AmazonDynamoDBException Invalid() => new("invalid", ErrorType.Sender, "ValidationException", "r", HttpStatusCode.BadRequest);

    public static ConditionalCheckFailedException ConditionFailed(Dictionary<string, AttributeValue>? item = null)
        => new("failed") { Item = item, ErrorCode = "ConditionalCheckFailedException", StatusCode = HttpStatusCode.BadRequest };

    /// <summary>Creates the failure of a transaction.</summary>
    /// <param name="actions">The number of its actions.</param>
    /// <param name="failed">The actions whose condition failed.</param>
    public static TransactionCanceledException Canceled(int actions, params int[] failed) => new("canceled")
    {
        ErrorCode = "TransactionCanceledException",
        StatusCode = HttpStatusCode.BadRequest,
        CancellationReasons = [.. Enumerable.Range(0, actions).Select(
            action => new CancellationReason { Code = failed.Contains(action) ? "ConditionalCheckFailed" : "None" })],
    };

    /// <summary>Returns a connection whose client sends once, as the one that UserStore creates.</summary>
    public StoreConnection Connect() => new(new DelegatingClient((request, _) => SendAsync(request)), Options, Time, NullLogger.Instance)
    {
        OwnsRetries = true,
        SeesEveryAttempt = true,
    };

    private async Task<AmazonWebServiceResponse> SendAsync(AmazonWebServiceRequest request)
    {
        await Task.Yield();
        lock (_sent)
        {
            if (request is not DescribeTableRequest)
                _sent.Add(request);
            if (FailureOf(request, _sent.Count) is { } failure)
                throw failure;
        }

        return request switch
        {
            TransactWriteItemsRequest => new TransactWriteItemsResponse(),
            PutItemRequest => new PutItemResponse(),
            UpdateItemRequest => new UpdateItemResponse { Attributes = [] },
            DeleteItemRequest => new DeleteItemResponse(),
            GetItemRequest get => new GetItemResponse { Item = Read(get) },
            DescribeTableRequest => throw new AmazonDynamoDBException("no", ErrorType.Sender, "AccessDeniedException", "r", HttpStatusCode.BadRequest),
            _ => throw new NotSupportedException(request.GetType().Name),
        };
    }
}

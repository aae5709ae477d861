using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.Migrations;

/// <summary>Represents a change that a dry run recorded instead of requesting it.</summary>
/// <param name="MigrationId">The migration.</param>
/// <param name="Operation">The name of the operation in DynamoDB's API, such as <c>UpdateItem</c>.</param>
/// <param name="Tables">The tables to be changed.</param>
/// <param name="Request">The request, which may contain values of users.</param>
public sealed record RecordedRequest(
    string MigrationId, string Operation, IReadOnlyList<string> Tables, AmazonWebServiceRequest Request)
{
    /// <summary>Returns a description of the change without values.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"{MigrationId}: {Operation} {string.Join(", ", Tables)}{Details()}";

    private string Details() => Request switch
    {
        UpdateTableRequest update => string.Concat((update.GlobalSecondaryIndexUpdates ?? []).Select(
            index => index.Create is { } created ? $" + index {created.IndexName}" : index.Delete is { } deleted ? $" - index {deleted.IndexName}" : "")),
        UpdateTimeToLiveRequest { TimeToLiveSpecification: { } setting } => $" on {setting.AttributeName}",
        TransactWriteItemsRequest transaction => $" ({transaction.TransactItems.Count} actions)",
        BatchWriteItemRequest batch => $" ({batch.RequestItems.Sum(table => table.Value.Count)} items)",
        _ => "",
    };
}

using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.Migrations;

/// <summary>A change that a dry run would have requested.</summary>
/// <param name="MigrationId">The migration that asked for it.</param>
/// <param name="Operation">The operation of the service's API, such as <c>UpdateItem</c>.</param>
/// <param name="Tables">The tables that it would have changed.</param>
/// <param name="Request">The request itself, which may hold values of users.</param>
public sealed record RecordedRequest(
    string MigrationId, string Operation, IReadOnlyList<string> Tables, AmazonWebServiceRequest Request)
{
    /// <summary>Returns what would have been changed, without values.</summary>
    /// <returns>A text that is safe to log.</returns>
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

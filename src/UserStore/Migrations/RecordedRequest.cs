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
        UpdateTableRequest update => DetailsOf(update),
        UpdateTimeToLiveRequest { TimeToLiveSpecification: { } setting } => $" on {setting.AttributeName}",
        TransactWriteItemsRequest transaction => $" ({transaction.TransactItems.Count} actions)",
        BatchWriteItemRequest batch => $" ({batch.RequestItems.Sum(table => table.Value.Count)} items)",
        _ => "",
    };

    private static string DetailsOf(UpdateTableRequest update)
    {
        string[] settings =
        [
            .. (update.DeletionProtectionEnabled == true ? ["deletion protection"] : Array.Empty<string>()),
            .. (update.SSESpecification is null ? Array.Empty<string>() : ["encryption key"]),
            .. (update.TableClass is null ? Array.Empty<string>() : [$"table class {update.TableClass}"]),
            .. Throughputs(update.OnDemandThroughput, update.WarmThroughput, ""),
            .. (update.GlobalSecondaryIndexUpdates ?? []).Where(index => index.Update is not null).SelectMany(
                index => Throughputs(index.Update.OnDemandThroughput, index.Update.WarmThroughput, $" of {index.Update.IndexName}")),
        ];
        return (settings.Length > 0 ? $": {string.Join(", ", settings)}" : "") + string.Concat((update.GlobalSecondaryIndexUpdates ?? []).Select(
            index => index.Create is { } created ? $" + index {created.IndexName}" : index.Delete is { } deleted ? $" - index {deleted.IndexName}" : ""));
    }

    private static IEnumerable<string> Throughputs(OnDemandThroughput? maximum, WarmThroughput? warm, string suffix)
    {
        if (maximum is not null)
            yield return $"maximum throughput{suffix}";
        if (warm is not null)
            yield return $"warm throughput{suffix}";
    }
}

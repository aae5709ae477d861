using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;

namespace UserStore.Health;

/// <summary>Compares the tables of a store with what type and options say, and changes nothing.</summary>
internal sealed class TableInspection(IAmazonDynamoDB client, StoreSchema schema, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly RequestSender _sender = new(StoreConnection.WithoutLogging(client, schema.Options, time), schema);
    private readonly UserStoreRetryOptions _retry = new()
    {
        Timeout = Shorter(schema.Options.Retry.Timeout, Patience),
        AttemptTimeout = Shorter(schema.Options.Retry.AttemptTimeout, Patience),
        BaseDelay = schema.Options.Retry.BaseDelay,
        MaxDelay = schema.Options.Retry.MaxDelay,
    };

    /// <summary>Returns all that is not as it should be.</summary>
    /// <exception cref="UserStoreException">DynamoDB gave no answer.</exception>
    public async Task<IReadOnlyList<UserStoreSchemaException>> RunAsync(CancellationToken cancellationToken)
    {
        StoreCall call = _sender.Begin(cancellationToken, retry: _retry);
        var drifts = new List<UserStoreSchemaException>();
        foreach (TableSchema table in schema.Tables)
        {
            try
            {
                drifts.AddRange(await InspectAsync(call, table).ConfigureAwait(false));
            }
            catch (UserStoreSchemaException missing)
            {
                drifts.Add(missing);
            }
        }

        return drifts;
    }

    private async Task<List<UserStoreSchemaException>> InspectAsync(StoreCall call, TableSchema table)
    {
        DescribeTableResponse response = await call.SendAsync(
            "DescribeTable", [table], token => client.DescribeTableAsync(table.TableName, token)).ConfigureAwait(false);
        TableDescription found = response.Table;
        List<UserStoreSchemaException> drifts = [.. table.Differences(found)];
        if (found.TableStatus != TableStatus.ACTIVE && found.TableStatus != TableStatus.UPDATING)
            drifts.Add(Drift(table, $"is {found.TableStatus}. Wait until it is active."));
        foreach (var index in table.Indexes.Select(index => table.Find(found, index)).OfType<GlobalSecondaryIndexDescription>())
        {
            if (index.IndexStatus is not null && index.IndexStatus != IndexStatus.ACTIVE && index.IndexStatus != IndexStatus.UPDATING)
                drifts.Add(new UserStoreSchemaException(table.TableName, index.IndexName, $"is {index.IndexStatus}. Wait until it is active."));
        }

        if (table.Stream is { } stream && found.StreamSpecification?.StreamViewType != stream.StreamViewType)
        {
            drifts.Add(Drift(
                table,
                $"has a stream that tells {found.StreamSpecification?.StreamViewType?.Value ?? "nothing"} instead of {stream.StreamViewType}. "
                    + "Run EnsureTablesAsync, or correct UserStoreOptions.StreamViewType."));
        }

        if (table.TimeToLiveAttribute is { } attribute
            && await FindTimeToLiveAsync(call, table).ConfigureAwait(false) is var actual
            && actual != attribute)
        {
            drifts.Add(Drift(
                table,
                $"has its time to live on {(actual is null ? "no attribute" : $"'{actual}'")} instead of '{attribute}'. "
                    + "Run EnsureTablesAsync, or set UserStoreOptions.EnableTimeToLive to false."));
        }

        return drifts;
    }

    private async Task<string?> FindTimeToLiveAsync(StoreCall call, TableSchema table)
    {
        var request = new DescribeTimeToLiveRequest { TableName = table.TableName };
        DescribeTimeToLiveResponse response = await call.SendAsync(
            "DescribeTimeToLive", [table], token => client.DescribeTimeToLiveAsync(request, token)).ConfigureAwait(false);
        return response.TimeToLiveDescription is { } current
            && (current.TimeToLiveStatus == TimeToLiveStatus.ENABLED || current.TimeToLiveStatus == TimeToLiveStatus.ENABLING)
            ? current.AttributeName
            : null;
    }

    private static UserStoreSchemaException Drift(TableSchema table, string problem) => new(table.TableName, null, problem);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Preparation;

namespace UserStore.Health;

/// <summary>Compares the tables of a store with their definitions, and changes nothing.</summary>
internal sealed class TableInspection(StoreConnection connection, StoreSchema schema)
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(5);

    private readonly RequestSender _sender = new(connection, schema);
    private readonly UserStoreRetryOptions _retry = schema.Options.Retry.AtMost(timeout: MaxTimeout, attemptTimeout: MaxTimeout);

    /// <summary>Returns all differences.</summary>
    /// <exception cref="UserStoreException">DynamoDB cannot be reached.</exception>
    public async Task<IReadOnlyList<UserStoreSchemaException>> RunAsync(CancellationToken cancellationToken)
    {
        StoreCall call = _sender.Begin(cancellationToken, retry: _retry);
        var differences = new List<UserStoreSchemaException>();
        foreach (TableSchema table in schema.Tables)
        {
            try
            {
                differences.AddRange(await InspectAsync(call, table).ConfigureAwait(false));
            }
            catch (UserStoreSchemaException missing)
            {
                differences.Add(missing);
            }
        }

        return differences;
    }

    private async Task<List<UserStoreSchemaException>> InspectAsync(StoreCall call, TableSchema table)
    {
        DescribeTableResponse response = await call.SendAsync(
            "DescribeTable", [table], token => connection.Client.DescribeTableAsync(table.TableName, token)).ConfigureAwait(false);
        TableDescription found = response.Table;
        List<UserStoreSchemaException> differences = [.. table.Differences(found)];
        if (found.TableStatus != TableStatus.ACTIVE && found.TableStatus != TableStatus.UPDATING)
            differences.Add(new UserStoreSchemaException(table.TableName, null, TableDifference.OfStatus(found.TableStatus.Value)));
        else if (await HasOtherHashKeyAsync(call, table).ConfigureAwait(false))
            differences.Add(TableDifference.OfHashKey(table.TableName));
        foreach (var index in table.GlobalIndexes.Select(index => index.FindIn(found)).OfType<GlobalSecondaryIndexDescription>())
        {
            if (index.IndexStatus is not null && index.IndexStatus != IndexStatus.ACTIVE && index.IndexStatus != IndexStatus.UPDATING)
                differences.Add(new UserStoreSchemaException(table.TableName, index.IndexName, $"is {index.IndexStatus}. Wait until it is active."));
        }

        UserStoreSchemaException[] unsupported = [.. TableDifference.OfStrongConsistency(table, found)];
        differences.AddRange(unsupported);
        if (table.Stream is { } stream && TableDifference.OfStream(table.TableName, found.StreamSpecification, stream) is { } ofStream)
            differences.Add(ofStream);
        if (table.Settings is { MayHaveBackups: false } && found.StreamSpecification?.StreamEnabled == true)
            differences.Add(TableDifference.OfForbiddenStream(table.TableName));
        if (table.TimeToLiveAttribute is { } attribute && unsupported.Length == 0)
        {
            var request = new DescribeTimeToLiveRequest { TableName = table.TableName };
            DescribeTimeToLiveResponse timeToLive = await call.SendAsync(
                "DescribeTimeToLive", [table], token => connection.Client.DescribeTimeToLiveAsync(request, token)).ConfigureAwait(false);
            if (TableDifference.OfTimeToLive(table.TableName, timeToLive.TimeToLiveDescription, attribute) is { } ofTimeToLive)
                differences.Add(ofTimeToLive);
        }

        differences.AddRange(table.SettingsToEnsure.Select(setting => setting.DifferenceOf(table.TableName, found)).OfType<UserStoreSchemaException>());
        if (table.Settings?.Options.Tags.Count > 0)
        {
            List<Tag> tags = await TagReader.ReadAsync(found.TableArn ?? table.TableName, request => call.SendAsync(
                "ListTagsOfResource", [table], token => connection.Client.ListTagsOfResourceAsync(request, token))).ConfigureAwait(false);
            if (TableDifference.OfTags(table, tags) is { } ofTags)
                differences.Add(ofTags);
        }

        if (table.Settings is { PointInTimeRecovery: true } or { MayHaveBackups: false }
            && TableDifference.OfPointInTimeRecovery(table, await FindBackupsAsync(call, table).ConfigureAwait(false)) is { } ofRecovery)
        {
            differences.Add(ofRecovery);
        }

        return differences;
    }

    // One item shows it, because all have the same key.
    private async Task<bool> HasOtherHashKeyAsync(StoreCall call, TableSchema table)
        => (table == schema.Tombstones || table == schema.DataKeys) && schema.Options.Privacy.HashKey is not null
            && await new TableReader(connection.Client).HasOtherAsync(
                call, table, table.Keys[0].AttributeName, new UserHash(schema.Options.Privacy).IsOfOtherKey).ConfigureAwait(false);

    private async Task<ContinuousBackupsDescription?> FindBackupsAsync(StoreCall call, TableSchema table)
    {
        var request = new DescribeContinuousBackupsRequest { TableName = table.TableName };
        DescribeContinuousBackupsResponse response = await call.SendAsync("DescribeContinuousBackups", [table], async token =>
        {
            try
            {
                return await connection.Client.DescribeContinuousBackupsAsync(request, token).ConfigureAwait(false);
            }
            catch (AmazonDynamoDBException unknown) when (RequestFailure.IsUnknownOperation(unknown) && !table.Settings!.PointInTimeRecovery)
            {
                return new DescribeContinuousBackupsResponse(); // a local server has no backups
            }
        }).ConfigureAwait(false);
        return response.ContinuousBackupsDescription;
    }
}

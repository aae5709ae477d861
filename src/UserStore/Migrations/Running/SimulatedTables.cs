using System.Collections.Concurrent;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations.Running;

/// <summary>Simulates the tables after the changes that a dry run has recorded. Changes take effect at once, so that building blocks do not
/// wait for them.</summary>
/// <param name="inner">The client of the real tables; null where there are none.</param>
internal sealed class SimulatedTables(IAmazonDynamoDB? inner)
{
    private readonly ConcurrentDictionary<string, TableDescription?> _changed = new();
    private readonly ConcurrentDictionary<string, byte> _created = new();
    private readonly ConcurrentDictionary<(string Table, string Index), byte> _createdIndexes = new();
    private readonly ConcurrentDictionary<string, TimeToLiveDescription> _timesToLive = new();

    /// <summary>Returns whether the dry run created or deleted a table or an index, so that it has no items to read.</summary>
    public bool IsSimulated(string table, string? index = null)
        => _created.ContainsKey(table) || (index is not null && _createdIndexes.ContainsKey((table, index)));

    public bool HasTimeToLive(string table) => _timesToLive.ContainsKey(table);

    /// <exception cref="ResourceNotFoundException">The table does not exist.</exception>
    public async Task<TableDescription> GetAsync(string table, CancellationToken cancellationToken)
    {
        if (_changed.TryGetValue(table, out TableDescription? changed))
            return changed ?? throw NotFound(table);
        if (inner is null)
            throw NotFound(table);
        return (await inner.DescribeTableAsync(table, cancellationToken).ConfigureAwait(false)).Table;
    }

    public async Task<CreateTableResponse> CreateAsync(CreateTableRequest request, CancellationToken cancellationToken)
    {
        if (await FindAsync(request.TableName, cancellationToken).ConfigureAwait(false) is not null)
            throw new ResourceInUseException($"Table already exists: {request.TableName}");
        var table = new TableDescription
        {
            TableName = request.TableName,
            TableStatus = TableStatus.ACTIVE,
            KeySchema = request.KeySchema,
            AttributeDefinitions = request.AttributeDefinitions,
            StreamSpecification = request.StreamSpecification,
            DeletionProtectionEnabled = request.DeletionProtectionEnabled,
            SSEDescription = ToDescription(request.SSESpecification),
            TableClassSummary = ToDescription(request.TableClass),
            OnDemandThroughput = request.OnDemandThroughput,
            WarmThroughput = ToDescription(request.WarmThroughput),
            ItemCount = 0,
            GlobalSecondaryIndexes = [.. (request.GlobalSecondaryIndexes ?? []).Select(
                index => Active(index.IndexName, index.KeySchema, index.Projection, index.OnDemandThroughput, index.WarmThroughput))],
        };
        _created[request.TableName] = 0;
        _changed[request.TableName] = table;
        return new CreateTableResponse { TableDescription = table };
    }

    public async Task<UpdateTableResponse> UpdateAsync(UpdateTableRequest request, CancellationToken cancellationToken)
    {
        TableDescription table = await GetAsync(request.TableName, cancellationToken).ConfigureAwait(false);
        List<GlobalSecondaryIndexDescription> indexes = [.. table.GlobalSecondaryIndexes ?? []];
        foreach (GlobalSecondaryIndexUpdate update in request.GlobalSecondaryIndexUpdates ?? [])
        {
            if (update.Create is { } create)
            {
                indexes.Add(Active(create.IndexName, create.KeySchema, create.Projection, create.OnDemandThroughput, create.WarmThroughput));
                _createdIndexes[(request.TableName, create.IndexName)] = 0;
            }
            else if (update.Delete is { } delete)
            {
                indexes.RemoveAll(index => index.IndexName == delete.IndexName);
            }
            else if (update.Update is { } change)
            {
                int position = indexes.FindIndex(index => index.IndexName == change.IndexName);
                if (position < 0)
                    throw NotFound($"{request.TableName}, index: {change.IndexName}");
                GlobalSecondaryIndexDescription index = indexes[position];
                indexes[position] = Active(
                    index.IndexName,
                    index.KeySchema,
                    index.Projection,
                    change.OnDemandThroughput ?? index.OnDemandThroughput,
                    change.WarmThroughput ?? ToRequest(index.WarmThroughput));
            }
        }

        var changed = new TableDescription
        {
            TableName = table.TableName,
            TableStatus = TableStatus.ACTIVE,
            KeySchema = table.KeySchema,
            AttributeDefinitions = [.. (request.AttributeDefinitions ?? []).Concat(table.AttributeDefinitions).DistinctBy(
                attribute => attribute.AttributeName)],
            StreamSpecification = request.StreamSpecification ?? table.StreamSpecification,
            DeletionProtectionEnabled = request.DeletionProtectionEnabled ?? table.DeletionProtectionEnabled,
            SSEDescription = ToDescription(request.SSESpecification) ?? table.SSEDescription,
            TableClassSummary = ToDescription(request.TableClass) ?? table.TableClassSummary,
            OnDemandThroughput = request.OnDemandThroughput ?? table.OnDemandThroughput,
            WarmThroughput = ToDescription(request.WarmThroughput) ?? table.WarmThroughput,
            BillingModeSummary = table.BillingModeSummary,
            ProvisionedThroughput = table.ProvisionedThroughput,
            MultiRegionConsistency = table.MultiRegionConsistency,
            TableArn = table.TableArn,
            ItemCount = table.ItemCount,
            GlobalSecondaryIndexes = indexes,
        };
        _changed[request.TableName] = changed;
        return new UpdateTableResponse { TableDescription = changed };
    }

    public async Task<DeleteTableResponse> DeleteAsync(DeleteTableRequest request, CancellationToken cancellationToken)
    {
        TableDescription table = await GetAsync(request.TableName, cancellationToken).ConfigureAwait(false);
        _created[request.TableName] = 0; // a table that is created later under this name is empty
        _changed[request.TableName] = null;
        _timesToLive.TryRemove(request.TableName, out _);
        return new DeleteTableResponse { TableDescription = table };
    }

    public UpdateTimeToLiveResponse Update(UpdateTimeToLiveRequest request)
    {
        _timesToLive[request.TableName] = new TimeToLiveDescription
        {
            AttributeName = request.TimeToLiveSpecification.AttributeName,
            TimeToLiveStatus = request.TimeToLiveSpecification.Enabled == true ? TimeToLiveStatus.ENABLED : TimeToLiveStatus.DISABLED,
        };
        return new UpdateTimeToLiveResponse { TimeToLiveSpecification = request.TimeToLiveSpecification };
    }

    public DescribeTimeToLiveResponse DescribeTimeToLive(string table) => new()
    {
        TimeToLiveDescription = _timesToLive.GetValueOrDefault(table) ?? new TimeToLiveDescription { TimeToLiveStatus = TimeToLiveStatus.DISABLED },
    };

    private async Task<TableDescription?> FindAsync(string table, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(table, cancellationToken).ConfigureAwait(false);
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    private static GlobalSecondaryIndexDescription Active(
        string name, List<KeySchemaElement> keys, Projection projection, OnDemandThroughput? maximum, WarmThroughput? warm) => new()
        {
            IndexName = name,
            KeySchema = keys,
            Projection = projection,
            IndexStatus = IndexStatus.ACTIVE,
            Backfilling = false,
            OnDemandThroughput = maximum,
            WarmThroughput = warm is null ? null : new GlobalSecondaryIndexWarmThroughputDescription
            {
                ReadUnitsPerSecond = warm.ReadUnitsPerSecond,
                WriteUnitsPerSecond = warm.WriteUnitsPerSecond,
            },
        };

    private static SSEDescription? ToDescription(SSESpecification? requested) => requested?.Enabled != true ? null : new SSEDescription
    {
        Status = SSEStatus.ENABLED,
        SSEType = SSEType.KMS,
        KMSMasterKeyArn = requested.KMSMasterKeyId,
    };

    private static TableClassSummary? ToDescription(TableClass? requested) => requested is null ? null : new TableClassSummary { TableClass = requested };

    private static TableWarmThroughputDescription? ToDescription(WarmThroughput? requested) => requested is null ? null : new TableWarmThroughputDescription
    {
        ReadUnitsPerSecond = requested.ReadUnitsPerSecond,
        WriteUnitsPerSecond = requested.WriteUnitsPerSecond,
    };

    private static WarmThroughput? ToRequest(GlobalSecondaryIndexWarmThroughputDescription? actual) => actual is null ? null : new WarmThroughput
    {
        ReadUnitsPerSecond = actual.ReadUnitsPerSecond,
        WriteUnitsPerSecond = actual.WriteUnitsPerSecond,
    };

    private static ResourceNotFoundException NotFound(string table) => new($"Requested resource not found: Table: {table} not found");
}

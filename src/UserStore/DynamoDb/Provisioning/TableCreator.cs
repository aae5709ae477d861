using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Provisioning;

/// <summary>Creates a table, or the parts of it that do not exist, and waits until all of it is active.</summary>
internal sealed class TableCreator(IAmazonDynamoDB client, TableSchema schema, TimeSpan timeout, RequestSender sender)
{
    /// <summary>Creates the tables of a store, or the parts of them that do not exist.</summary>
    public static async Task EnsureAsync(StoreConnection connection, StoreSchema schema, RequestSender sender, CancellationToken cancellationToken)
        => await Task.WhenAll(schema.Tables.Select(table => new TableCreator(
            connection.Client, table, connection.Options.TableCreationTimeout, sender).EnsureAsync(cancellationToken))).ConfigureAwait(false);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var editor = new TableEditor(client, schema, timeout, sender, cancellationToken);
        TableDescription table = await editor.EnsureTableAsync(schema.ToCreateRequest()).ConfigureAwait(false);

        if (TableDifference.OfStrongConsistency(schema, table).FirstOrDefault() is { } unsupported)
            throw unsupported;
        // The service creates one index at a time.
        foreach (IndexSchema index in schema.GlobalIndexes)
        {
            table = await editor.EnsureIndexAsync(index.Name, found => schema.ToAddIndexRequest(index, found)).ConfigureAwait(false);
        }

        if (schema.Difference(table) is { } difference)
            throw difference;
        if (schema.Stream is { } stream)
            await editor.EnsureStreamAsync(stream).ConfigureAwait(false);
        if (schema.TimeToLiveAttribute is { } attribute)
            await editor.EnsureTimeToLiveAsync(attribute).ConfigureAwait(false);
        foreach (TableSetting setting in schema.SettingsToEnsure)
            await editor.EnsureAsync(setting).ConfigureAwait(false);
        if (schema.Settings is not { } settings)
            return;
        if (settings.Options.Tags.Count > 0)
            await editor.EnsureTagsAsync(settings).ConfigureAwait(false);
        if (settings.PointInTimeRecovery)
            await editor.EnsurePointInTimeRecoveryAsync(settings.Options.PointInTimeRecoveryDays).ConfigureAwait(false);
    }
}

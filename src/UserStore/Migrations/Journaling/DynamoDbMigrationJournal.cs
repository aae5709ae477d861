using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Journaling;

/// <summary>Stores the journal in a table. Each write is a transaction that checks the lock.</summary>
internal sealed class DynamoDbMigrationJournal(JournalTables tables) : IMigrationJournal
{
    private readonly JournalFormat _format = new(tables.Journal.TableName);

    public Task EnsureAsync(CancellationToken cancellationToken) => tables.EnsureAsync(cancellationToken);

    public Task DestroyAsync(CancellationToken cancellationToken) => tables.DestroyAsync(cancellationToken);

    public async Task<IReadOnlyList<MigrationEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        if (await tables.FindJournalKeyAsync(cancellationToken).ConfigureAwait(false) is not { } key)
            return [];
        var entries = new List<MigrationEntry>();
        await foreach (Dictionary<string, AttributeValue> item in tables.ScanAsync(
            new ScanRequest(), tables.Journal, cancellationToken).ConfigureAwait(false))
        {
            entries.Add(_format.FromItem(item, key));
        }

        return entries;
    }

    public async Task<bool> TryRecordAsync(MigrationEntry entry, LockFence fence, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue> item = JournalFormat.ToItem(entry, fence, tables.JournalKey);
        var request = new TransactWriteItemsRequest
        {
            ClientRequestToken = Guid.NewGuid().ToString(),
            TransactItems =
            [
                new() { ConditionCheck = ToCheck(fence) },
                new() { Put = new Put { TableName = tables.Journal.TableName, Item = item } },
            ],
        };
        WriteResult<TransactWriteItemsResponse> result = await tables.Sender.Begin(cancellationToken).WriteAsync(
            "TransactWriteItems",
            [tables.Journal, tables.Lock],
            token => tables.Client.TransactWriteItemsAsync(request, token)).ConfigureAwait(false);
        return result.Failure is null;
    }

    private ConditionCheck ToCheck(LockFence fence)
    {
        var expression = new ExpressionWriter();
        return new ConditionCheck
        {
            TableName = tables.Lock.TableName,
            Key = new() { [tables.LockKey!] = new(tables.Options.LockId) },
            ConditionExpression = $"{expression.Name("owner")} = {expression.Value(new AttributeValue(fence.Owner))} "
                + $"AND {expression.Name("fence")} = {expression.Value(ItemExtensions.Number(fence.Number))}",
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
    }
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A program that owns a table, reads and writes it by requests of its own, and knows nothing of the store.</summary>
public abstract class TableProgram(IAmazonDynamoDB client, string table)
{
    protected IAmazonDynamoDB Client { get; } = client;

    protected string Table { get; } = table;

    public abstract Task CreateTableAsync();

    /// <summary>Puts a whole item, in place of what is stored.</summary>
    public virtual Task PutAsync(int number, string name) => Client.PutItemAsync(Table, NewItem(number, name));

    /// <summary>Changes the name of a user as the program does.</summary>
    public virtual Task RenameAsync(int number, string name) => PutAsync(number, name);

    public virtual Task DeleteAsync(int number) => Client.DeleteItemAsync(Table, KeyOf(number));

    /// <summary>Reads a user; null if there is none.</summary>
    /// <exception cref="FormatException">The program cannot read an attribute.</exception>
    public async Task<IReadOnlyDictionary<string, object>?> ReadAsync(int number) => await FindItemAsync(number) is { } item ? Read(item) : null;

    public async Task<Dictionary<string, AttributeValue>?> FindItemAsync(int number)
    {
        GetItemResponse response = await Client.GetItemAsync(new GetItemRequest { TableName = Table, Key = KeyOf(number), ConsistentRead = true });
        return response.IsItemSet ? response.Item : null;
    }

    /// <summary>Adds an attribute that the class of the store does not have.</summary>
    public Task SetUnknownAsync(int number) => Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = Table,
        Key = KeyOf(number),
        UpdateExpression = "SET extra = :extra",
        ExpressionAttributeValues = new() { [":extra"] = Unknown },
    });

    public static AttributeValue Unknown => new() { M = new() { ["deep"] = new() { L = [new() { N = "1" }, new() { BOOL = true }] } } };

    protected abstract Dictionary<string, AttributeValue> KeyOf(int number);

    protected abstract Dictionary<string, AttributeValue> NewItem(int number, string name);

    /// <summary>Returns the attributes that the program reads, in its own types.</summary>
    protected abstract IReadOnlyDictionary<string, object> Read(Dictionary<string, AttributeValue> item);

    protected static string Text(Dictionary<string, AttributeValue> item, string name)
        => item.GetValueOrDefault(name)?.S ?? throw new FormatException($"'{name}' is not a string.");

    protected Task CreateTableAsync(string partitionKey, string? sortKey = null, string? index = null, string? indexKey = null)
        => Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = Table,
            KeySchema = sortKey is null ? [new(partitionKey, KeyType.HASH)] : [new(partitionKey, KeyType.HASH), new(sortKey, KeyType.RANGE)],
            AttributeDefinitions = [.. new[] { partitionKey, sortKey, indexKey }.OfType<string>()
                .Select(name => new AttributeDefinition(name, ScalarAttributeType.S))],
            BillingMode = BillingMode.PAY_PER_REQUEST,
            GlobalSecondaryIndexes = index is null ? null :
            [
                new GlobalSecondaryIndex
                {
                    IndexName = index,
                    KeySchema = [new(indexKey, KeyType.HASH)],
                    Projection = new Projection { ProjectionType = ProjectionType.ALL },
                },
            ],
        });
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace InPlace.Before;

/// <summary>The table of the customers, as the service has always created it.</summary>
public static class CustomerTable
{
    public static async Task CreateAsync(IAmazonDynamoDB client, string name)
    {
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = name,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            KeySchema = [new KeySchemaElement("id", KeyType.HASH)],
            AttributeDefinitions = [new("id", ScalarAttributeType.S), new("email", ScalarAttributeType.S)],
            GlobalSecondaryIndexes =
            [
                new GlobalSecondaryIndex
                {
                    IndexName = CustomerRepository.EmailIndex,
                    KeySchema = [new KeySchemaElement("email", KeyType.HASH)],
                    Projection = new Projection { ProjectionType = ProjectionType.ALL },
                },
            ],
        });
        while ((await client.DescribeTableAsync(name)).Table.TableStatus != TableStatus.ACTIVE)
            await Task.Delay(TimeSpan.FromMilliseconds(100));
    }
}

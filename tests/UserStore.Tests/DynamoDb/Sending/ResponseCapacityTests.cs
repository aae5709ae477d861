using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The capacity in the responses of all operations that report it.</summary>
public sealed class ResponseCapacityTests
{
    private static readonly ConsumedCapacity One = new() { TableName = "Users", CapacityUnits = 1.5 };
    private static readonly List<ConsumedCapacity> Two = [One, new() { TableName = "UserReservations", CapacityUnits = 2 }];

    public static TheoryData<object> OfOneTable =>
    [
        new PutItemResponse { ConsumedCapacity = One },
        new UpdateItemResponse { ConsumedCapacity = One },
        new DeleteItemResponse { ConsumedCapacity = One },
        new GetItemResponse { ConsumedCapacity = One },
        new QueryResponse { ConsumedCapacity = One },
        new ScanResponse { ConsumedCapacity = One },
    ];

    public static TheoryData<object> OfTables =>
    [
        new BatchGetItemResponse { ConsumedCapacity = Two },
        new BatchWriteItemResponse { ConsumedCapacity = Two },
        new TransactGetItemsResponse { ConsumedCapacity = Two },
        new TransactWriteItemsResponse { ConsumedCapacity = Two },
        new MappedResponse<string> { Capacity = Two },
    ];

    public static TheoryData<object?> Without =>
    [
        new PutItemResponse(),
        new UpdateItemResponse(),
        new DeleteItemResponse(),
        new GetItemResponse(),
        new QueryResponse(),
        new ScanResponse(),
        new BatchGetItemResponse { ConsumedCapacity = null },
        new BatchWriteItemResponse { ConsumedCapacity = null },
        new TransactGetItemsResponse { ConsumedCapacity = null },
        new TransactWriteItemsResponse { ConsumedCapacity = null },
        new MappedResponse<string>(),
        new DescribeTableResponse(),
        null,
    ];

    [Theory]
    [MemberData(nameof(OfOneTable))]
    public void The_response_of_a_request_for_one_table_has_one_capacity(object response) => ResponseCapacity.Of(response).Should().Equal(One);

    [Theory]
    [MemberData(nameof(OfTables))]
    public void The_response_of_a_batch_or_transaction_has_a_capacity_for_each_table(object response)
        => ResponseCapacity.Of(response).Should().Equal(Two);

    [Theory]
    [MemberData(nameof(Without))]
    public void A_response_without_capacity_has_none(object? response) => ResponseCapacity.Of(response).Should().BeEmpty();
}

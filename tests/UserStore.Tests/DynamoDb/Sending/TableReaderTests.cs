using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Moq;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The requests of reads, and what an empty response means.</summary>
public sealed class TableReaderTests
{
    private static readonly Dictionary<string, AttributeValue> Key = new() { ["user_id"] = new("fake-1") };
    private static readonly Dictionary<string, AttributeValue> Item = new() { ["user_id"] = new("fake-1"), ["age"] = new() { N = "1" } };

    private readonly StoreCallBench _bench = new();

    [Theory]
    [InlineData(ReadConsistency.Strong, true, true)]
    [InlineData(ReadConsistency.Eventual, false, false)]
    public async Task An_item_is_read_by_its_key(ReadConsistency consistency, bool isConsistent, bool isObserved)
    {
        GetItemRequest? sent = null;
        _bench.Client.Setup(client => client.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>()))
            .Callback((GetItemRequest request, CancellationToken _) => sent = request).Returns(Task.FromResult(new GetItemResponse { Item = Item }));

        (await Reader().FindAsync(_bench.Begin(isObserved: isObserved), _bench.Tables[0], Key, consistency)).Should().BeSameAs(Item);

        (sent!.TableName, sent.ConsistentRead, sent.Key).Should().Be((_bench.Table, isConsistent, Key));
        if (isObserved)
            sent.ReturnConsumedCapacity.Should().Be(ReturnConsumedCapacity.TOTAL);
    }

    [Fact]
    public async Task An_item_without_attributes_does_not_exist()
    {
        foreach (Dictionary<string, AttributeValue>? item in new[] { null, new Dictionary<string, AttributeValue>() })
        {
            _bench.Client.Setup(client => client.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>()))
                .Returns(Task.FromResult(new GetItemResponse { Item = item }));

            (await Reader().FindAsync(_bench.Begin(), _bench.Tables[0], Key)).Should().BeNull();
        }
    }

    [Fact]
    public async Task A_page_of_a_scan_is_read_consistently()
    {
        var request = new ScanRequest();
        ScanResponse[] responses = [new() { Items = [Item], LastEvaluatedKey = Key }, new() { Items = null, LastEvaluatedKey = [] }, new()];
        var pages = new List<ScanPage>();
        foreach (ScanResponse response in responses)
        {
            _bench.Client.Setup(client => client.ScanAsync(request, It.IsAny<CancellationToken>())).Returns(Task.FromResult(response));
            pages.Add(await Reader().ScanAsync(_bench.Begin(isObserved: true), _bench.Tables[0], request));
        }

        pages.Select(page => (page.Items.Count, page.Next)).Should().Equal((1, Key), (0, null), (0, null));
        (request.TableName, request.ConsistentRead, request.ReturnConsumedCapacity).Should().Be((_bench.Table, true, ReturnConsumedCapacity.TOTAL));
    }

    [Theory]
    [InlineData(ReadConsistency.Strong, true)]
    [InlineData(ReadConsistency.Eventual, false)]
    public async Task Items_are_read_by_their_keys_until_none_is_left(ReadConsistency consistency, bool isConsistent)
    {
        TableSchema table = new StoreSchema(UserModel.For<User>(_bench.Options), _bench.Options).Users;
        List<Dictionary<string, AttributeValue>> keys =
            [.. Enumerable.Range(1, 3).Select(i => new Dictionary<string, AttributeValue> { ["user_id"] = new($"fake-{i}") })];
        List<(int Count, bool? IsConsistent, ReturnConsumedCapacity Capacity)> sent = [];
        Queue<BatchGetItemResponse> responses = new(
        [
            new()
            {
                Responses = new() { [table.TableName] = [keys[1]] },
                UnprocessedKeys = new() { [table.TableName] = new() { Keys = [keys[0], keys[2]] } },
            },
            new() { Responses = new() { [table.TableName] = [keys[0]] }, UnprocessedKeys = [] },
        ]);
        _bench.Client.Setup(client => client.BatchGetItemAsync(It.IsAny<BatchGetItemRequest>(), It.IsAny<CancellationToken>()))
            .Returns((BatchGetItemRequest request, CancellationToken _) =>
            {
                KeysAndAttributes requested = request.RequestItems.Single().Value;
                sent.Add((requested.Keys.Count, requested.ConsistentRead, request.ReturnConsumedCapacity));
                return Task.FromResult(responses.Dequeue());
            });

        List<Dictionary<string, AttributeValue>> found = await Reader().FindManyAsync(_bench.Begin(isObserved: true), table, keys, consistency);

        found.Should().Equal(keys[1], keys[0]);
        sent.Should().Equal((3, isConsistent, ReturnConsumedCapacity.TOTAL), (2, isConsistent, ReturnConsumedCapacity.TOTAL));
    }

    [Fact]
    public async Task Responses_without_items_and_unprocessed_keys_end_the_read()
    {
        TableSchema table = new StoreSchema(UserModel.For<User>(_bench.Options), _bench.Options).Users;
        _bench.Client.Setup(client => client.BatchGetItemAsync(It.IsAny<BatchGetItemRequest>(), It.IsAny<CancellationToken>()))
            .Returns(Task.FromResult(new BatchGetItemResponse { Responses = null, UnprocessedKeys = null }));

        (await Reader().FindManyAsync(_bench.Begin(), table, [Key], ReadConsistency.Strong)).Should().BeEmpty();
        (await Reader().FindManyAsync(_bench.Begin(), table, [], ReadConsistency.Strong)).Should().BeEmpty();

        _bench.Client.Verify(client => client.BatchGetItemAsync(It.IsAny<BatchGetItemRequest>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    private TableReader Reader() => new(_bench.Client.Object);
}

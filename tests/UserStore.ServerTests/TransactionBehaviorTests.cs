using Amazon.DynamoDBv2.Model;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.ServerTests;

/// <summary>The behavior of DynamoDB transactions that the store relies on, without the store.</summary>
public sealed class TransactionBehaviorTests : ServerTest
{
    [Fact]
    public async Task A_repeated_token_succeeds_and_applies_nothing_again()
    {
        await CreateStoreAsync();
        TransactWriteItemsRequest request = Transaction(Put("a", "attribute_not_exists(user_id)"));

        await Client.TransactWriteItemsAsync(request);
        await Client.DeleteItemAsync(Table, Key("a"));
        await Client.TransactWriteItemsAsync(request);

        (await Client.GetItemAsync(Table, Key("a"), consistentRead: true)).Item.Should().BeNullOrEmpty();
    }

    [Fact]
    public async Task A_token_is_valid_for_one_request()
    {
        await CreateStoreAsync();
        TransactWriteItemsRequest request = Transaction(Put("a", "attribute_not_exists(user_id)"));
        await Client.TransactWriteItemsAsync(request);
        request.TransactItems = [Put("b", "attribute_not_exists(user_id)")];

        Func<Task> other = () => Client.TransactWriteItemsAsync(request);

        await other.Should().ThrowAsync<IdempotentParameterMismatchException>();
    }

    [Fact]
    public async Task A_transaction_that_failed_can_be_retried_with_its_token()
    {
        await CreateStoreAsync();
        await Client.PutItemAsync(Table, Key("a"));
        TransactWriteItemsRequest request = Transaction(Put("a", "attribute_not_exists(user_id)"));
        Func<Task> rejected = () => Client.TransactWriteItemsAsync(request);
        await rejected.Should().ThrowAsync<TransactionCanceledException>();
        await Client.DeleteItemAsync(Table, Key("a"));

        await Client.TransactWriteItemsAsync(request);

        (await Client.GetItemAsync(Table, Key("a"), consistentRead: true)).Item.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task Cancellation_reasons_follow_the_order_of_the_actions_and_contain_the_items_whose_conditions_failed()
    {
        await CreateStoreAsync();
        await Client.PutItemAsync(Table, new() { ["user_id"] = new("b"), ["name"] = new("Fake") });

        Func<Task> rejected = () => Client.TransactWriteItemsAsync(
            Transaction(
                Put("a", "attribute_not_exists(user_id)"),
                Put("b", "attribute_not_exists(user_id)"),
                Check("c", "attribute_exists(user_id)")));

        TransactionCanceledException canceled = (await rejected.Should().ThrowAsync<TransactionCanceledException>()).Which;
        canceled.CancellationReasons.Select(reason => reason.Code).Should().Equal(
            "None", "ConditionalCheckFailed", "ConditionalCheckFailed");
        canceled.CancellationReasons[1].Item["name"].S.Should().Be("Fake");
        canceled.CancellationReasons[2].Item.Should().BeNullOrEmpty();
        (await Client.GetItemAsync(Table, Key("a"), consistentRead: true)).Item.Should().BeNullOrEmpty("nothing of it is applied");
    }

    [Fact]
    public async Task A_missing_table_among_several_is_reported_before_anything_is_written()
    {
        await CreateStoreAsync();
        TransactWriteItem elsewhere = Put("b", "attribute_not_exists(user_id)");
        elsewhere.Put.TableName = Options.TableNamePrefix + "Missing";

        Func<Task> write = () => Client.TransactWriteItemsAsync(Transaction(Put("a", "attribute_not_exists(user_id)"), elsewhere));

        await write.Should().ThrowAsync<ResourceNotFoundException>();
        (await Client.GetItemAsync(Table, Key("a"), consistentRead: true)).Item.Should().BeNullOrEmpty();
    }

    [Fact]
    public async Task An_item_that_would_become_too_large_is_a_distinct_reason()
    {
        await CreateStoreAsync();
        await Client.PutItemAsync(Table, new() { ["user_id"] = new("a"), ["name"] = new(new string('x', 300_000)) });
        var update = new Update
        {
            TableName = Table,
            Key = Key("a"),
            UpdateExpression = "SET notes = :notes",
            ExpressionAttributeValues = new() { [":notes"] = new(new string('x', 300_000)) },
        };

        Func<Task> grow = () => Client.TransactWriteItemsAsync(Transaction(new TransactWriteItem { Update = update }));

        (await grow.Should().ThrowAsync<TransactionCanceledException>()).Which.CancellationReasons.Single().Code.Should().Be("ValidationError");
    }

    private static Dictionary<string, AttributeValue> Key(string id) => new() { ["user_id"] = new(id) };

    private static TransactWriteItemsRequest Transaction(params List<TransactWriteItem> items)
        => new() { TransactItems = items, ClientRequestToken = Guid.NewGuid().ToString() };

    private TransactWriteItem Put(string id, string condition) => new()
    {
        Put = new Put
        {
            TableName = Table,
            Item = Key(id),
            ConditionExpression = condition,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        },
    };

    private TransactWriteItem Check(string id, string condition) => new()
    {
        ConditionCheck = new ConditionCheck
        {
            TableName = Table,
            Key = Key(id),
            ConditionExpression = condition,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        },
    };
}

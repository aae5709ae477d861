using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests;

/// <summary>The behavior of DynamoDB that the store relies on, without the store. A server that fails one of these tests cannot provide the
/// guarantees.</summary>
public sealed class DynamoDbBehaviorTests : ServerTest
{
    [Fact]
    public async Task A_failed_condition_is_a_distinct_error_and_changes_nothing()
    {
        await CreateStoreAsync();
        await PutAsync("a", ("name", new("kept")));

        Func<Task> put = () => Client.PutItemAsync(new PutItemRequest
        {
            TableName = Table,
            Item = new() { ["user_id"] = new("a") },
            ConditionExpression = "attribute_not_exists(user_id)",
        });

        await put.Should().ThrowAsync<ConditionalCheckFailedException>();
        (await GetAsync("a"))["name"].S.Should().Be("kept");
    }

    [Fact]
    public async Task A_comparison_with_an_absent_attribute_is_false_and_its_negation_true()
    {
        await CreateStoreAsync();
        await PutAsync("a");

        (await MeetsAsync("expires_at <= :n")).Should().BeFalse();
        (await MeetsAsync("NOT expires_at <= :n")).Should().BeTrue();
        (await MeetsAsync("expires_at <> :n")).Should().BeTrue();
        (await MeetsAsync("expires_at = :n")).Should().BeFalse();
    }

    [Fact]
    public async Task A_comparison_with_another_type_is_false_and_its_negation_true()
    {
        await CreateStoreAsync();
        await PutAsync("a", ("expires_at", new("text")));

        (await MeetsAsync("expires_at <= :n")).Should().BeFalse();
        (await MeetsAsync("NOT expires_at <= :n")).Should().BeTrue();
        (await MeetsAsync("expires_at <> :n")).Should().BeTrue();
    }

    [Fact]
    public async Task Set_reads_the_item_as_it_was_before_the_update()
    {
        await CreateStoreAsync();
        await PutAsync("a", ("write_id", new("1")), ("write_id_2", new("0")));

        UpdateItemResponse response = await Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Table,
            Key = new() { ["user_id"] = new("a") },
            UpdateExpression = "SET write_id_3 = if_not_exists(write_id_2, :w), write_id_2 = if_not_exists(write_id, :w), write_id = :w, "
                + "age = if_not_exists(age, :zero) + :n, tags = list_append(if_not_exists(tags, :empty), :l)",
            ExpressionAttributeValues = new()
            {
                [":w"] = new("2"),
                [":zero"] = new() { N = "0" },
                [":n"] = new() { N = "5" },
                [":empty"] = new() { L = [] },
                [":l"] = new() { L = [new("x")] },
            },
            ReturnValues = ReturnValue.ALL_NEW,
        });

        (
            response.Attributes["write_id"].S,
            response.Attributes["write_id_2"].S,
            response.Attributes["write_id_3"].S).Should().Be(("2", "1", "0"));
        response.Attributes["age"].N.Should().Be("5");
        response.Attributes["tags"].L.Single().S.Should().Be("x");
    }

    [Fact]
    public async Task An_update_with_a_condition_creates_nothing()
    {
        await CreateStoreAsync();

        Func<Task> update = () => Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Table,
            Key = new() { ["user_id"] = new("a") },
            UpdateExpression = "SET age = :n",
            ConditionExpression = "attribute_exists(user_id)",
            ExpressionAttributeValues = new() { [":n"] = new() { N = "1" } },
        });

        await update.Should().ThrowAsync<ConditionalCheckFailedException>();
        (await GetAsync("a")).Should().BeNullOrEmpty();
    }

    [Fact]
    public async Task An_item_without_the_keys_of_an_index_is_not_in_it_and_a_key_of_another_type_is_rejected()
    {
        await CreateStoreAsync();
        await PutAsync("a");

        Func<Task> wrong = () => PutAsync("b", ("email", new() { N = "1" }));

        (await QueryAsync("email-index", "#k = :k", "email")).Should().BeEmpty();
        (await wrong.Should().ThrowAsync<AmazonDynamoDBException>()).Which.ErrorCode.Should().Be("ValidationException");
    }

    [Fact]
    public async Task The_page_limit_applies_before_the_filter_and_an_empty_page_can_have_a_continuation_key()
    {
        await CreateStoreAsync();
        foreach (string id in new[] { "a", "b" })
            await PutAsync(id, ("status", new("s")), ("created_at", new(id)));

        QueryResponse page = await Client.QueryAsync(new QueryRequest
        {
            TableName = Table,
            IndexName = "status-index",
            KeyConditionExpression = "#s = :s",
            FilterExpression = "user_id = :b",
            ExpressionAttributeNames = new() { ["#s"] = "status" },
            ExpressionAttributeValues = new() { [":s"] = new("s"), [":b"] = new("none") },
            Limit = 1,
        });

        page.Count.Should().Be(0);
        page.LastEvaluatedKey.Keys.Should().BeEquivalentTo("user_id", "status", "created_at");
    }

    [Fact]
    public async Task String_keys_are_ordered_by_their_UTF8_bytes()
    {
        await CreateStoreAsync();
        string[] ordered = ["A", "a", "é", "\uFFFD", "😀"];
        foreach (string key in ordered.Reverse())
            await PutAsync(key, ("status", new("s")), ("created_at", new(key)));

        (await QueryAsync("status-index", "#k = :k", "status", "s")).Select(item => item["created_at"].S).Should().Equal(ordered);
    }

    [Fact]
    public async Task A_missing_table_is_a_distinct_error_and_a_missing_index_is_that_error_or_an_invalid_request()
    {
        Func<Task> table = () => Client.GetItemAsync(Table, new() { ["user_id"] = new("a") });
        await table.Should().ThrowAsync<ResourceNotFoundException>();

        await CreateStoreAsync();
        Func<Task> index = () => QueryAsync("no-index", "#k = :k", "status");
        (await index.Should().ThrowAsync<AmazonDynamoDBException>()).Which.ErrorCode.Should().BeOneOf("ValidationException", "ResourceNotFoundException");
    }

    private Task PutAsync(string id, params (string Name, AttributeValue Value)[] attributes)
        => Client.PutItemAsync(
            Table, attributes.Append(("user_id", new AttributeValue(id))).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    private async Task<Dictionary<string, AttributeValue>> GetAsync(string id)
        => (await Client.GetItemAsync(new GetItemRequest { TableName = Table, Key = new() { ["user_id"] = new(id) }, ConsistentRead = true })).Item;

    private async Task<List<Dictionary<string, AttributeValue>>> QueryAsync(string index, string condition, string key, string value = "x")
        => (await Client.QueryAsync(new QueryRequest
        {
            TableName = Table,
            IndexName = index,
            KeyConditionExpression = condition,
            ExpressionAttributeNames = new() { ["#k"] = key },
            ExpressionAttributeValues = new() { [":k"] = new(value) },
        })).Items ?? [];

    private async Task<bool> MeetsAsync(string filter) => (await Client.ScanAsync(new ScanRequest
    {
        TableName = Table,
        FilterExpression = filter,
        ExpressionAttributeValues = new() { [":n"] = new() { N = "1" } },
    })).Count == 1;
}

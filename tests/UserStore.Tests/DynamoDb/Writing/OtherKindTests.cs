using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>Writes of whole users to a key that holds an item of another kind.</summary>
public sealed class OtherKindTests
{
    private readonly CannedService _service = new();

    public OtherKindTests() => _service.Options.Describe<WriteRequestTests.Guest>(type => type.OnlyWhere(guest => guest.Kind == "guest"));

    [Theory]
    [InlineData("order", "*holds an item that is not a user*")]
    [InlineData("guest", "*already exists*")]
    public async Task A_create_names_what_holds_the_key(string kind, string message)
    {
        Store(kind);

        Func<Task> create = () => new DynamoDbUserStore<WriteRequestTests.Guest>(_service.Connect()).CreateAsync(new() { Id = "1" });

        (await create.Should().ThrowAsync<UserAlreadyExistsException>()).WithMessage(message).Which.Key.Should().Be((UserKey)"1");
    }

    [Fact]
    public async Task A_replace_leaves_an_item_of_another_kind()
    {
        Store("order");

        var result = await new DynamoDbUserBatchWriter<WriteRequestTests.Guest>(_service.Connect()).ReplaceAsync([new() { Id = "1" }]);

        result.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<UserAlreadyExistsException>()
            .Which.Message.Should().Match("*holds an item that is not a user*");
        _service.Sent.Should().HaveCount(1);
    }

    private void Store(string kind) => _service.FailureOf = (_, _) => CannedService.ConditionFailed(
        new() { ["Id"] = new("1"), ["Kind"] = new(kind), ["write_id"] = new AttributeValue("~0") });
}

using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>DynamoDB rejects a patch, and the stored item shows why.</summary>
public sealed class ImpossiblePatchTests
{
    private const string Id = "fake-1";

    private readonly CannedService _service = new();

    private static UserPatch<User> Birthday => new UserPatch<User>().Increment(user => user.Age, 1);

    public ImpossiblePatchTests() => _service.FailureOf = (request, _) => request is GetItemRequest ? null : CannedService.Invalid();

    [Fact]
    public async Task An_increment_of_a_string_is_invalid()
    {
        _service.Read = _ => Stored("age", new AttributeValue("one"));

        Func<Task> patch = () => PatchAsync(Birthday);

        (await patch.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Should().Match<UserRuleViolation>(
            violation => violation.Field == "Age" && violation.Rule.Contains("something else than a number"));
        _service.Log.Should().Equal($"UpdateItem {Id}", $"GetItem {Id}");
    }

    [Fact]
    public async Task An_append_to_a_string_is_invalid()
    {
        _service.Read = _ => Stored("tags", new AttributeValue("one"));

        Func<Task> patch = () => PatchAsync(new UserPatch<User>().Append(user => user.Tags, "two"));

        (await patch.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Should().Match<UserRuleViolation>(
            violation => violation.Field == "Tags" && violation.Rule.Contains("something else than a list"));
    }

    [Theory]
    [InlineData("age", "5")]
    [InlineData("name", "5")]
    public async Task A_patch_that_the_item_does_not_explain_may_be_too_large(string attribute, string value)
    {
        _service.Read = _ => Stored(attribute, new AttributeValue { N = value });

        Func<Task> patch = () => PatchAsync(Birthday);

        (await patch.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Rule.Should().Contain("400 KB");
    }

    [Fact]
    public async Task A_patch_of_an_absent_user_whose_request_is_invalid_is_invalid()
    {
        Func<Task> patch = () => PatchAsync(Birthday);

        await patch.Should().ThrowAsync<InvalidUserException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_is_a_string_is_replaced_once(bool isOtherwiseInvalid)
    {
        _service.Read = _ => Stored("version", new AttributeValue("one"));
        _service.FailureOf = (request, number) => request is UpdateItemRequest && (number == 1 || isOtherwiseInvalid) ? CannedService.Invalid() : null;

        Func<Task> patch = () => PatchAsync(Birthday);

        if (isOtherwiseInvalid)
            await patch.Should().ThrowAsync<InvalidUserException>();
        else
            await patch.Should().NotThrowAsync();
        UpdateItemRequest[] updates = [.. _service.Sent.OfType<UpdateItemRequest>()];
        updates.Select(update => RequestText.Of(update).Contains("version = 1,")).Should().Equal(false, true);
        updates.Select(update => RequestText.Of(update).Contains("(NOT version >= -9223372036854775808)")).Should().Equal(false, true);
    }

    [Fact]
    public async Task A_sum_that_leaves_the_range_of_its_property_is_invalid()
    {
        _service.FailureOf = (_, _) => CannedService.ConditionFailed(Stored("age", new AttributeValue { N = $"{int.MaxValue}" }));

        Func<Task> patch = () => PatchAsync(Birthday);

        (await patch.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Age");
        _service.Sent.Should().HaveCount(1);
    }

    [Theory]
    [InlineData("age", "one", typeof(InvalidUserException))]
    [InlineData("expires_at", null, typeof(UserNotFoundException))]
    [InlineData("version", null, typeof(UserConflictException))]
    public async Task An_impossible_patch_of_a_unique_value_is_refused_after_its_read(string attribute, string? text, Type refusal)
    {
        _service.Read = _ => Stored(attribute, text is null ? new AttributeValue { N = "2" } : new AttributeValue(text));

        Func<Task> patch = () => PatchAsync(Birthday.Set(user => user.Email, "b@example.test").ExpectVersion(1));

        (await patch.Should().ThrowAsync<UserStoreException>()).Which.Should().BeOfType(refusal);
        _service.Log.Should().Equal($"GetItem {Id}");
    }

    [Fact]
    public async Task A_patch_of_another_version_names_both()
    {
        _service.FailureOf = (_, _) => CannedService.ConditionFailed(Stored("version", new AttributeValue { N = "3" }));

        Func<Task> patch = () => PatchAsync(Birthday.ExpectVersion(2));

        UserConflictException conflict = (await patch.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion).Should().Be((2, 3));
        conflict.InnerException.Should().BeOfType<ConditionalCheckFailedException>();
    }

    private Task<User> PatchAsync(UserPatch<User> patch) => new DynamoDbUserStore<User>(_service.Connect()).UpdateAsync(Id, patch);

    private static Dictionary<string, AttributeValue> Stored(string attribute, AttributeValue value) => new()
    {
        ["user_id"] = new(Id),
        ["email"] = new("a@example.test"),
        ["version"] = new() { N = "1" },
        ["write_id"] = new(RequestText.EarlierId),
        ["birth_id"] = new(RequestText.EarlierId),
        [attribute] = value,
    };
}

using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>The response to the first attempt of a write is lost, or is that the condition failed; the stored item decides what that means.</summary>
public sealed class LostAttemptTests
{
    private const string Id = "fake-1";
    private const string Older = "~0AAAAAAAAAAAAAAAA";
    private const string Newer = "~6AAAAAAAAAAAAAAAA";

    private readonly CannedService _service = new() { Options = { UniqueEmails = false } };
    private int _writes;

    [Theory]
    [InlineData("patch", "own", "applied", "applied")]
    [InlineData("patch", "absent", "unknown: UserNotFoundException", "UserNotFoundException")]
    [InlineData("patch", "newer", "unknown: ConditionalCheckFailedException", "sent again")]
    [InlineData("patch", "newer and full", "unknown: ConditionalCheckFailedException", "sent again")]
    [InlineData("patch", "newer and unchanged before", "sent again", "sent again")]
    [InlineData("patch with a condition", "older", "unknown: UserConditionFailedException", "UserConditionFailedException")]
    [InlineData("patch with a condition", "newer and unchanged before", "sent again", "sent again")]
    [InlineData("create", "own", "applied", "applied")]
    [InlineData("create", "older", "unknown: UserAlreadyExistsException", "UserAlreadyExistsException")]
    [InlineData("create", "expired", "unknown: ConditionalCheckFailedException", "sent again")]
    [InlineData("save", "own", "applied", "applied")]
    [InlineData("save", "absent", "unknown: UserConflictException", "UserConflictException")]
    [InlineData("save", "recreated", "unknown: UserConflictException", "UserConflictException")]
    [InlineData("save", "newer and unchanged before", "UserConflictException", "UserConflictException")]
    [InlineData("delete", "absent", "applied", "absent")]
    [InlineData("delete", "recreated", "unknown: UserConflictException", "sent again")]
    [InlineData("delete", "newer and unchanged before", "sent again", "sent again")]
    [InlineData("delete of a user", "absent", "applied", "UserConflictException")]
    [InlineData("delete of a user", "recreated", "unknown: UserConflictException", "UserConflictException")]
    [InlineData("delete of a user", "newer and unchanged before", "UserConflictException", "UserConflictException")]
    [InlineData("replace", "own", "applied", "applied")]
    [InlineData("replace", "newer", "unknown: ConditionalCheckFailedException", "sent again")]
    [InlineData("replace", "newer and unchanged before", "sent again", "sent again")]
    public async Task The_item_that_failed_the_condition_decides_the_outcome(string call, string item, string afterLoss, string withoutLoss)
    {
        (await EndAsync(call, item, isLost: true)).Should().Be(afterLoss);
        (await EndAsync(call, item, isLost: false)).Should().Be(withoutLoss);
    }

    [Fact]
    public async Task A_patch_that_was_overtaken_is_not_applied_to_a_user_who_took_the_id()
    {
        _service.FailureOf = (request, number) => CannedService.ConditionFailed(Item(number == 1 ? "newer" : "recreated", request));

        Func<Task> patch = () => RunAsync("patch", new User());

        await patch.Should().ThrowAsync<UserNotFoundException>();
        UpdateItemRequest[] sent = [.. _service.Sent.Cast<UpdateItemRequest>()];
        sent.Select(request => request.ExpressionAttributeNames.ContainsValue("birth_id")).Should().Equal(false, true);
        string.CompareOrdinal(CannedService.WriteIdOf(sent[1]), Newer).Should().BePositive();
    }

    private async Task<string> EndAsync(string call, string item, bool isLost)
    {
        Dictionary<string, AttributeValue>? found = Item("older", null);
        _service.FailureOf = (_, _) => null;
        _service.Read = _ => found;
        User user = await new DynamoDbUserStore<User>(_service.Connect()).GetAsync(Id);
        _writes = 0;
        int refused = isLost ? 2 : 1;
        _service.FailureOf = (request, _) =>
        {
            if (request is GetItemRequest)
                return null;
            if (++_writes < refused)
                return CannedService.NoResponse();
            if (_writes > refused)
                return null;
            found = Item(item, request);
            return CannedService.ConditionFailed(found);
        };

        try
        {
            User? written = await RunAsync(call, user);
            return written is null ? "absent" : _writes > refused ? "sent again" : "applied";
        }
        catch (UserWriteOutcomeUnknownException unknown)
        {
            return $"unknown: {unknown.InnerException!.GetType().Name}";
        }
        catch (UserStoreException refusal)
        {
            return refusal.GetType().Name;
        }
    }

    private async Task<User?> RunAsync(string call, User user)
    {
        var store = new DynamoDbUserStore<User>(_service.Connect());
        UserPatch<User> patch = new UserPatch<User>().Set(each => each.Name, "Fake");
        switch (call)
        {
            case "patch":
                return await store.UpdateAsync(Id, patch);
            case "patch with a condition":
                return await store.UpdateAsync(Id, patch.OnlyIf(each => each.Age == 2));
            case "create":
                return await store.CreateAsync(new User { UserId = Id });
            case "save":
                return await store.UpdateAsync(user with { Age = 2 });
            case "delete":
                return await store.DeleteAsync(Id);
            case "delete of a user":
                await store.DeleteUnchangedAsync(user);
                return user;
            default:
                BatchWriteResult<User> result = await new DynamoDbUserBatchWriter<User>(_service.Connect()).ReplaceAsync([user]);
                return result.IsComplete ? user : throw result.Failures.Single().Error!;
        }
    }

    private static Dictionary<string, AttributeValue>? Item(string item, AmazonWebServiceRequest? request) => item switch
    {
        "absent" => null,
        "own" => Of([CannedService.WriteIdOf(request!), Older]),
        "newer" => Of([Newer]),
        "newer and full" => Of([.. Enumerable.Range(1, 8).Select(i => $"{Newer[..^1]}{9 - i}")]),
        "newer and unchanged before" => Of([Newer, Older]),
        "recreated" => Of([Newer], birth: Newer),
        "expired" => new(Of([Newer])) { ["expires_at"] = new() { N = "1" } },
        _ => Of([Older]),
    };

    private static Dictionary<string, AttributeValue> Of(string[] ids, string birth = Older)
    {
        var item = new Dictionary<string, AttributeValue>
        {
            ["user_id"] = new(Id),
            ["age"] = new() { N = "1" },
            ["version"] = new() { N = $"{ids.Length}" },
            ["birth_id"] = new(birth),
        };
        foreach ((int i, string id) in ids.Index())
            item[i == 0 ? "write_id" : $"write_id_{i + 1}"] = new(id);
        return item;
    }
}

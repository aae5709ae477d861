using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>No response to a write is received, and a read shows whether it was applied.</summary>
public sealed class UnseenWriteTests
{
    private const string Id = "fake-1";
    private const int AgeAsRead = 41;

    private static readonly Dictionary<string, Func<IUserStore<User>, User, Task<User?>>> Calls = new()
    {
        ["create"] = async (store, _) => await store.CreateAsync(new User { UserId = Id, Email = "a@example.test" }),
        ["patch"] = async (store, _) => await store.UpdateAsync(Id, new UserPatch<User>().Increment(user => user.Age, 1)),
        ["patch of the email"] = async (store, _) => await store.UpdateAsync(Id, new UserPatch<User>().Set(user => user.Email, "b@example.test")),
        ["save"] = async (store, user) => await store.UpdateAsync(user with { Age = 2 }),
        ["save of another email"] = async (store, user) => await store.UpdateAsync(user with { Email = "b@example.test" }),
        ["delete"] = async (store, _) => await store.DeleteAsync(Id),
        ["delete of a user"] = async (store, user) =>
        {
            await store.DeleteUnchangedAsync(user);
            return user;
        },
    };

    private readonly CannedService _service = new() { Options = { Retry = { Timeout = TimeSpan.Zero } } };

    public static TheoryData<string, bool> CallsWithAndWithoutUniqueEmails
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string call in Calls.Keys)
            {
                data.Add(call, true);
                data.Add(call, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CallsWithAndWithoutUniqueEmails))]
    public async Task A_write_that_a_read_finds_succeeds(string call, bool uniqueEmails)
    {
        (IUserStore<User> store, User user) = await StartAsync(uniqueEmails);
        _service.Read = get => Written() is not { } write ? Stored() : IsDelete(write) ? null : new(Stored())
        {
            ["write_id"] = new(CannedService.WriteIdOf(write)),
            ["age"] = new() { N = $"{AgeAsRead}" },
        };

        User? result = await Calls[call](store, user);

        result!.UserId.Should().Be(Id);
        if (call == "patch")
            result.Age.Should().Be(AgeAsRead);
        Writes().Should().ContainSingle();
        _service.Log.Last().Should().Be($"GetItem {Id}");
    }

    [Theory]
    [MemberData(nameof(CallsWithAndWithoutUniqueEmails))]
    public async Task A_write_that_a_read_does_not_find_is_unknown(string call, bool uniqueEmails)
    {
        (IUserStore<User> store, User user) = await StartAsync(uniqueEmails);
        _service.Read = _ => call == "create" ? null : Stored();

        Func<Task> write = () => Calls[call](store, user);

        UserWriteOutcomeUnknownException unknown = (await write.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which;
        unknown.Key.ToString().Should().Be(Id);
        unknown.InnerException.Should().BeOfType<HttpRequestException>();
        Writes().Should().ContainSingle();
        _service.Log.Last().Should().Be($"GetItem {Id}");
    }

    private static Dictionary<string, AttributeValue> Stored() => new()
    {
        ["user_id"] = new(Id),
        ["email"] = new("a@example.test"),
        ["age"] = new() { N = "1" },
        ["version"] = new() { N = "1" },
        ["write_id"] = new("~0"),
        ["birth_id"] = new("~0"),
    };

    private static bool IsDelete(AmazonWebServiceRequest write)
        => write is DeleteItemRequest or TransactWriteItemsRequest { TransactItems: [{ Delete: not null }, ..] };

    private async Task<(IUserStore<User> Store, User User)> StartAsync(bool uniqueEmails)
    {
        _service.Options.UniqueEmails = uniqueEmails;
        _service.FailureOf = (request, _) => request is GetItemRequest ? null : CannedService.NoResponse();
        _service.Read = _ => Stored();
        var store = new DynamoDbUserStore<User>(_service.Connect());
        return (store, await store.GetAsync(Id));
    }

    private IEnumerable<AmazonWebServiceRequest> Writes() => _service.Sent.Where(request => request is not GetItemRequest);

    private AmazonWebServiceRequest? Written() => Writes().LastOrDefault();
}

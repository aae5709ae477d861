using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>Other writers change the user, or the reservation of its email, between the requests of a call.</summary>
public sealed class OvertakenWriteTests
{
    private const string Id = "fake-1";
    private const string Reservations = "UserReservations";
    private const int Endless = 20;

    private readonly CannedService _service = new() { Options = { Retry = { Timeout = TimeSpan.Zero } } };
    private int _revision;

    [Theory]
    [InlineData("delete", true)]
    [InlineData("delete", false)]
    [InlineData("patch of the email", true)]
    public async Task A_write_that_was_overtaken_once_is_sent_again_without_a_pause(string call, bool uniqueEmails)
    {
        _service.FailureOf = (request, _) => IsWrite(request) && Writes() == 1 ? Failed(request) : null;

        User? user = await RunAsync(call, uniqueEmails);

        user!.UserId.Should().Be(Id);
        Writes().Should().Be(2);
    }

    [Theory]
    [InlineData("delete", true)]
    [InlineData("delete", false)]
    [InlineData("patch of the email", true)]
    public async Task A_write_that_is_overtaken_again_waits_until_the_timeout(string call, bool uniqueEmails)
    {
        _service.FailureOf = (request, number) => number > Endless ? new InvalidOperationException("The call does not end.")
            : IsWrite(request) ? Failed(request)
            : null;

        Func<Task> write = () => RunAsync(call, uniqueEmails);

        (await write.Should().ThrowAsync<UserStoreUnavailableException>()).Which.Message.Should().Contain("was changed by other writers");
        Writes().Should().Be(2);
    }

    [Fact]
    public async Task A_reservation_without_a_valid_owner_is_taken_over_without_a_pause()
    {
        _service.Read = get => get.TableName == Reservations ? new() { ["owner"] = new("fake-2") } : null;
        _service.FailureOf = (_, number) => number == 1 ? CannedService.Canceled(2, failed: [1]) : null;

        await RunAsync("create", uniqueEmails: true);

        Writes().Should().Be(2);
        _service.Log.Last().Should().Be("TransactWriteItems fake-1 fake-2", "the former owner is ruled out");
    }

    [Fact]
    public async Task A_reservation_that_keeps_changing_its_owner_ends_the_call_with_the_timeout()
    {
        int owner = 1;
        _service.Read = get => get.TableName == Reservations ? new() { ["owner"] = new($"fake-{++owner}") } : null;
        _service.FailureOf = (request, number) => number > Endless ? new InvalidOperationException("The call does not end.")
            : request is TransactWriteItemsRequest transaction ? CannedService.Canceled(transaction.TransactItems.Count, failed: [1])
            : null;

        Func<Task> create = () => RunAsync("create", uniqueEmails: true);

        UserStoreUnavailableException kept = (await create.Should().ThrowAsync<UserStoreUnavailableException>()).Which;
        kept.Message.Should().Contain("kept changing their reservations");
        (kept.Operation, kept.TableNames).Should().BeEquivalentTo(("TransactWriteItems", new[] { "Users", Reservations }));
        Writes().Should().Be(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_create_whose_email_is_in_use_is_unknown_if_a_response_was_lost(bool isLost)
    {
        _service.Options.Retry.Timeout = TimeSpan.FromSeconds(10);
        _service.Read = get => get.TableName == Reservations ? new() { ["owner"] = new("fake-2") } : User("fake-2", "b@example.test");
        _service.FailureOf = (request, number) => isLost && number == 1 ? CannedService.NoResponse()
            : request is TransactWriteItemsRequest ? CannedService.Canceled(2, failed: [1])
            : null;

        Func<Task> create = () => RunAsync("create", uniqueEmails: true);

        Exception end = (await create.Should().ThrowAsync<UserStoreException>()).Which;
        UserValueInUseException inUse = (isLost ? end.Should().BeOfType<UserWriteOutcomeUnknownException>().Which.InnerException : end)
            .Should().BeOfType<UserValueInUseException>().Which;
        (inUse.PropertyName, inUse.OwnerKey.ToString()).Should().Be(("Email", "fake-2"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_create_that_finds_a_user_after_a_take_over_is_unknown_if_a_response_was_lost_before(bool isLost)
    {
        int refusal = isLost ? 2 : 1;
        _service.Options.Retry.Timeout = TimeSpan.FromSeconds(10);
        _service.Read = get => get.TableName == Reservations ? new() { ["owner"] = new("fake-2") }
            : get.Key["user_id"].S == Id ? User(Id, "a@example.test")
            : null;
        _service.FailureOf = (request, number) => isLost && number == 1 ? CannedService.NoResponse()
            : number == refusal ? CannedService.Canceled(2, failed: [1])
            : request is TransactWriteItemsRequest ? CannedService.Canceled(3, failed: [0])
            : null;

        Func<Task> create = () => RunAsync("create", uniqueEmails: true);

        Exception end = (await create.Should().ThrowAsync<UserStoreException>()).Which;
        (isLost ? end.Should().BeOfType<UserWriteOutcomeUnknownException>().Which.InnerException : end).Should().BeOfType<UserAlreadyExistsException>();
    }

    private async Task<User?> RunAsync(string call, bool uniqueEmails)
    {
        _service.Options.UniqueEmails = uniqueEmails;
        if (call != "create")
            _service.Read = _ => User(Id, "a@example.test");
        var store = new DynamoDbUserStore<User>(_service.Connect());
        return call switch
        {
            "create" => await store.CreateAsync(new User { UserId = Id, Email = "b@example.test" }),
            "delete" => await store.DeleteAsync(Id),
            _ => await store.UpdateAsync(Id, new UserPatch<User>().Set(user => user.Email, "b@example.test")),
        };
    }

    // Another revision at each read.
    private Dictionary<string, AttributeValue> User(string id, string email) => new()
    {
        ["user_id"] = new(id),
        ["email"] = new(email),
        ["version"] = new() { N = $"{++_revision}" },
        ["write_id"] = new($"~0{(char)('a' + _revision)}"),
        ["birth_id"] = new("~0"),
    };

    private static Exception Failed(AmazonWebServiceRequest request) => request is TransactWriteItemsRequest transaction
        ? CannedService.Canceled(transaction.TransactItems.Count, failed: [0])
        : CannedService.ConditionFailed();

    private static bool IsWrite(AmazonWebServiceRequest request) => request is not GetItemRequest;

    private int Writes() => _service.Sent.Count(IsWrite);
}

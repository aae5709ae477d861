using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Tests.DynamoDb.Writing;

namespace UserStore.Tests.DynamoDb.Reservations;

/// <summary>A strongly consistent search by a unique value reads the reservation and its owner, which may change in between.</summary>
public sealed class ReservedUserTests
{
    private const string Email = "a@example.test";
    private const string Reservations = "UserReservations";

    private readonly CannedService _service = new();
    private readonly Queue<string?> _owners = [];

    [Theory]
    [InlineData("fake-1", 2)]
    [InlineData("fake-2 fake-1", 4)]
    [InlineData("fake-2 fake-3 fake-2 fake-1", 8)]
    public async Task A_search_follows_a_value_to_its_owner(string owners, int requests)
    {
        User? found = await FindAsync(owners.Split(' '));

        (found?.UserId, _service.Sent.Count).Should().Be(("fake-1", requests));
    }

    [Fact]
    public async Task A_value_without_an_owner_costs_one_request_and_is_of_nobody()
    {
        (await FindAsync([null])).Should().BeNull();

        _service.Sent.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_value_that_is_released_between_two_reads_is_of_nobody()
    {
        (await FindAsync("fake-2", null)).Should().BeNull();

        _service.Sent.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_value_that_its_owner_does_not_have_is_of_nobody()
    {
        (await FindAsync("fake-2", "fake-2", "fake-1")).Should().BeNull();

        _service.Sent.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_value_that_moves_between_every_two_reads_ends_the_search_after_ten_users()
    {
        Func<Task> find = () => FindAsync([.. Enumerable.Range(2, 30).Select(i => $"fake-{i}")]);

        UserStoreUnavailableException end = (await find.Should().ThrowAsync<UserStoreUnavailableException>()).Which;
        end.Message.Should().Contain("at each of 10 reads");
        end.TableNames.Should().Equal(Reservations);
        _service.Sent.Should().HaveCount(21);
    }

    // Only fake-1 has the email.
    private Task<User?> FindAsync(params string?[] owners)
    {
        Array.ForEach(owners, _owners.Enqueue);
        _service.Read = get => get.TableName != Reservations
            ? new() { ["user_id"] = get.Key["user_id"], ["email"] = new(get.Key["user_id"].S == "fake-1" ? Email : "b@example.test") }
            : _owners.Dequeue() is { } owner ? new Dictionary<string, AttributeValue> { ["owner"] = new(owner) } : null;
        return new DynamoDbUserStore<User>(_service.Connect()).FindByEmailAsync(Email, ReadConsistency.Strong);
    }
}

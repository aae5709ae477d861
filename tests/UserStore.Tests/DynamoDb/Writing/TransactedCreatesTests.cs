using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>What a batch of creates sends, and what it reports, by the responses that it receives.</summary>
public sealed class TransactedCreatesTests
{
    private readonly CannedService _service = new();

    [Fact]
    public async Task A_transaction_has_as_many_users_as_fit_into_100_actions()
    {
        BatchWriteResult<User> result = await CreateAsync(FakeUsers.CreateMany(51));

        result.Written.Should().Be(51);
        _service.Sent.Cast<TransactWriteItemsRequest>().Select(request => request.TransactItems.Count).Should().Equal(100, 2);
    }

    [Theory]
    [InlineData(10, 390_000, false, new[] { 8, 2 })]
    [InlineData(34, 99_000, true, new[] { 33, 1 })] // what a reservation takes is counted
    [InlineData(50, 69_700, false, new[] { 49, 1 })] // and the ids that are added to each user
    public async Task A_transaction_has_as_many_users_as_fit_into_its_size(int count, int length, bool withEmail, int[] users)
    {
        string name = new('x', length);

        BatchWriteResult<User> result = await CreateAsync(
            Enumerable.Range(1, count).Select(i => new User { UserId = $"fake-{i:D2}", Name = name, Email = withEmail ? $"fake.{i}@example.test" : null }));

        result.Written.Should().Be(count);
        _service.Sent.Select(request => CannedService.UsersOf(request).Length).Should().Equal(users);
    }

    [Fact]
    public async Task Users_with_the_same_value_are_in_separate_transactions()
    {
        BatchWriteResult<User> result = await CreateAsync(
            Enumerable.Range(1, 4).Select(i => new User { UserId = $"fake-{i}", Email = $"fake.{i % 2}@example.test" }));

        result.Written.Should().Be(4);
        _service.Log.Should().Equal("TransactWriteItems fake-1 fake-2", "TransactWriteItems fake-3 fake-4");
    }

    [Fact]
    public async Task A_single_user_without_unique_values_costs_no_transaction()
    {
        await CreateAsync([new User { UserId = "fake-1" }]);

        _service.Log.Should().Equal("PutItem fake-1");
    }

    [Fact]
    public async Task Users_whose_conditions_fail_are_created_alone_after_the_others()
    {
        _service.FailureOf = (_, number) => number == 1 ? CannedService.Canceled(8, failed: [2, 7]) : null;

        BatchWriteResult<User> result = await CreateAsync(FakeUsers.CreateMany(4));

        (result.Written, result.IsComplete).Should().Be((4, true));
        _service.Log.Should().Equal(
            "TransactWriteItems fake-1 fake-2 fake-3 fake-4",
            "TransactWriteItems fake-1 fake-3",
            "TransactWriteItems fake-2",
            "TransactWriteItems fake-4");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_that_exists_is_unknown_if_a_response_of_its_transaction_was_lost(bool isLost)
    {
        User[] users = [.. Enumerable.Range(1, 3).Select(i => new User { UserId = $"fake-{i}" })];
        int conditions = isLost ? 2 : 1;
        _service.FailureOf = (request, number) => isLost && number == 1 ? CannedService.NoResponse()
            : number == conditions ? CannedService.Canceled(3, failed: [1])
            : request is PutItemRequest ? CannedService.ConditionFailed(new() { ["user_id"] = new("fake-2"), ["write_id"] = new("~0") })
            : null;

        BatchWriteResult<User> result = await CreateAsync(users);

        _service.Log.Skip(conditions).Should().Equal("TransactWriteItems fake-1 fake-3", "PutItem fake-2");
        (result.Written, result.Rejected, result.Unknown).Should().Be((2, isLost ? 0 : 1, isLost ? 1 : 0));
        result.Failures.Single().Key.ToString().Should().Be("fake-2");
    }

    [Fact]
    public async Task Each_user_of_a_transaction_without_a_response_is_unknown_by_its_own_key()
    {
        _service.FailureOf = (_, _) => CannedService.NoResponse();
        _service.Options.Retry.Timeout = TimeSpan.Zero;

        BatchWriteResult<User> result = await CreateAsync(FakeUsers.CreateMany(3));

        result.Unknown.Should().Be(3);
        foreach (BatchItemFailure<User> failure in result.Failures)
        {
            failure.Error.Should().BeOfType<UserWriteOutcomeUnknownException>().Which.Key.Should().Be(failure.Key);
            failure.Error!.InnerException.Should().BeOfType<HttpRequestException>();
            failure.Error.TableNames.Should().HaveCount(2);
        }

        _service.Log.Should().Equal("TransactWriteItems fake-1 fake-2 fake-3");
    }

    [Fact]
    public async Task A_user_that_DynamoDB_calls_invalid_is_reported_and_the_others_are_created()
    {
        _service.FailureOf = (request, _) => CannedService.UsersOf(request).Contains("fake-2") ? CannedService.Invalid() : null;

        BatchWriteResult<User> result = await CreateAsync(FakeUsers.CreateMany(3));

        (result.Written, result.Rejected).Should().Be((2, 1));
        result.Failures.Single().Key.ToString().Should().Be("fake-2");
        result.Failures.Single().Error.Should().BeOfType<InvalidUserException>();
    }

    [Fact]
    public async Task Users_that_would_be_created_alone_after_a_cancellation_are_not_attempted()
    {
        using var source = new CancellationTokenSource();
        _service.FailureOf = (_, _) =>
        {
            source.Cancel();
            return CannedService.Canceled(4, failed: [0, 3]);
        };

        BatchWriteResult<User> result = await CreateAsync(FakeUsers.CreateMany(2), source.Token);

        (result.NotAttempted, result.Unknown, result.Rejected).Should().Be((2, 0, 0));
        _service.Sent.Should().HaveCount(1);
    }

    private Task<BatchWriteResult<User>> CreateAsync(IEnumerable<User> users, CancellationToken cancellationToken = default)
        => new DynamoDbUserBatchWriter<User>(_service.Connect()).CreateAsync(users, new BatchWriteOptions<User> { MaxConcurrency = 1 }, cancellationToken);
}

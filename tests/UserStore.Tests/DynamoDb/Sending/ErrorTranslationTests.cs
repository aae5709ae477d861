using System.Net;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Moq;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Errors that a server cannot be made to return on demand.</summary>
public sealed class ErrorTranslationTests
{
    private readonly Mock<IAmazonDynamoDB> _client = new();

    public static TheoryData<Exception> Throttles =>
    [
        new ProvisionedThroughputExceededException("slow down"),
        new RequestLimitExceededException("slow down"),
        new AmazonDynamoDBException("slow down", ErrorType.Sender, "ThrottlingException", "r", HttpStatusCode.BadRequest),
        Canceled("None", "ThrottlingError"),
        Canceled("TransactionConflict", "ProvisionedThroughputExceeded"),
    ];

    public static TheoryData<Exception> Outages =>
    [
        new InternalServerErrorException("broken") { StatusCode = HttpStatusCode.InternalServerError, ErrorCode = "InternalServerError" },
        new AmazonDynamoDBException("busy", ErrorType.Receiver, "ServiceUnavailable", "r", HttpStatusCode.ServiceUnavailable),
        new AmazonServiceException("no response", new HttpRequestException("reset")),
        new HttpRequestException("refused"),
        new IOException("broken pipe"),
        new TimeoutException("too slow"),
        new TaskCanceledException("the transport gave up"),
        new AmazonUnmarshallingException("rubbish", "", new FormatException()),
        new TransactionInProgressException("not yet"),
    ];

    public static TheoryData<Exception> Conflicts =>
    [
        new TransactionConflictException("busy"),
        Canceled("TransactionConflict", "None"),
        new HttpRequestException(HttpRequestError.ConnectionError, "closed"),
        new HttpRequestException(HttpRequestError.NameResolutionError, "unknown"),
    ];

    public static TheoryData<Exception> Refusals =>
    [
        new AmazonDynamoDBException("no", ErrorType.Sender, "AccessDeniedException", "r", HttpStatusCode.BadRequest),
        new AmazonDynamoDBException("no", ErrorType.Sender, "UnrecognizedClientException", "r", HttpStatusCode.BadRequest),
        new AmazonClientException("no credentials"),
    ];

    [Theory]
    [MemberData(nameof(Throttles))]
    public async Task Throttling_is_transient(Exception failure)
    {
        foreach (Func<Task> call in Writes(failure).Append(Read()))
        {
            UserStoreThrottledException thrown = (await call.Should().ThrowAsync<UserStoreThrottledException>()).Which;
            thrown.IsTransient.Should().BeTrue();
            thrown.InnerException.Should().BeSameAs(failure);
        }
    }

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task Without_a_response_a_read_is_transient_and_a_write_has_an_unknown_outcome(Exception failure)
    {
        foreach (Func<Task> write in Writes(failure))
        {
            UserWriteOutcomeUnknownException unknown = (await write.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which;
            (unknown.Key.ToString(), unknown.IsTransient).Should().Be(("fake-1", false));
            // The read of the user failed as well, and is inside; the transaction of a mocked response is not read.
            (unknown.InnerException as UserStoreUnavailableException ?? (Exception)unknown).InnerException.Should().BeSameAs(failure);
        }

        UserStoreUnavailableException unavailable = (await Read().Should().ThrowAsync<UserStoreUnavailableException>()).Which;
        unavailable.IsTransient.Should().BeTrue();
        unavailable.InnerException.Should().BeSameAs(failure);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public async Task A_write_that_was_not_applied_is_transient(Exception failure)
    {
        foreach (Func<Task> call in Writes(failure))
        {
            UserStoreUnavailableException thrown = (await call.Should().ThrowAsync<UserStoreUnavailableException>()).Which;
            thrown.IsTransient.Should().BeTrue();
            thrown.InnerException.Should().BeSameAs(failure);
        }
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Errors_of_the_caller_are_not_transient(Exception failure)
    {
        foreach (Func<Task> call in Writes(failure).Append(Read()))
            (await call.Should().ThrowAsync<UserStoreUnavailableException>()).Which.IsTransient.Should().BeFalse();
    }

    [Fact]
    public async Task Cancellation_is_not_translated()
    {
        using var source = new CancellationTokenSource();
        _client.Setup(c => c.TransactWriteItemsAsync(It.IsAny<TransactWriteItemsRequest>(), It.IsAny<CancellationToken>()))
            .Returns(async (TransactWriteItemsRequest _, CancellationToken token) =>
            {
                await source.CancelAsync();
                token.ThrowIfCancellationRequested();
                return new TransactWriteItemsResponse();
            });

        Func<Task> create = () => Store().CreateAsync(FakeUsers.Create(1), source.Token);

        await create.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_missing_table_is_reported_without_permission_to_describe_it()
    {
        _client.Setup(c => c.DescribeTableAsync("Users", It.IsAny<CancellationToken>()))
            .ThrowsAsync(new AmazonDynamoDBException("no", ErrorType.Sender, "AccessDeniedException", "r", HttpStatusCode.BadRequest));
        Fail(new ResourceNotFoundException("which?"));

        Func<Task> create = () => Store().CreateAsync(FakeUsers.Create(1));

        UserStoreSchemaException missing = (await create.Should().ThrowAsync<UserStoreSchemaException>()).Which;
        (missing.TableName, missing.Message.Contains("another table of the store")).Should().Be(("Users", true));
    }

    [Fact]
    public async Task A_validation_error_of_DynamoDB_is_reported_as_an_invalid_user()
    {
        _client.Setup(c => c.DescribeTableAsync("Users", It.IsAny<CancellationToken>()))
            .ThrowsAsync(new AmazonDynamoDBException("no", ErrorType.Sender, "AccessDeniedException", "r", HttpStatusCode.BadRequest));
        Fail(new AmazonDynamoDBException("secret value", ErrorType.Sender, "ValidationException", "r", HttpStatusCode.BadRequest));

        Func<Task> create = () => Store().CreateAsync(FakeUsers.Create(1));

        (await create.Should().ThrowAsync<InvalidUserException>()).Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task The_body_of_a_response_that_the_SDK_could_not_read_is_not_kept()
    {
        var failure = new AmazonDynamoDBException("The service returned an error with HTTP Body: secret") { StatusCode = HttpStatusCode.BadGateway };
        _client.Setup(c => c.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);

        Func<Task> find = () => Store().FindAsync("fake-1");

        (await find.Should().ThrowAsync<UserStoreUnavailableException>()).Which.ToString().Should().Contain("502").And.NotContain("secret");
    }

    [Fact]
    public async Task The_path_at_which_the_SDK_stopped_reading_is_not_kept_because_it_contains_keys_of_maps()
    {
        var failure = new AmazonUnmarshallingException("r-1", "/Item/claims/M/secret", new JsonException("'secret' is invalid.", "secret", 0, 7));
        _client.Setup(c => c.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        using var cancelled = new CancellationTokenSource();

        foreach (Func<Task> find in new Func<Task>[] { () => Store().FindAsync("fake-1"), () => CancelAndThrowAsync(cancelled, failure) })
        {
            Exception thrown = (await find.Should().ThrowAsync<Exception>()).Which;
            thrown.ToString().Should().Contain("r-1").And.NotContain("secret");
            thrown.InnerException.Should().BeOfType<AmazonUnmarshallingException>();
        }
    }

    [Fact]
    public async Task A_user_that_changes_between_each_read_and_delete_is_reported_as_unavailable_when_the_timeout_expires()
    {
        _client.Setup(c => c.DeleteItemAsync(It.IsAny<DeleteItemRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new ConditionalCheckFailedException("changed") { Item = new() { ["user_id"] = new("fake-1"), ["write_id"] = new("other") } });
        _client.Setup(c => c.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(new GetItemResponse
        {
            Item = new() { ["user_id"] = new("fake-1"), ["version"] = new() { N = "5" }, ["write_id"] = new("w") },
        });
        DynamoDbUserStore<User> store = Store();

        Func<Task> delete = () => store.DeleteAsync("fake-1");

        UserStoreUnavailableException unavailable = (await delete.Should().ThrowAsync<UserStoreUnavailableException>()).Which;
        unavailable.Message.Should().Contain("fake-1").And.Contain("other writers");
        (unavailable.IsTransient, unavailable.Operation).Should().Be((true, "DeleteItem"));
        _client.Verify(c => c.DeleteItemAsync(It.IsAny<DeleteItemRequest>(), It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [Fact]
    public async Task A_failed_condition_without_returned_item_is_explained_by_a_consistent_read()
    {
        _client.Setup(c => c.UpdateItemAsync(It.IsAny<UpdateItemRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new ConditionalCheckFailedException("no item"));
        _client.Setup(c => c.GetItemAsync(It.Is<GetItemRequest>(request => request.ConsistentRead == true), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new GetItemResponse { Item = new() { ["user_id"] = new("fake-1"), ["version"] = new() { N = "9" } } });

        Func<Task> update = () => Store().UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Name, "x").ExpectVersion(8));

        (await update.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(9);
    }

    // The caller cancels the call while the response is read.
    private async Task CancelAndThrowAsync(CancellationTokenSource source, Exception failure)
    {
        _client.Setup(c => c.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>())).Callback(source.Cancel).ThrowsAsync(failure);
        await Store().FindAsync("fake-1", cancellationToken: source.Token);
    }

    private static TransactionCanceledException Canceled(params string[] codes) => new("canceled")
    {
        CancellationReasons = [.. codes.Select(code => new CancellationReason { Code = code })],
        ErrorCode = "TransactionCanceledException",
        StatusCode = HttpStatusCode.BadRequest,
    };

    private static UserStoreOptions Options { get; } = new() { Retry = { Timeout = TimeSpan.Zero } };

    [Fact]
    public async Task An_operation_that_a_local_server_lacks_is_reported_as_not_supported_by_it()
    {
        Fail(new AmazonDynamoDBException("what?", ErrorType.Sender, "UnknownOperationException", "r", HttpStatusCode.BadRequest));
        _client.Setup(client => client.Config).Returns(new AmazonDynamoDBConfig { ServiceURL = "http://localhost:8000" });

        UserStoreUnavailableException thrown = (await Read().Should().ThrowAsync<UserStoreUnavailableException>()).Which;

        thrown.IsTransient.Should().BeFalse();
        thrown.Message.Should().Contain("is not supported by http://localhost:8000/.").And.NotContain("permissions");
    }

    private Func<Task>[] Writes(Exception failure)
    {
        Fail(failure);
        DynamoDbUserStore<User> store = Store();
        return
        [
            () => store.CreateAsync(FakeUsers.Create(1)),
            () => store.CreateAsync(FakeUsers.Create(1) with { Email = null }),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Name, "x")),
        ];
    }

    private Func<Task> Read() => () => Store().FindByEmailAsync("fake@example.test", ReadConsistency.Strong);

    private void Fail(Exception failure)
    {
        _client.Setup(c => c.PutItemAsync(It.IsAny<PutItemRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        _client.Setup(c => c.UpdateItemAsync(It.IsAny<UpdateItemRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        _client.Setup(
            c => c.TransactWriteItemsAsync(It.IsAny<TransactWriteItemsRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        _client.Setup(c => c.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
    }

    private DynamoDbUserStore<User> Store() => new(_client.Object, Options);
}

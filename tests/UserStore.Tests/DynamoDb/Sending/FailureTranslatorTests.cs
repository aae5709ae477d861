using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Moq;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The exceptions of the store for failures of requests, and what they say.</summary>
public sealed class FailureTranslatorTests
{
    private static readonly TimeSpan Elapsed = TimeSpan.FromSeconds(61.25);
    private static readonly ResourceNotFoundException NotFound = new("as the test asked");
    private static readonly AmazonDynamoDBException Invalid = StoreCallBench.Service("ValidationException");

    private readonly Mock<IAmazonDynamoDB> _client = new();
    private NamedTable[] _tables = [new("Users"), new("Others")];
    private string _operation = "PutItem";

    public static TheoryData<Exception, string, bool> Failures => new()
    {
        { StoreCallBench.Service("ThrottlingException"), "was throttled. Retry later, or give the table more capacity; {0}.", true },
        { StoreCallBench.Service("ReplicatedWriteConflictException"), "conflicted with a write in another Region. Retry later; {0}.", true },
        { StoreCallBench.Service("TransactionConflictException"), "conflicted with a running transaction. Retry later; {0}.", true },
        {
            StoreCallBench.Service("InternalServerError", HttpStatusCode.InternalServerError),
            "failed in DynamoDB (InternalServerError). Retry later; {0}.",
            true
        },
        {
            new AmazonDynamoDBException("a proxy") { StatusCode = HttpStatusCode.BadGateway },
            "HTTP 502 was received from DynamoDB, but no response of DynamoDB. Check the endpoint, and proxies before it; {0}.",
            true
        },
        {
            new AmazonDynamoDBException("rubbish") { StatusCode = HttpStatusCode.OK },
            "no usable response was received from DynamoDB. Check that the server runs and that region, endpoint and network are right; {0}.",
            true
        },
        {
            StoreCallBench.Service("AccessDeniedException", status: 0),
            "no usable response was received from DynamoDB. Check that the server runs and that region, endpoint and network are right; {0}.",
            true
        },
        {
            new IOException("reset"),
            "no usable response was received from DynamoDB. Check that the server runs and that region, endpoint and network are right; {0}.",
            true
        },
        {
            StoreCallBench.Service("AccessDeniedException"),
            "was rejected (AccessDeniedException). Check the caller's permissions, region and credentials, and the clock of this host.",
            false
        },
        { new AmazonClientException("no credentials"), "could not be sent. Check region, endpoint and credentials.", false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task An_exception_says_what_failed_and_what_to_do(Exception failure, string expected, bool isTransient)
    {
        UserStoreException translated = await TranslateAsync(failure);

        string attempts = "attempts continued for 00:01:01.2";
        translated.Message.Should().StartWith("PutItem on tables 'Users' and 'Others'")
            .And.EndWith(expected.Replace("{0}", attempts, StringComparison.Ordinal));
        (translated.IsTransient, translated.InnerException, translated.Operation).Should().Be((isTransient, failure, "PutItem"));
        translated.TableNames.Should().Equal("Users", "Others");
        translated.GetType().Should().Be(
            RequestFailure.IsThrottle(failure) ? typeof(UserStoreThrottledException) : typeof(UserStoreUnavailableException));
        _client.Verify(client => client.DescribeTableAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task A_message_names_one_table_in_the_singular()
    {
        _tables = [new("Users")];

        (await TranslateAsync(new AmazonClientException("x"))).Message.Should().StartWith("PutItem on table 'Users' could not be sent.");
    }

    [Fact]
    public async Task A_table_that_was_not_found_but_exists_now_is_worth_a_retry()
    {
        Describe("Users");
        Describe("Others");

        UserStoreException translated = await TranslateAsync(NotFound);

        (translated.IsTransient, translated.InnerException).Should().Be((true, NotFound));
        translated.Message.Should().Be("PutItem on tables 'Users' and 'Others' found no table or index, but they exist now. Retry the call.");
    }

    [Fact]
    public async Task A_table_that_does_not_exist_is_named()
    {
        Describe("Users");
        _client.Setup(client => client.DescribeTableAsync("Others", default)).ThrowsAsync(new ResourceNotFoundException("no"));

        var translated = (UserStoreSchemaException)await TranslateAsync(NotFound);

        (translated.TableName, translated.InnerException).Should().Be(("Others", NotFound));
        translated.Message.Should().Contain("does not exist. Run EnsureTablesAsync");
    }

    [Fact]
    public async Task Without_permission_to_describe_the_table_a_missing_table_may_be_another_one()
    {
        _client.Setup(client => client.DescribeTableAsync("Users", default)).ThrowsAsync(StoreCallBench.Service("AccessDeniedException"));

        var translated = (UserStoreSchemaException)await TranslateAsync(NotFound);

        translated.TableName.Should().Be("Users");
        translated.Message.Should().Contain("or one of its indexes or another table of the store does not");
        (await TranslateAsync(Invalid)).Should().BeOfType<InvalidUserException>("nothing is known of the table");
    }

    [Fact]
    public async Task A_cancelled_call_does_not_guess()
    {
        using var cancel = new CancellationTokenSource();
        _client.Setup(client => client.DescribeTableAsync("Users", cancel.Token)).Returns(async () =>
        {
            await cancel.CancelAsync();
            throw new OperationCanceledException(cancel.Token);
        });

        await FluentActions.Awaiting(() => TranslateAsync(NotFound, token: cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_table_that_differs_from_its_definition_is_the_reason_of_an_invalid_request()
    {
        _tables = [new("Users"), new DifferentTable("Others")];
        Describe("Users");
        Describe("Others");
        bool isExplained = false;

        var translated = (UserStoreSchemaException)await TranslateAsync(Invalid, explain: _ =>
        {
            isExplained = true;
            return Task.FromResult<UserStoreException>(new InvalidUserException("Name", "x"));
        });

        (translated.TableName, translated.InnerException, isExplained).Should().Be(("Others", Invalid, false));
        (await TranslateAsync(NotFound)).Should().BeOfType<UserStoreSchemaException>().Which.TableName.Should().Be("Others");
    }

    [Fact]
    public async Task An_invalid_request_is_explained_by_its_operation_or_else_by_DynamoDB()
    {
        Describe("Users");
        Describe("Others");
        var explained = new InvalidUserException("Name", "as the test asked");

        (await TranslateAsync(Invalid, explain: failure => Task.FromResult<UserStoreException>(failure == Invalid ? explained : null!)))
            .Should().BeSameAs(explained);
        UserStoreException unexplained = await TranslateAsync(Invalid);

        unexplained.Should().BeOfType<InvalidUserException>().Which.InnerException.Should().BeSameAs(Invalid);
        unexplained.Message.Should().Contain("Item was rejected by DynamoDB");
    }

    [Theory]
    [InlineData("TransactWriteItems", true)]
    [InlineData("TransactGetItems", true)]
    [InlineData("PutItem", false)]
    public async Task Only_a_transaction_fails_because_of_strong_consistency_across_Regions(string operation, bool isReason)
    {
        _operation = operation;
        Describe("Users", MultiRegionConsistency.STRONG);
        Describe("Others");

        UserStoreException translated = await TranslateAsync(Invalid);

        translated.GetType().Should().Be(isReason ? typeof(UserStoreSchemaException) : typeof(InvalidUserException));
    }

    [Fact]
    public async Task A_transaction_on_tables_with_eventual_consistency_across_Regions_is_explained_otherwise()
    {
        _operation = "TransactWriteItems";
        Describe("Users", MultiRegionConsistency.EVENTUAL);
        Describe("Others");

        (await TranslateAsync(Invalid)).Should().BeOfType<InvalidUserException>();
    }

    [Theory]
    [InlineData("http://user:secret@127.0.0.1:8000/path", "http://127.0.0.1:8000/")]
    [InlineData("https://dynamodb.example.test", "https://dynamodb.example.test/")]
    [InlineData("not an address", "DynamoDB")]
    public void The_endpoint_has_no_user_password_and_path(string url, string expected)
    {
        var config = new Mock<IClientConfig>();
        config.Setup(each => each.ServiceURL).Returns(url);
        _client.Setup(client => client.Config).Returns(config.Object);

        new FailureTranslator(_client.Object).Endpoint().Should().Be(expected);
    }

    [Fact]
    public void Without_an_address_the_endpoint_is_that_of_the_region()
    {
        _client.Setup(client => client.Config).Returns(new AmazonDynamoDBConfig { RegionEndpoint = Amazon.RegionEndpoint.EUCentral1 });

        new FailureTranslator(_client.Object).Endpoint().Should().Be("https://dynamodb.eu-central-1.amazonaws.com/");
    }

    [Fact]
    public void A_client_without_configuration_has_an_unknown_endpoint()
    {
        foreach (Exception unknown in new Exception[] { new AmazonClientException("x"), new NotSupportedException(), new NotImplementedException() })
        {
            _client.Setup(client => client.Config).Throws(unknown);
            new FailureTranslator(_client.Object).Endpoint().Should().Be("DynamoDB");
        }

        _client.Setup(client => client.Config).Throws(new InvalidOperationException());
        FluentActions.Invoking(() => new FailureTranslator(_client.Object).Endpoint()).Should().Throw<InvalidOperationException>();
    }

    private void Describe(string table, MultiRegionConsistency? consistency = null)
        => _client.Setup(client => client.DescribeTableAsync(table, It.IsAny<CancellationToken>())).ReturnsAsync(
            new DescribeTableResponse { Table = new() { TableName = table, MultiRegionConsistency = consistency } });

    private Task<UserStoreException> TranslateAsync(
        Exception failure, Func<AmazonDynamoDBException, Task<UserStoreException>>? explain = null, CancellationToken token = default)
        => new FailureTranslator(_client.Object).TranslateAsync(_operation, _tables, failure, Elapsed, explain, token);

    private sealed class DifferentTable(string tableName) : NamedTable(tableName)
    {
        public override UserStoreSchemaException Difference(TableDescription table, Exception? cause = null)
            => new(TableName, null, "differs as the test asked", cause);
    }
}

using System.Net;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The bodies of error responses.</summary>
public sealed class ErrorBodyTests
{
    private const string Header = "x-amz-crc32";
    private const string Refusal = """{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}""";

    [Fact]
    public async Task An_error_that_matches_its_checksum_is_read_as_the_SDK_does()
    {
        HttpResponseMessage response = await CannedWire.WithChecksumAsync(CannedWire.Json(Refusal, HttpStatusCode.BadRequest));
        response.Headers.Add("x-amzn-RequestId", "request-1");

        ConditionalCheckFailedException failure = (await PutAsync(response).Should().ThrowAsync<ConditionalCheckFailedException>()).Which;

        (failure.Message, failure.ErrorCode, failure.StatusCode, failure.RequestId)
            .Should().Be(("no", "ConditionalCheckFailedException", HttpStatusCode.BadRequest, "request-1"));
    }

    [Fact]
    public async Task An_error_that_does_not_match_its_checksum_is_a_lost_response()
    {
        HttpResponseMessage response = await CannedWire.WithChecksumAsync(CannedWire.Json(Refusal, HttpStatusCode.BadRequest), isRight: false);

        IOException failure = (await PutAsync(response).Should().ThrowAsync<IOException>()).Which;

        RequestFailure.HasNoResponse(failure).Should().BeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no number")]
    [InlineData("+5")]
    [InlineData("")]
    public async Task An_error_without_a_usable_checksum_is_read(string? checksum)
    {
        HttpResponseMessage response = CannedWire.Json(Refusal, HttpStatusCode.BadRequest);
        if (checksum is not null)
            response.Headers.TryAddWithoutValidation(Header, checksum);

        await PutAsync(response).Should().ThrowAsync<ConditionalCheckFailedException>();
    }

    [Fact]
    public async Task The_checksum_of_a_body_that_was_decompressed_is_not_compared()
    {
        HttpResponseMessage response = await CannedWire.WithChecksumAsync(CannedWire.Json(Refusal, HttpStatusCode.BadRequest), isRight: false);
        response.Content = CannedWire.WithoutLength(Encoding.UTF8.GetBytes(Refusal));

        await PutAsync(response).Should().ThrowAsync<ConditionalCheckFailedException>();
    }

    [Theory]
    [InlineData("""{"__type":"ConditionalCheckFailedException","Item":{"a":{"L":{}}}}""")]
    [InlineData("""{"__type":"ConditionalCheckFailedException","Item":{"a":{"L":["x"]}}}""")]
    [InlineData("""{"__type":"ConditionalCheckFailedException","Item":[]}""")]
    [InlineData("""{"__type":"ConditionalCheckFailedException","Item":"x"}""")]
    [InlineData("""{"__type":"ConditionalCheckFailedException","Item":{"a":"x"}}""")]
    [InlineData("""{"__type":"ConditionalCheckFailedException","Item":{"a":{"S":"x"}""")]
    [InlineData("""{"__type":"ConditionalCheckFailedException","message":"n""")]
    [InlineData("""{"__type":"ConditionalCheckFailedException","CancellationReasons":{}}""")]
    [InlineData("""{"__type":"ProvisionedThroughputExceededException","ThrottlingReasons":{}}""")]
    [InlineData("""{"__type":"ProvisionedThroughputExceededException","ThrottlingReasons":["x"]}""")]
    [InlineData("""{"__type":"ValidationException","message":"n""")]
    [InlineData("\uFEFF{\"__type\":\"ConditionalCheckFailedException\",\"Item\":{\"a\":{\"L\":{}}}}")]
    public Task An_error_that_cannot_be_read_is_a_lost_response(string body) => Bounded.RunAsync(body, async () =>
    {
        IOException failure = (await PutAsync(CannedWire.Json(body, HttpStatusCode.BadRequest)).Should().ThrowAsync<IOException>()).Which;

        RequestFailure.HasNoResponse(failure).Should().BeTrue();
        failure.InnerException.Should().BeNull("the response may contain values of users");
    });

    [Fact]
    public Task A_client_that_retries_by_itself_retries_after_a_damaged_error() => Bounded.RunAsync(nameof(PutAsync), async () =>
    {
        var responses = new Queue<HttpResponseMessage>([
            CannedWire.Json("""{"__type":"ConditionalCheckFailedException","Item":{"a":{"L":{}}}}""", HttpStatusCode.BadRequest),
            await CannedWire.WithChecksumAsync(CannedWire.Json(Refusal, HttpStatusCode.BadRequest), isRight: false),
            CannedWire.Json("{}"),
        ]);
        using AmazonDynamoDBClient client = new CannedWire(_ => responses.Dequeue()).CreateClient(retries: 2);
        AttemptObserver.TryAttach(client);
        AttemptObservation observation = AttemptObserver.Start();

        await PutAsync(client);

        (observation.ResponseWasLost, responses.Count).Should().Be((true, 0));
    });

    [Theory]
    [InlineData("")]
    [InlineData("<html>bad gateway</html>")]
    [InlineData("bad gateway")]
    [InlineData("[7]")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task An_error_of_another_program_is_read_as_the_SDK_does(string body)
    {
        AmazonServiceException failure = (await PutAsync(CannedWire.Json(body, HttpStatusCode.BadGateway)).Should().ThrowAsync<AmazonServiceException>()).Which;

        (failure.StatusCode, RequestFailure.HasNoResponse(failure)).Should().Be((HttpStatusCode.BadGateway, true));
    }

    [Fact]
    public Task Spaces_before_an_error_are_skipped() => Bounded.RunAsync("spaces", async () =>
    {
        HttpResponseMessage response = CannedWire.Json(new string(' ', 1_000_000) + Refusal, HttpStatusCode.BadRequest);

        await PutAsync(await CannedWire.WithChecksumAsync(response)).Should().ThrowAsync<ConditionalCheckFailedException>();
    });

    [Fact]
    public async Task The_items_of_a_cancelled_transaction_are_read()
    {
        using AmazonDynamoDBClient client = new CannedWire(_ => CannedWire.Json(
            """
            {"__type":"TransactionCanceledException","message":"no","CancellationReasons":[{"Code":"None"},
            {"Code":"ConditionalCheckFailed","Message":"m","Item":{"a":{"L":[{"M":{"b":{"SS":["c"]}}},{"NULL":true}]}}}],"Item":null}
            """,
            HttpStatusCode.BadRequest)).CreateClient();

        TransactionCanceledException failure = (await client.Invoking(each => each.TransactWriteItemsAsync(new() { TransactItems = [] }))
            .Should().ThrowAsync<TransactionCanceledException>()).Which;

        failure.CancellationReasons[1].Item["a"].L[0].M["b"].SS.Should().Equal("c");
    }

    [Fact]
    public async Task An_error_that_never_ends_is_a_lost_response()
    {
        var response = new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StreamContent(new Endless()) };

        await PutAsync(response).Should().ThrowAsync<IOException>();
    }

    private static Func<Task> PutAsync(HttpResponseMessage response) => async () =>
    {
        using AmazonDynamoDBClient client = new CannedWire(_ => response).CreateClient();
        await PutAsync(client);
    };

    private static Task PutAsync(AmazonDynamoDBClient client)
        => client.PutItemAsync(new PutItemRequest { TableName = "Users", Item = new() { ["user_id"] = new("fake-1") } });

    private sealed class Endless : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            return buffer.Length;
        }
    }
}

using System.Net;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Moq;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Error responses with a checksum.</summary>
public sealed class ErrorChecksumTests
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

    [Fact]
    public async Task Everything_else_is_left_to_the_handler_of_the_SDK()
    {
        var inner = new Mock<IExceptionHandler>();
        var context = new Mock<IExecutionContext>();
        var error = new HttpErrorResponseException("as the test asked", Mock.Of<IWebResponseData>());
        var other = new IOException("as the test asked");
        inner.Setup(each => each.Handle(context.Object, other)).Returns(true);
        inner.Setup(each => each.HandleAsync(context.Object, other)).ReturnsAsync(true);
        inner.Setup(each => each.HandleAsync(context.Object, error)).ReturnsAsync(true);
        var checksum = new ErrorChecksum(inner.Object);

        checksum.Handle(context.Object, other).Should().BeTrue();
        (await checksum.HandleAsync(context.Object, other)).Should().BeTrue();
        (await checksum.HandleAsync(context.Object, error)).Should().BeTrue();
    }

    private static Func<Task> PutAsync(HttpResponseMessage response) => async () =>
    {
        using AmazonDynamoDBClient client = new CannedWire(_ => response).CreateClient();
        await client.PutItemAsync(new PutItemRequest { TableName = "Users", Item = new() { ["user_id"] = new("fake-1") } });
    };
}

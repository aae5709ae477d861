using System.Net;
using System.Text;
using Amazon.DynamoDBv2.Model;
using Amazon.DynamoDBv2.Model.Internal.MarshallTransformations;
using Amazon.Runtime;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users.Generated;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Requests that are written as JSON, and what is read of their responses.</summary>
public sealed class JsonResponseTests
{
    private const string Capacity = """{"ConsumedCapacity":{"TableName":"Users","CapacityUnits":1.5}}""";

    private static readonly JsonOperation<object> Put = new("DynamoDB_20120810.PutItem", new WriteUnmarshaller<object>(PutItemResponseUnmarshaller.Instance));

    [Fact]
    public async Task A_request_has_the_headers_and_the_body_of_its_operation()
    {
        string? sent = null, target = null, type = null, version = null, line = null;

        await SendAsync(request =>
        {
            sent = request.Content!.ReadAsStringAsync().GetAwaiter().GetResult();
            line = $"{request.Method} {request.RequestUri!.PathAndQuery}";
            (target, version) = (request.Headers.GetValues("X-Amz-Target").Single(), request.Headers.GetValues("x-amz-api-version").Single());
            type = request.Content.Headers.ContentType!.MediaType;
            return CannedWire.Json("{}");
        });

        (sent, target, type, version, line).Should().Be(
            ("""{"TableName":"Users"}""", "DynamoDB_20120810.PutItem", "application/x-amz-json-1.0", "2012-08-10", "POST /"));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"ConsumedCapacity":null}""", "")]
    [InlineData(Capacity, "Users 1.5")]
    [InlineData("""{"ConsumedCapacity":[{"TableName":"Users","CapacityUnits":1.5},{"TableName":"Other","CapacityUnits":2}]}""", "Users 1.5, Other 2")]
    [InlineData("""{"ConsumedCapacity":{}}""", " ")]
    [InlineData("""{"Attributes":{"a":[{"b":1}]},"None":null,"ConsumedCapacity":{"TableName":"Users","CapacityUnits":1.5},"Last":"x"}""", "Users 1.5")]
    public async Task The_capacity_of_a_response_is_read_and_other_properties_are_skipped(string body, string expected)
    {
        MappedResponse<object> response = await SendAsync(_ => CannedWire.Json(body));

        string.Join(", ", response.Capacity.Select(table => FormattableString.Invariant($"{table.TableName} {table.CapacityUnits}"))).Should().Be(expected);
        (response.HttpStatusCode, response.Result).Should().Be((HttpStatusCode.OK, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("""{"ConsumedCapacity":{"TableName":"Users"}""")]
    [InlineData("""{"ConsumedCapacity":7}""")]
    [InlineData("""{"ConsumedCapacity":{"CapacityUnits":"x"}}""")]
    [InlineData("{} {}")]
    public async Task A_response_that_is_not_of_DynamoDB_cannot_be_read(string body)
    {
        HttpResponseMessage response = CannedWire.Json(body);
        response.Headers.Add("x-amzn-RequestId", "request-1");

        AmazonUnmarshallingException failure = await UnreadableAsync(response);

        (failure.RequestId, failure.StatusCode).Should().Be(("request-1", HttpStatusCode.OK));
        RequestFailure.HasNoResponse(failure).Should().BeTrue();
    }

    [Fact]
    public async Task A_response_with_invalid_text_in_a_property_that_is_skipped_cannot_be_read()
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"Xttributes":7}""");
        body[2] = 0xff;

        await UnreadableAsync(new HttpResponseMessage { Content = new ByteArrayContent(body) });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_long_response_is_read_completely_whether_its_length_is_known_or_not(bool hasLength)
    {
        byte[] body = Encoding.UTF8.GetBytes($$"""{"Skipped":"{{new string('x', 3_000_000)}}",{{Capacity[1..]}}""");
        HttpContent content = hasLength ? new ByteArrayContent(body) : CannedWire.WithoutLength(body);

        MappedResponse<object> response = await SendAsync(_ => new HttpResponseMessage { Content = content });

        response.Capacity.Single().CapacityUnits.Should().Be(1.5);
    }

    [Fact]
    public async Task A_response_must_match_its_checksum_unless_it_was_decompressed()
    {
        HttpResponseMessage right = await CannedWire.WithChecksumAsync(CannedWire.Json(Capacity));
        HttpResponseMessage wrong = await CannedWire.WithChecksumAsync(CannedWire.Json(Capacity), isRight: false);
        HttpResponseMessage encoded = await CannedWire.WithChecksumAsync(CannedWire.Json(Capacity), isRight: false);
        encoded.Content.Headers.ContentEncoding.Add("identity");
        HttpResponseMessage chunked = await CannedWire.WithChecksumAsync(CannedWire.Json(Capacity), isRight: false);
        chunked.Content = CannedWire.WithoutLength(Encoding.UTF8.GetBytes(Capacity));

        foreach (HttpResponseMessage accepted in new[] { right, encoded, chunked })
            (await SendAsync(_ => accepted)).Capacity.Should().ContainSingle();
        Func<Task> damaged = () => SendAsync(_ => wrong);
        RequestFailure.HasNoResponse((await damaged.Should().ThrowAsync<Exception>()).Which).Should().BeTrue();
    }

    [Fact]
    public async Task An_error_is_read_as_the_SDK_does()
    {
        Func<Task> refused = () => SendAsync(
            _ => CannedWire.Json("""{"__type":"x#ConditionalCheckFailedException","message":"no"}""", HttpStatusCode.BadRequest));

        (await refused.Should().ThrowAsync<ConditionalCheckFailedException>()).Which.Message.Should().Be("no");
    }

    private static async Task<MappedResponse<object>> SendAsync(Func<HttpRequestMessage, HttpResponseMessage> respond)
    {
        using UserStoreClient client = new CannedWire(respond).CreateClient();
        using JsonBody body = JsonBody.Rent();
        body.Json.WriteString("TableName", "Users");
        return await client.SendAsync(new PutItemRequest { TableName = "Users" }, body, Put, default);
    }

    private static async Task<AmazonUnmarshallingException> UnreadableAsync(HttpResponseMessage response)
    {
        Func<Task> send = () => SendAsync(_ => response);
        return (await send.Should().ThrowAsync<AmazonUnmarshallingException>()).Which;
    }
}

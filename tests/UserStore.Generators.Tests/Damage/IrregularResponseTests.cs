using System.Diagnostics;
using System.Text;
using UserStore.DynamoDb.Sending;
using UserStore.Generators.Tests.Types;

namespace UserStore.Generators.Tests.Damage;

/// <summary>Responses that random damage seldom gives.</summary>
public sealed class IrregularResponseTests
{
    private const int Large = 1_000_000;
    private const string Fake = """{"user_id":{"S":"fake-1"},"name":{"S":"Fake"}}""";

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    private readonly ResponseReaders<User> _readers = new();

    [Theory]
    [InlineData(ResponseKind.Get, """{"Item":null}""", 0)]
    [InlineData(ResponseKind.Get, """{"Item":{}}""", 0)]
    [InlineData(ResponseKind.Get, """{"\u0049tem":FAKE}""", 1)]
    [InlineData(ResponseKind.Get, """{"Item":{"\u0075ser_id":{"\u0053":"fake-1"}}}""", 1)]
    [InlineData(ResponseKind.Update, """{"Attributes":null}""", 0)]
    [InlineData(ResponseKind.Page, """{"Items":[{}]}""", 0)]
    [InlineData(ResponseKind.Page, """{"Items":[FAKE],"LastEvaluatedKey":null}""", 1)]
    [InlineData(ResponseKind.Page, """{"Items":[FAKE],"LastEvaluatedKey":{}}""", 1)]
    [InlineData(ResponseKind.Batch, """{"Responses":{"Users":[FAKE]},"UnprocessedKeys":null}""", 1)]
    [InlineData(ResponseKind.Batch, """{"Responses":{"\u0055sers":[FAKE]}}""", 1)]
    public void An_unusual_response_is_read_as_the_SDK_reads_it(ResponseKind kind, string body, int users)
    {
        byte[] json = Encoding.UTF8.GetBytes(body.Replace("FAKE", Fake, StringComparison.Ordinal));

        ReadResponse read = _readers.ByMapping(kind, json);

        read.Failure.Should().BeNull();
        read.Users.Should().HaveCount(users);
        ReadResponse.Difference(_readers.ByContext(kind, json), read).Should().BeNull();
    }

    [Theory]
    [InlineData("GuidSet", "SS")]
    [InlineData("CharSet", "SS")]
    [InlineData("NumberSet", "NS")]
    public void An_empty_set_which_DynamoDB_does_not_store_is_read_as_the_SDK_reads_it(string attribute, string type)
    {
        var readers = new ResponseReaders<Collections>();
        byte[] json = Encoding.UTF8.GetBytes("""{"Item":{"Id":{"S":"1"},"NAME":{"TYPE":[]}}}""".Replace("NAME", attribute).Replace("TYPE", type));

        ReadResponse.Difference(readers.ByContext(ResponseKind.Get, json), readers.ByMapping(ResponseKind.Get, json)).Should().BeNull();
    }

    [Theory]
    [InlineData(ResponseKind.Get, """{"It\em":{"user_id":{"S":"fake-1"}}}""")]
    [InlineData(ResponseKind.Get, """{"Item":{"user_id":{"S":"fake-1"},"user_id":{"S":"fake-2"}}}""")]
    [InlineData(ResponseKind.Get, """{"Item":{"user_id":{"S":"fake-1"},"write_id":{"S":"1"},"write_id":{"S":"2"}}}""")]
    [InlineData(ResponseKind.Get, """{"Item":{"user_id":{"S":"fake-1"},"\ud800":{"S":"2"}}}""")]
    [InlineData(ResponseKind.Page, """{"Items":[],"LastEvaluatedKey":5}""")]
    [InlineData(ResponseKind.Page, """{"Items":[],"LastEvaluatedKey":{"user_id":"fake-1"}}""")]
    [InlineData(ResponseKind.Batch, """{"Responses":{"Tsers":[{"user_id":{"S":"fake-1"}}]}}""")]
    [InlineData(ResponseKind.Batch, """{"Responses":{"Users":[],"Users":[]}}""")]
    [InlineData(ResponseKind.Batch, """{"Responses":{"Users":[]},"UnprocessedKeys":{"Users":{"Keys":5}}}""")]
    [InlineData(ResponseKind.Batch, """{"Responses":{"Users":[]},"UnprocessedKeys":{"Users":{"Keys":[5]}}}""")]
    [InlineData(ResponseKind.Batch, """{"Responses":{"Users":[]},"UnprocessedKeys":{"Users":{"Keys":[5],"Keys":[]}}}""")]
    public void A_response_that_DynamoDB_does_not_send_is_treated_as_a_lost_one(ResponseKind kind, string body)
        => IsLost(_readers.ByMapping(kind, Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void A_name_that_is_not_UTF_8_is_no_other_attribute()
    {
        byte[] body = Encoding.UTF8.GetBytes("{\"Item\":" + Fake + "}");
        body[body.AsSpan().IndexOf("ame"u8)] = 0xE1;

        IsLost(_readers.ByMapping(ResponseKind.Get, body));
    }

    [Theory]
    [InlineData("""{"Item":{"Id":{"S":"1"},"Age":{"N":"-1"}}}""", 1)]
    [InlineData("""{"Item":{"Id":{"S":"1"},"Texts":{"M":{"a":{"S":"1"},"a":{"S":"2"}}}}}""", null)]
    public void What_a_member_of_the_type_throws_is_no_lost_response(string body, int? unreadable)
    {
        ReadResponse read = new ResponseReaders<Guarded>().ByMapping(ResponseKind.Get, Encoding.UTF8.GetBytes(body));

        if (unreadable is null)
            IsLost(read);
        else
            read.Should().BeEquivalentTo(new { Users = new object?[] { null }, Failure = (Exception?)null });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void A_deep_or_long_value_takes_little_time_and_memory(int choice)
    {
        byte[] value = choice < 3 ? ResponseDamage.Nested(Large, choice) : ResponseDamage.Long(Large / 10, choice - 3);
        foreach (string name in new[] { "age", "name", "tags", "unknown" })
        {
            byte[] body = [.. Encoding.UTF8.GetBytes($"{{\"Item\":{{\"{name}\":"), .. value, .. "}}"u8];
            long started = Stopwatch.GetTimestamp();

            _readers.ByMapping(ResponseKind.Get, body);

            Stopwatch.GetElapsedTime(started).Should().BeLessThan(MaxTime);
            _readers.AllocatedBytes.Should().BeLessThan(64L * body.Length);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public void Another_length_in_the_headers_allocates_no_more_than_a_buffer(long length)
    {
        ReadResponse read = _readers.ByMapping(ResponseKind.Get, Encoding.UTF8.GetBytes("{\"Item\":" + Fake + "}"), length);

        _readers.AllocatedBytes.Should().BeLessThan(2 * 1024 * 1024);
        if (read.Failure is null)
            read.Users.Should().HaveCount(1);
        else
            IsLost(read);
    }

    private static void IsLost(ReadResponse read)
    {
        read.Failure.Should().NotBeNull();
        RequestFailure.HasNoResponse(read.Failure!).Should().BeTrue("it is {0}", read.Failure);
    }
}

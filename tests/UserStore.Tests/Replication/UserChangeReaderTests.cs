using System.Text;
using System.Text.Json;
using UserStore.Replication;

namespace UserStore.Tests.Replication;

public sealed class UserChangeReaderTests
{
    private const string Arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/Users/stream/2030-01-01T00:00:00.000";
    private const string Ada = """{"user_id":{"S":"fake-1"},"name":{"S":"Ada Example"},"version":{"N":"2"},"tags":{"L":[{"S":"a"}]}}""";
    private const string Before = """{"user_id":{"S":"fake-1"},"name":{"S":"Ada"},"version":{"N":"1"}}""";

    private readonly UserChangeReader<User> _reader = new(new UserStoreOptions());

    [Fact]
    public async Task A_Lambda_event_is_read()
    {
        string json = $$"""
            {"Records":[
              {"eventID":"1","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1","eventSourceARN":"{{Arn}}",
               "dynamodb":{"ApproximateCreationDateTime":1893456000,"Keys":{"user_id":{"S":"fake-1"} },"NewImage":{{Before}},
                 "SequenceNumber":"4421584500000000017450439091","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"} },
              {"eventName":"MODIFY","eventSourceARN":"{{Arn}}",
               "dynamodb":{"ApproximateCreationDateTime":1893456000.25,"Keys":{"user_id":{"S":"fake-1"} },"OldImage":{{Before}},"NewImage":{{Ada}},
                 "SequenceNumber":"4421584500000000017450439092"} },
              {"eventName":"REMOVE","eventSourceARN":"{{Arn}}","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
               "dynamodb":{"Keys":{"user_id":{"S":"fake-1"} },"OldImage":{{Ada}},"SequenceNumber":"4421584500000000017450439093"} }
            ]}
            """;

        IReadOnlyList<UserChangeRecord<User>> records = await ReadAsync(json);

        records.Should().OnlyContain(record => record.Problem == null && record.Key == "fake-1");
        UserChange<User>[] changes = [.. records.Select(record => record.Change!)];
        changes.Select(change => (change.Kind, change.OldUser?.Version, change.NewUser?.Version, change.IsTimeToLiveDelete)).Should().Equal(
            (UserChangeKind.Inserted, null, 1L, false), (UserChangeKind.Modified, 1L, 2L, false), (UserChangeKind.Removed, 2L, null, true));
        changes[0].SequenceNumber.Should().Be("4421584500000000017450439091");
        changes[1].Timestamp.Should().Be(new DateTimeOffset(2030, 1, 1, 0, 0, 0, 250, TimeSpan.Zero));
        changes[1].NewUser!.Tags.Should().Equal("a");
        changes[1].ToString().Should().Be("Modified { Key = fake-1, SequenceNumber = 4421584500000000017450439092 }");
    }

    [Fact]
    public void A_record_of_the_Streams_API_is_read()
    {
        UserChangeRecord<User> record = Read($$"""
            {"eventName":"REMOVE","userIdentity":{"Type":"Service","PrincipalId":"dynamodb.amazonaws.com"},
             "dynamodb":{"Keys":{"user_id":{"S":"fake-1"} },"OldImage":{{Ada}},"SequenceNumber":"7"} }
            """);

        (record.Problem, record.Change!.Kind, record.Change.IsTimeToLiveDelete).Should().Be((null, UserChangeKind.Removed, true));
    }

    [Fact]
    public void A_delete_by_a_caller_is_not_an_expiry()
    {
        UserChangeRecord<User> record = Read($$"""
            {"eventName":"REMOVE","userIdentity":{"type":"Service","principalId":"other.amazonaws.com"},
             "dynamodb":{"Keys":{"user_id":{"S":"fake-1"} },"OldImage":{{Ada}},"SequenceNumber":"7"} }
            """);

        record.Change!.IsTimeToLiveDelete.Should().BeFalse();
    }

    [Fact]
    public void Attributes_of_all_types_are_read_and_unknown_attributes_are_ignored()
    {
        var reader = new UserChangeReader<EveryType>(new UserStoreOptions());
        using JsonDocument json = JsonDocument.Parse("""
            {"eventName":"INSERT","dynamodb":{"SequenceNumber":"1","Keys":{"user_id":{"S":"fake-1"}},"NewImage":{
              "user_id":{"S":"fake-1"},"number":{"N":"12.5"},"flag":{"BOOL":true},"bytes":{"B":"AQI="},"set":{"SS":["a","b"]},
              "map":{"M":{"k":{"S":"v"}}},"list":{"L":[{"S":"x"},{"S":"x"}]},"nothing":{"NULL":true},
              "numbers":{"NS":["1","2"]},"blobs":{"BS":["AQI="]},"deep":{"L":[{"M":{"a":{"L":[{"N":"1"}]}}}]}}}}
            """);

        UserChangeRecord<EveryType> record = reader.ReadRecord(json.RootElement);

        record.Problem.Should().BeNull();
        EveryType user = record.Change!.NewUser!;
        (user.Number, user.Flag, user.Nothing).Should().Be((12.5m, true, null));
        user.Bytes.Should().Equal(1, 2);
        user.Set.Should().BeEquivalentTo("a", "b");
        user.Map.Should().ContainKey("k").WhoseValue.Should().Be("v");
        user.List.Should().Equal("x", "x");
    }

    [Fact]
    public async Task The_failure_of_an_event_that_is_not_JSON_says_where_and_quotes_nothing()
    {
        Func<Task> read = () => ReadAsync("""
            {"Records":
            [nSecret]}
            """);

        InvalidUserChangeException failure = (await read.Should().ThrowAsync<InvalidUserChangeException>()).Which;

        failure.InnerException.Should().BeOfType<JsonException>().Which.Message.Should().Be("The JSON is not valid at byte 2 of line 1.");
        failure.ToString().Should().NotContain("Secret");
    }

    [Theory]
    [InlineData("""{"R\ud800":[]}""")]
    [InlineData("""{"\udc00ecords":[]}""")]
    public async Task An_event_with_a_name_that_is_not_Unicode_is_refused(string json)
    {
        Func<Task> read = () => ReadAsync(json);

        await read.Should().ThrowAsync<InvalidUserChangeException>();
    }

    [Fact]
    public void Only_a_stream_view_type_of_DynamoDB_is_named_in_the_reason()
    {
        UserChangeRecord<User> known = Read(WithViewType("KEYS_ONLY"));
        UserChangeRecord<User> unknown = Read(WithViewType("Secret"));

        known.Problem!.Message.Should().Contain("the stream view type is KEYS_ONLY, but");
        unknown.Problem!.Message.Should().Contain("the stream view type is unknown, but");

        static string WithViewType(string type) => $$"""
            {"eventName":"INSERT","dynamodb":{"SequenceNumber":"1","Keys":{"user_id":{"S":"fake-1"} },"StreamViewType":"{{type}}"} }
            """;
    }

    [Theory]
    [InlineData("not json", "is not JSON")]
    [InlineData("[]", "no array 'Records'")]
    [InlineData("""{"records":{}}""", "no array 'Records'")]
    public async Task An_invalid_event_is_rejected(string json, string expected)
        => (await this.Invoking(_ => ReadAsync(json)).Should().ThrowAsync<InvalidUserChangeException>()).Which.Message.Should().Contain(expected);

    [Theory]
    [InlineData("""7""", null, "no object 'dynamodb'")]
    [InlineData("""{"eventName":"INSERT"}""", null, "no object 'dynamodb'")]
    [InlineData("""{"eventName":"INSERT","dynamodb":{"SequenceNumber":"12a"}}""", null, "SequenceNumber")]
    [InlineData("""{"eventName":"INSERT","dynamodb":{"SequenceNumber":"12345678901234567890123456789012345678901"}}""", null, "40 digits")]
    [InlineData("""{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5"}}""", "5", "no 'Keys'")]
    [InlineData("""{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","Keys":{"id":{"S":"1"}}}}""", "5", "'user_id' (S)")]
    [InlineData("""{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","Keys":{"user_id":{"N":"1"}}}}""", "5", "'user_id' (S)")]
    [InlineData(
        """{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","StreamViewType":"KEYS_ONLY","Keys":{"user_id":{"S":"1"}}}}""",
        "5", "KEYS_ONLY, but must be NEW_AND_OLD_IMAGES")]
    [InlineData(
        """
        {"eventName":"MODIFY","dynamodb":{"SequenceNumber":"5","StreamViewType":"NEW_IMAGE",
        "Keys":{"user_id":{"S":"1"}},"NewImage":{"user_id":{"S":"1"}}}}
        """,
        "5", "no 'OldImage'")]
    [InlineData(
        """{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","Keys":{"user_id":{"S":"1"}},"NewImage":{"user_id":{"S":"2"}}}}""", "5", "another user")]
    [InlineData("""{"eventName":"UPSERT","dynamodb":{"SequenceNumber":"5","Keys":{"user_id":{"S":"1"}}}}""", "5", "eventName")]
    [InlineData(
        """{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","Keys":{"user_id":{"S":"1"}},"NewImage":{"user_id":{"S":"1"},"x":{"X":"secret"}}}}""",
        "5", "cannot be read as User")]
    [InlineData(
        """{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","Keys":{"user_id":{"S":"1"}},"NewImage":{"user_id":{"S":"1"},"x":{"S":7}}}}""",
        "5", "cannot be read as User")]
    [InlineData(
        """{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","Keys":{"user_id":{"S":"1"}},"NewImage":{"user_id":{"S":"1"},"x":{"B":"secret!"}}}}""",
        "5", "cannot be read as User")]
    [InlineData(
        """
        {"eventName":"INSERT","dynamodb":{"SequenceNumber":"5",
        "Keys":{"user_id":{"S":"1"}},"NewImage":{"user_id":{"S":"1"},"created_at":{"S":"secret"}}}}
        """,
        "5", "cannot be read as User")]
    [InlineData(
        """{"eventName":"INSERT","dynamodb":{"SequenceNumber":"5","Keys":{"user_id":{"S":"1"}},"NewImage":["secret"]}}""", "5", "cannot be read as User")]
    [InlineData(
        """{"eventSourceARN":"arn:aws:dynamodb:r:1:table/Other/stream/x","dynamodb":{"SequenceNumber":"5"}}""",
        "5", "does not come from the stream of table 'Users'")]
    [InlineData("""{"eventSourceARN":"arn:aws:sqs:r:1:queue","dynamodb":{"SequenceNumber":"5"}}""", "5", "does not come from the stream")]
    public async Task A_record_that_cannot_be_read_is_reported_with_its_number_and_the_others_are_read(string record, string? number, string expected)
    {
        string good = $$"""{"eventName":"INSERT","dynamodb":{"SequenceNumber":"9","Keys":{"user_id":{"S":"fake-1"} },"NewImage":{{Ada}}} }""";

        IReadOnlyList<UserChangeRecord<User>> records = await ReadAsync($$"""{"Records":[{{record}},{{good}}]}""");

        (records[0].Change, records[0].SequenceNumber).Should().Be((null, number));
        records[0].Problem!.SequenceNumber.Should().Be(number);
        records[0].Problem!.Message.Should().Contain(expected);
        records[0].Problem!.ToString().Should().NotContain("secret");
        records[1].Change.Should().NotBeNull();
    }

    private UserChangeRecord<User> Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return _reader.ReadRecord(document.RootElement);
    }

    private Task<IReadOnlyList<UserChangeRecord<User>>> ReadAsync(string json)
        => _reader.ReadEventAsync(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}

using System.Diagnostics;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Tables;
using UserStore.TestKit;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The spans and measurements of requests.</summary>
public sealed class RequestMeasurementTests
{
    private static readonly Exception Throttle = StoreCallBench.Service("ThrottlingException");
    private static readonly PutItemResponse Response = new() { ConsumedCapacity = new() { TableName = "Users", CapacityUnits = 2.5 } };

    private readonly StoreCallBench _bench = new();

    [Fact]
    public async Task A_request_is_measured_with_its_retries_and_throttles()
    {
        using var telemetry = new TelemetryListener(_bench.Table);
        var lost = new IOException("as the test asked");

        await _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(Throttle, lost, Response));

        Activity span = telemetry.Spans.Single();
        (span.DisplayName, span.Kind, span.Status).Should().Be(($"PutItem {_bench.Table}", ActivityKind.Client, ActivityStatusCode.Unset));
        span.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value).Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["db.system.name"] = "aws.dynamodb",
            ["db.operation.name"] = "PutItem",
            ["db.collection.name"] = _bench.Table,
            ["aws.dynamodb.table_names"] = new[] { _bench.Table },
            ["aws.dynamodb.consumed_capacity"] = new[] { """{"TableName":"Users","CapacityUnits":2.5}""" },
            ["userstore.retries"] = 2,
        });
        Own(telemetry).Should().BeEquivalentTo(
            ["userstore.throttles 1", "userstore.retries 1", "userstore.retries 1", "userstore.consumed_capacity 2.5", Duration()]);
    }

    [Fact]
    public async Task A_request_without_retries_has_no_count_of_them()
    {
        using var telemetry = new TelemetryListener(_bench.Table);

        await _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(new PutItemResponse()));
        await _bench.Begin().WriteAsync("PutItem", _bench.Tables, _bench.Respond(new PutItemResponse()));

        telemetry.Spans.Should().HaveCount(2).And.OnlyContain(
            span => span.GetTagItem("userstore.retries") == null && span.GetTagItem("aws.dynamodb.consumed_capacity") == null);
    }

    [Fact]
    public async Task A_failed_request_has_the_error_of_the_service()
    {
        using var telemetry = new TelemetryListener(_bench.Table);
        _bench.Options.Retry.Timeout = TimeSpan.Zero;
        Func<Task> read = () => _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(Throttle));
        Func<Task> write = () => _bench.Begin().WriteAsync("PutItem", _bench.Tables, _bench.Respond(Throttle));

        await read.Should().ThrowAsync<UserStoreThrottledException>();
        await write.Should().ThrowAsync<UserStoreThrottledException>();

        telemetry.Spans.Should().HaveCount(2).And.OnlyContain(span => span.Status == ActivityStatusCode.Error
            && (string?)span.GetTagItem("error.type") == "ThrottlingException"
            && (string?)span.GetTagItem("db.response.status_code") == "ThrottlingException");
        telemetry.Measurements.Where(each => each.Instrument == "db.client.operation.duration" && IsOwn(each.Tags))
            .Should().HaveCount(2).And.OnlyContain(each => (string?)each.Tags["error.type"] == "ThrottlingException"
                && (string?)each.Tags["db.response.status_code"] == "ThrottlingException");
        telemetry.Sum("userstore.throttles").Should().Be(2);
    }

    [Fact]
    public async Task A_failed_condition_is_the_error_of_a_request_that_returned_normally()
    {
        using var telemetry = new TelemetryListener(_bench.Table);

        await _bench.Begin().WriteAsync("PutItem", _bench.Tables, _bench.Respond(StoreCallBench.ConditionFailed()));

        Activity span = telemetry.Spans.Single();
        (span.Status, span.GetTagItem("error.type")).Should().Be((ActivityStatusCode.Error, "ConditionalCheckFailedException"));
    }

    [Fact]
    public async Task A_failure_without_a_response_has_the_type_of_the_exception()
    {
        using var telemetry = new TelemetryListener(_bench.Table);
        _bench.Options.Retry.Timeout = TimeSpan.Zero;
        Func<Task> send = () => _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(new IOException("as the test asked")));

        await send.Should().ThrowAsync<UserStoreUnavailableException>();

        Activity span = telemetry.Spans.Single();
        (span.GetTagItem("error.type"), span.GetTagItem("db.response.status_code")).Should().Be((typeof(UserStoreUnavailableException).FullName, null));
        telemetry.Measurements.Single(each => each.Instrument == "db.client.operation.duration" && IsOwn(each.Tags)).Tags
            .Should().NotContainKey("db.response.status_code");
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, 2)]
    public async Task A_batch_has_its_size_and_one_item_is_not_called_a_batch(int size, int? expected)
    {
        using var telemetry = new TelemetryListener(_bench.Table);

        await _bench.Begin().SendAsync("BatchWriteItem", _bench.Tables, _bench.Respond(Response), batchSize: size);
        await _bench.Begin().WriteAsync("BatchWriteItem", _bench.Tables, _bench.Respond(Response), batchSize: size);

        telemetry.Spans.Select(span => span.GetTagItem("db.operation.batch.size")).Should().Equal(expected, expected);
        telemetry.Sum("userstore.batch.size").Should().Be(size * 2);
    }

    [Fact]
    public async Task A_correction_of_the_clock_is_a_retry()
    {
        using var telemetry = new TelemetryListener(_bench.Table);

        await _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(StoreCallBench.Service("RequestExpired"), Response));

        telemetry.Sum("userstore.retries").Should().Be(1);
    }

    [Fact]
    public async Task A_request_for_two_tables_has_no_collection()
    {
        NamedTable[] tables = [.. _bench.Tables, new($"{_bench.Table}-2")];
        using var telemetry = new TelemetryListener(_bench.Table);

        await _bench.Begin().SendAsync("TransactWriteItems", tables, _bench.Respond(Response));

        Activity span = telemetry.Spans.Single();
        (span.DisplayName, span.GetTagItem("db.collection.name")).Should().Be(("TransactWriteItems", null));
        span.GetTagItem("aws.dynamodb.table_names").Should().BeEquivalentTo(tables.Select(table => table.TableName).ToArray());
    }

    [Fact]
    public async Task What_is_sent_again_as_a_request_of_its_own_is_a_retry()
    {
        using var telemetry = new TelemetryListener(_bench.Table);

        await _bench.Begin().TryDelayForUnprocessedAsync("BatchWriteItem", _bench.Tables[0]);
        (telemetry.Sum("userstore.throttles"), telemetry.Sum("userstore.retries")).Should().Be((1, 1));
        await _bench.Begin().TryDelayForOvertakenAsync("UpdateItem", _bench.Tables);

        (telemetry.Sum("userstore.throttles"), telemetry.Sum("userstore.retries")).Should().Be((1, 2));
    }

    [Fact]
    public async Task What_is_not_sent_again_is_no_retry()
    {
        using var telemetry = new TelemetryListener(_bench.Table);
        _bench.Options.Retry.Timeout = TimeSpan.Zero;

        await _bench.Begin().TryDelayForUnprocessedAsync("BatchWriteItem", _bench.Tables[0]);
        await _bench.Begin().TryDelayForOvertakenAsync("UpdateItem", _bench.Tables);

        (telemetry.Sum("userstore.throttles"), telemetry.Sum("userstore.retries")).Should().Be((1, 0));
    }

    private string Duration()
        => FormattableString.Invariant($"db.client.operation.duration {_bench.Time.Elapsed.TotalSeconds}");

    private IEnumerable<string> Own(TelemetryListener telemetry) => telemetry.Measurements.Where(each => IsOwn(each.Tags))
        .Select(each => FormattableString.Invariant($"{each.Instrument} {each.Value}"));

    private bool IsOwn(Dictionary<string, object?> tags) => (string?)tags.GetValueOrDefault("db.collection.name") == _bench.Table;
}

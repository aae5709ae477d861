using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>The content of spans, metrics and logs about requests, and what they must not contain.</summary>
public sealed class TelemetryTests : ServerTest
{
    [Fact]
    public async Task A_span_has_operation_table_and_capacity_according_to_the_conventions()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        using var caller = new Activity("caller");
        caller.Start();

        await store.CreateAsync(FakeUsers.Create(1));
        await store.FindAsync("fake-1", ReadConsistency.Strong);
        await store.QueryPageAsync(new UserQuery<User>("status-index", UserStatus.Active));
        caller.Stop();

        telemetry.Spans.Select(span => span.DisplayName).Should().Equal("TransactWriteItems", $"GetItem {Table}", $"Query {Table}");
        telemetry.Spans.Should().OnlyContain(span => span.Kind == ActivityKind.Client && span.ParentId == caller.Id && span.Status == ActivityStatusCode.Unset);
        Activity create = telemetry.Spans.First();
        create.GetTagItem("db.system.name").Should().Be("aws.dynamodb");
        create.GetTagItem("db.operation.name").Should().Be("TransactWriteItems");
        create.GetTagItem("aws.dynamodb.table_names").Should().BeEquivalentTo(new[] { Table, ReservationsTable });
        create.GetTagItem("db.collection.name").Should().BeNull("there are two");
        Activity find = telemetry.Spans.ElementAt(1);
        find.GetTagItem("db.collection.name").Should().Be(Table);
        find.GetTagItem("aws.dynamodb.consumed_capacity").Should().BeEquivalentTo(
            new[] { $$"""{"TableName":"{{Table}}","CapacityUnits":1}""" }, "the read is consistent and small");
    }

    [Fact]
    public async Task Metrics_count_durations_capacity_and_batches()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);

        await Stores.WriterOf(store).CreateAsync(FakeUsers.CreateMany(60).Select(user => user with { Email = null }));
        await store.FindManyAsync(Enumerable.Range(1, 60).Select(i => $"fake-{i}")).ReadAllAsync();
        await store.FindAsync("fake-1");

        telemetry.Spans.Where(span => span.OperationName.StartsWith("TransactWriteItems", StringComparison.Ordinal)).Sum(
            span => (int)span.GetTagItem("db.operation.batch.size")!).Should().Be(60, "that many users were written together");
        telemetry.Measurements.Where(one => one.Instrument == "userstore.batch.size").Should().Contain(
            one => one.Value == 60 && (string)one.Tags["db.operation.name"]! == "BatchGetItem");
        telemetry.Measurements.Where(one => one.Instrument == "db.client.operation.duration").Should().Contain(
            one => (string?)one.Tags.GetValueOrDefault("db.collection.name") == Table && one.Value > 0 && one.Value < 60
                && (string)one.Tags["db.operation.name"]! == "GetItem");
        telemetry.Sum("userstore.consumed_capacity").Should().BeGreaterThan(30, "60 eventual reads take half a unit each");
        telemetry.Sum("userstore.retries").Should().Be(0);
    }

    [Fact]
    public async Task Errors_retries_and_throttles_are_counted_by_type()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        Wire.Next(WireFault.Throttle, "GetItem", count: 2);
        Wire.Next(WireFault.Reset, "GetItem");

        await store.FindAsync("fake-1");

        (telemetry.Sum("userstore.retries"), telemetry.Sum("userstore.throttles")).Should().Be((3, 2));
        telemetry.Spans.Should().ContainSingle("retries belong to the request").Which.GetTagItem("userstore.retries").Should().Be(3);

        telemetry.Spans.Clear();
        await store.CreateAsync(FakeUsers.Create(1) with { Email = null });
        Func<Task> again = () => store.CreateAsync(FakeUsers.Create(1) with { Email = null });
        await again.Should().ThrowAsync<UserAlreadyExistsException>();
        Options.Retry.Timeout = TimeSpan.Zero;
        Wire.Next(WireFault.Throttle);
        Func<Task> throttled = () => store.FindAsync("fake-1");
        await throttled.Should().ThrowAsync<UserStoreThrottledException>();

        Activity rejected = telemetry.Spans.ElementAt(1);
        (rejected.Status, rejected.GetTagItem("error.type")).Should().Be((ActivityStatusCode.Error, "ConditionalCheckFailedException"));
        Activity last = telemetry.Spans.Last();
        last.GetTagItem("error.type").Should().Be("ProvisionedThroughputExceededException");
        last.GetTagItem("db.response.status_code").Should().Be("ProvisionedThroughputExceededException");
        telemetry.Measurements.Should().Contain(one => one.Instrument == "db.client.operation.duration"
            && (string?)one.Tags.GetValueOrDefault("db.collection.name") == Table
            && one.Tags.ContainsKey("error.type"));
    }

    [Fact]
    public async Task A_partial_response_to_a_batch_is_neither_a_throttle_nor_a_retry()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        Wire.Next(WireFault.Unprocessed(seed: 1, share: 1), "BatchGetItem");

        await store.FindManyAsync(["fake-1", "fake-2"]).ReadAllAsync();

        (telemetry.Sum("userstore.retries"), telemetry.Sum("userstore.throttles")).Should().Be((0, 0));
        telemetry.Spans.Should().HaveCount(2, "the rest is requested separately");
    }

    [Fact]
    public async Task A_cancelled_request_has_a_distinct_error_type()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        using var source = new CancellationTokenSource();
        BeforeNext("GetItem", source.CancelAsync);

        Func<Task> find = () => store.FindAsync("fake-1", cancellationToken: source.Token);

        await find.Should().ThrowAsync<OperationCanceledException>();
        telemetry.Spans.Should().ContainSingle().Which.GetTagItem("error.type").Should().Be(typeof(OperationCanceledException).FullName);
    }

    [Fact]
    public async Task Capacity_is_requested_only_while_a_listener_exists_and_never_changes_a_request_that_has_a_token()
    {
        List<string> bodies = [];
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Wire.BeforeRequest = request => Task.FromResult(request.Operation == "TransactWriteItems" && Add(bodies, request.Body));
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        Wire.Next(WireFault.LostResponse, "TransactWriteItems");

        await store.CreateAsync(FakeUsers.Create(1));

        bodies.Should().HaveCount(2).And.OnlyContain(body => body == bodies[0] && body.Contains("\"ReturnConsumedCapacity\":\"TOTAL\""));

        static bool Add(List<string> bodies, string body)
        {
            bodies.Add(body);
            return true;
        }
    }

    [Fact]
    public async Task A_client_of_the_service_reports_the_capacity_of_requests_that_the_store_sends()
    {
        await CreateStoreAsync();
        using var client = new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig
        {
            ServiceURL = Server.Endpoint.ToString(),
            AuthenticationRegion = "us-east-1",
        });
        var store = new DynamoDbUserStore<User>(client, Options, Stores.Time);
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);

        await store.CreateAsync(FakeUsers.Create(1) with { Email = null });

        telemetry.Sum("userstore.consumed_capacity").Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task Telemetry_contains_no_personal_data()
    {
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        using var log = new FakeLoggerProvider();
        UserStoreRetryOptions? retry = null;
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        services.AddSingleton<IAmazonDynamoDB>(Client);
        services.AddUserStore(options =>
        {
            options.TableNamePrefix = Options.TableNamePrefix;
            retry = options.Retry;
            retry.BaseDelay = TimeSpan.FromMilliseconds(1);
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        IUserStore store = provider.GetRequiredService<IUserStore>();
        await store.EnsureTablesAsync();
        User secret = new() { UserId = "id-1", Name = "Secret Name", Email = "secret@example.test", Tags = ["secret-tag"], Status = "secret-status" };

        Wire.Next(WireFault.Throttle, "TransactWriteItems", count: 2);
        User user = await store.CreateAsync(secret);
        Func<Task> taken = () => store.CreateAsync(secret with { UserId = "id-2" });
        await taken.Should().ThrowAsync<UserValueInUseException>();
        await store.FindByEmailAsync("secret@example.test");
        await store.FindByEmailAsync("secret@example.test", ReadConsistency.Strong);
        await store.QueryByStatusAsync("secret-status").ReadAllAsync();
        await store.UpdateAsync(user with { Email = "secret-2@example.test" });
        retry!.Timeout = TimeSpan.FromMilliseconds(500);
        Wire.Every(1, WireFault.LostResponse);
        Func<Task> unknown = () => store.UpdateAsync("id-1", new UserPatch<User>().Set(u => u.Name, "Secret Other"));
        await unknown.Should().ThrowAsync<UserWriteOutcomeUnknownException>();

        string[] tags = [.. telemetry.Spans.SelectMany(span => span.TagObjects.Select(tag => $"{tag.Key}={Text(tag.Value)}").Append(span.DisplayName)),
            .. telemetry.Measurements.SelectMany(one => one.Tags).Select(tag => $"{tag.Key}={Text(tag.Value)}")];
        tags.Should().HaveCountGreaterThan(20).And.NotContain(tag => tag.Contains("secret", StringComparison.OrdinalIgnoreCase));
        tags.Should().NotContain(tag => tag.Contains("id-1"), "ids would make a series for each user");
        IReadOnlyList<FakeLogRecord> records = log.Collector.GetSnapshot();
        records.Should().NotContain(logged => logged.Message.Contains("secret", StringComparison.OrdinalIgnoreCase));
        records.Where(logged => logged.Category == "UserStore").Select(logged => (logged.Id.Id, logged.Level)).Distinct().Should().BeEquivalentTo(
            [(101, LogLevel.Debug), (102, LogLevel.Warning), (103, LogLevel.Warning)]);
        records.Should().Contain(logged => logged.Id == 103 && logged.Message.Contains("user id-1 "));
    }

    private static string Text(object? value) => value is string[] texts ? string.Join(' ', texts) : $"{value}";
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserStore.DynamoDb;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.SampleTests;

/// <summary>The functions return before Lambda stops them, on a server that throttles or does not respond.</summary>
public sealed class FunctionLimitTests : IAsyncLifetime
{
    // For this machine, which can be busy.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(4);

    private readonly string _prefix = $"sample-{Guid.NewGuid():N}-";
    private LocalDynamoDb _server = null!;
    private FaultyProxy _proxy = null!;

    private FaultyWire Wire { get; } = new();

    [Fact]
    public void The_options_fit_in_the_timeouts_of_the_functions()
    {
        using ServiceProvider services = Services.Build(_ => { });
        UserStoreRetryOptions retry = services.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(PlacedUser).FullName).Retry;
        UserChangeDispatchOptions dispatch = services.GetRequiredService<IOptionsMonitor<UserChangeDispatchOptions>>().Get(typeof(PlacedUser).FullName);
        TimeSpan longestCall = retry.Timeout + (2 * retry.AttemptTimeout);
        int rounds = (FunctionLimits.BatchSize + dispatch.MaxConcurrency - 1) / dispatch.MaxConcurrency;

        longestCall.Should().BeLessThanOrEqualTo(FunctionLimits.CreateUser - TimeSpan.FromSeconds(3));
        dispatch.Timeout.Should().Be(FunctionLimits.ReplicateUsers - TimeSpan.FromSeconds(10));
        (rounds * (retry.Timeout + retry.AttemptTimeout)).Should().BeLessThan(dispatch.Timeout!.Value, "a batch can succeed in the first attempts");
    }

    [Fact]
    public async Task A_target_that_throttles_everything_lets_the_function_return_all_users_as_failed_in_time()
    {
        var timeout = TimeSpan.FromSeconds(3);
        await using ServiceProvider services = Build(options => options.Retry.Timeout = TimeSpan.FromSeconds(2), dispatch => dispatch.Timeout = timeout);
        await CreateUsersAsync(100);
        Wire.Every(1, WireFault.Throttle);

        long begin = Stopwatch.GetTimestamp();
        string[] failed = await ReplicateAsync(services, users: 100);

        // Without the timeout it would take 7 rounds of 10 attempts.
        Stopwatch.GetElapsedTime(begin).Should().BeLessThan(timeout + Slack);
        failed.Should().Equal(Enumerable.Range(1, 100).Select(number => $"{number}"));
    }

    [Fact]
    public async Task A_target_that_throttles_for_a_while_gets_all_users_in_the_rest_of_the_time()
    {
        await using ServiceProvider services = Build(options => options.Retry.Timeout = TimeSpan.FromSeconds(1));
        await CreateUsersAsync(100);
        Wire.Every(1, WireFault.Throttle);

        Task<string[]> invocation = ReplicateAsync(services, users: 100);
        await Task.Delay(TimeSpan.FromSeconds(2)); // twice as long as the store retries a call
        Wire.Clear();
        string[] failed = await invocation;

        failed.Should().BeEmpty();
        using var client = _server.CreateClient();
        (await new UsersByPlace(client, _prefix).FindAsync("Ohio").CountAsync()).Should().Be(100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Creating_a_user_ends_in_time(bool isThrottled)
    {
        TimeSpan retry = TimeSpan.FromSeconds(1), attempt = TimeSpan.FromMilliseconds(500);
        await using ServiceProvider services = Build(options => (options.Retry.Timeout, options.Retry.AttemptTimeout) = (retry, attempt));
        await services.GetRequiredService<IUserStore<PlacedUser>>().EnsureTablesAsync();
        var function = new CreateUser(
            services.GetRequiredService<IUserStore<PlacedUser>>(), services.GetRequiredService<ILogger<CreateUser>>());
        Wire.Every(1, isThrottled ? WireFault.Throttle : WireFault.NoResponse);
        using var input = new MemoryStream("""{"body":"{\"email\":\"ada@example.test\"}"}"""u8.ToArray());

        long begin = Stopwatch.GetTimestamp();
        Func<Task<Stream>> create = () => function.HandleAsync(input);

        if (isThrottled)
            new StreamReader(await create()).ReadToEnd().Should().Contain("503");
        else
            await create.Should().ThrowAsync<UserWriteOutcomeUnknownException>("Lambda counts it as an error");
        Stopwatch.GetElapsedTime(begin).Should().BeLessThan(retry + (2 * attempt) + Slack);
    }

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _proxy = FaultyProxy.Start(Wire, _server.Endpoint);
        await using ServiceProvider services = Build(_ => { });
        await services.GetRequiredService<UserReplicator<PlacedUser, UserByPlace>>().EnsureTablesAsync();
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        Wire.Dispose();
        await _server.DisposeAsync();
    }

    private ServiceProvider Build(Action<UserStoreOptions> configure, Action<UserChangeDispatchOptions>? configureDispatch = null)
        => Services.Build(
            options =>
            {
                (options.ServiceUrl, options.TableNamePrefix) = (_proxy.Endpoint.ToString(), _prefix);
                configure(options);
            },
            configureDispatch);

    // Without them, the records of new users would be those of deleted users.
    private async Task CreateUsersAsync(int users)
    {
        using AmazonDynamoDBClient client = _server.CreateClient();
        var store = new DynamoDbUserStore<PlacedUser>(client, new UserStoreOptions { TableNamePrefix = _prefix });
        await store.EnsureTablesAsync();
        for (int number = 1; number <= users; number++)
            await store.CreateAsync(new PlacedUser { UserId = $"fake-{number}", State = "Ohio", City = "Dayton", Active = true });
    }

    private async Task<string[]> ReplicateAsync(ServiceProvider services, int users)
    {
        var function = new ReplicateUsers(services.GetRequiredService<UserChangeDispatcher<PlacedUser>>());
        IEnumerable<string> records = Enumerable.Range(1, users).Select(number => $$$"""
            {"eventName":"INSERT","eventSource":"aws:dynamodb",
            "eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/{{{_prefix}}}Users/stream/2026-01-01T00:00:00.000",
            "dynamodb":{"SequenceNumber":"{{{number}}}","StreamViewType":"NEW_AND_OLD_IMAGES","Keys":{"user_id":{"S":"fake-{{{number}}}"}},
            "NewImage":{"user_id":{"S":"fake-{{{number}}}"},"state":{"S":"Ohio"},"city":{"S":"Dayton"},"active":{"BOOL":true} } } }
            """);
        using var input = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"Records":[{{string.Join(',', records)}}]}"""));
        using JsonDocument response = await JsonDocument.ParseAsync(await function.HandleAsync(input));
        return [.. response.RootElement.GetProperty("batchItemFailures").EnumerateArray()
            .Select(failure => failure.GetProperty("itemIdentifier").GetString()!)];
    }
}

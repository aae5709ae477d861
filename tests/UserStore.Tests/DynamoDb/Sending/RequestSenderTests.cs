using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The clients and the options of calls.</summary>
public sealed class RequestSenderTests
{
    private readonly StoreCallBench _bench = new();

    [Fact]
    public void A_missing_connection_is_reported_once_in_exactly_a_minute()
    {
        List<int> reports = [];
        foreach (TimeSpan pause in new[] { TimeSpan.Zero, TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1), TimeSpan.FromTicks(1), TimeSpan.Zero })
        {
            _bench.Time.Advance(pause);
            _bench.Sender.ReportUnreachable("GetItem", "Users", TimeSpan.FromSeconds(30));
            reports.Add(_bench.Log.Count);
        }

        reports.Should().Equal(1, 1, 2, 2);
    }

    [Fact]
    public async Task A_call_has_its_own_retry_options_or_those_of_the_store()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;
        var own = new UserStoreRetryOptions { Timeout = TimeSpan.FromMinutes(1) };

        (await _bench.Sender.Begin(default).TryDelayAsync()).Should().BeFalse();
        (await _bench.Sender.Begin(default, retry: own).TryDelayAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_pause_that_would_end_exactly_with_the_timeout_is_not_started()
    {
        (_bench.Options.Retry.BaseDelay, _bench.Options.Retry.Timeout) = (TimeSpan.Zero, TimeSpan.FromSeconds(1));
        StoreCall call = _bench.Begin();

        _bench.Time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        (await call.TryDelayAsync()).Should().BeTrue();
        _bench.Time.Advance(TimeSpan.FromTicks(1));

        (await call.TryDelayAsync()).Should().BeFalse();
    }

    [Fact]
    public void A_client_of_the_store_has_no_retries_and_remembers_its_endpoints()
    {
        using UserStoreClient first = new CannedWire(_ => CannedWire.Json("{}")).CreateClient();
        var config = (AmazonDynamoDBConfig)first.Config;

        using var second = new UserStoreClient(new BasicAWSCredentials("local", "local"), config);

        (config.MaxErrorRetry, config.MaxStaleConnectionRetries).Should().Be((0, 0));
        config.EndpointProvider.Should().BeOfType<EndpointCache>();
        second.Config.EndpointProvider.Should().BeSameAs(first.Config.EndpointProvider);
    }
}

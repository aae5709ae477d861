using System.Diagnostics;
using System.Net.Sockets;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.Testing;

namespace UserStore.Tests.Testing;

/// <summary>What the SDK sees of each fault, and what the server receives.</summary>
public sealed class WireFaultTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    private readonly CounterTable _table = new();

    public static TheoryData<bool, WireFault, int> FailedConnections => OfEachAttachment(
        (WireFault.Reset, 0),
        (WireFault.LostResponse, 1),
        (WireFault.ClosedConnection, 1),
        (WireFault.TruncatedResponse, 1),
        (WireFault.AbortedResponse, 1));

    public static TheoryData<bool, WireFault, int> SilentConnections => OfEachAttachment(
        (WireFault.NoResponse, 1),
        (WireFault.StalledResponse, 1),
        (WireFault.Delay(TimeSpan.FromMinutes(1)), 0),
        (WireFault.DelayedResponse(TimeSpan.FromMinutes(1)), 1));

    public static TheoryData<bool> Attachments => [true, false];

    public Task InitializeAsync() => _table.CreateAsync();

    public Task DisposeAsync() => _table.DeleteAsync();

    [Theory]
    [MemberData(nameof(FailedConnections))]
    public async Task A_failed_connection_ends_the_only_attempt_and_the_next_one_succeeds(bool overProxy, WireFault fault, int applied)
    {
        await using var wire = new ProxiedWire(overProxy);
        wire.Faults.Next(fault);

        await Increment(wire).Should().ThrowAsync<Exception>();

        wire.Faults.Operations.Should().Equal("UpdateItem");
        (await _table.ReadAsync()).Should().Be(applied);
        (await _table.IncrementAsync(wire.Client)).Should().Be(applied + 1);
    }

    [Fact]
    public async Task Over_a_proxy_connections_really_fail()
    {
        await using var wire = new ProxiedWire();
        foreach (WireFault reset in new[] { WireFault.Reset, WireFault.LostResponse })
        {
            wire.Faults.Next(reset);
            (await Increment(wire).Should().ThrowAsync<IOException>()).Which.GetBaseException()
                .Should().BeOfType<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        }

        wire.Faults.Next(WireFault.ClosedConnection);
        (await Increment(wire).Should().ThrowAsync<HttpIOException>()).Which.HttpRequestError.Should().Be(HttpRequestError.ResponseEnded);

        wire.Faults.Next(WireFault.TruncatedResponse);
        (await Increment(wire).Should().ThrowAsync<AmazonUnmarshallingException>()).Which.GetBaseException()
            .Should().BeOfType<HttpIOException>().Which.HttpRequestError.Should().Be(HttpRequestError.ResponseEnded);
        wire.Faults.Next(WireFault.AbortedResponse);
        (await Increment(wire).Should().ThrowAsync<AmazonUnmarshallingException>()).Which.GetBaseException()
            .Should().BeOfType<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);

        wire.Connections.Should().Be(5, "each fault ends its connection");
    }

    [Fact]
    public async Task Over_a_proxy_the_SDK_resends_a_request_unseen_after_its_connection_failed()
    {
        await using var wire = new ProxiedWire(configure: config => config.MaxStaleConnectionRetries = 10);
        WireFault[] faults = [WireFault.Reset, WireFault.LostResponse, WireFault.ClosedConnection, WireFault.TruncatedResponse, WireFault.AbortedResponse];
        foreach (WireFault fault in faults)
            wire.Faults.Next(fault);

        (await _table.IncrementAsync(wire.Client)).Should().Be(faults.Length, "each but the first was applied");

        wire.Faults.Operations.Should().HaveCount(faults.Length + 1);
    }

    [Theory]
    [MemberData(nameof(SilentConnections))]
    public async Task A_silent_connection_is_ended_by_the_cancellation_of_the_attempt(bool overProxy, WireFault fault, int applied)
    {
        await using var wire = new ProxiedWire(overProxy);
        using var source = new CancellationTokenSource();
        wire.Faults.Next(fault);

        Task call = _table.IncrementAsync(wire.Client, cancellationToken: source.Token);
        while (wire.Faults.Operations.Count == 0 || await _table.ReadAsync() < applied)
            await Task.Delay(5);
        call.IsCompleted.Should().BeFalse();
        await source.CancelAsync();

        Func<Task> end = () => call.WaitAsync(Soon);
        (await end.Should().ThrowAsync<Exception>()).Which.Should().NotBeOfType<TimeoutException>("the token ends it");
        (await _table.ReadAsync()).Should().Be(applied);
        (await _table.IncrementAsync(wire.Client)).Should().Be(applied + 1);
    }

    [Fact]
    public async Task A_silent_connection_is_ended_by_the_timeout_of_the_client()
    {
        await using var wire = new ProxiedWire(configure: config => (config.HttpClientFactory, config.Timeout) = (null, Short));
        wire.Faults.Next(WireFault.NoResponse);

        Func<Task> call = () => _table.IncrementAsync(wire.Client).WaitAsync(Soon);

        (await call.Should().ThrowAsync<TimeoutException>()).WithInnerException<OperationCanceledException>("the SDK reports its own timeout so");
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task A_delayed_response_arrives(bool overProxy)
    {
        await using var wire = new ProxiedWire(overProxy);
        wire.Faults.Next(WireFault.DelayedResponse(Short));
        long started = Stopwatch.GetTimestamp();

        (await _table.IncrementAsync(wire.Client)).Should().Be(1);

        Stopwatch.GetElapsedTime(started).Should().BeGreaterThan(Short / 2);
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task A_duplicate_request_is_processed_twice_and_the_first_response_arrives(bool overProxy)
    {
        await using var wire = new ProxiedWire(overProxy);

        wire.Faults.Next(WireFault.DuplicateRequest);
        (await _table.IncrementAsync(wire.Client)).Should().Be(1);
        (await _table.ReadAsync()).Should().Be(2);
        wire.Faults.Next(WireFault.DuplicateRequest);
        (await _table.IncrementAsync(wire.Client, "absent", "attribute_not_exists(n)")).Should().Be(1);

        (await _table.ReadAsync("absent")).Should().Be(1);
        wire.Faults.Operations.Should().HaveCount(2);
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task A_late_request_reaches_the_server_when_other_requests_were_processed(bool overProxy)
    {
        await using var wire = new ProxiedWire(overProxy);
        wire.Faults.Next(WireFault.LateRequest(requests: 2));

        await Increment(wire).Should().ThrowAsync<Exception>();

        (await _table.ReadAsync(client: wire.Client)).Should().Be(0);
        (await _table.ReadAsync(client: wire.Client)).Should().Be(0, "the second request itself precedes it");
        (await _table.ReadAsync()).Should().Be(1, "it was processed before the second response arrived");
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task Late_requests_overtake_each_other(bool overProxy)
    {
        await using var wire = new ProxiedWire(overProxy);
        wire.Faults.Next(WireFault.LateRequest(requests: 3));
        wire.Faults.Next(WireFault.LateRequest(requests: 1));
        async Task PutAsync(int value)
            => await wire.Client.PutItemAsync(_table.Name, new() { ["id"] = new("late"), ["n"] = new() { N = $"{value}" } });

        await ((Func<Task>)(() => PutAsync(1))).Should().ThrowAsync<Exception>();
        await ((Func<Task>)(() => PutAsync(2))).Should().ThrowAsync<Exception>();
        await PutAsync(3);
        (await _table.ReadAsync("late")).Should().Be(2);
        await _table.ReadAsync(client: wire.Client);
        (await _table.ReadAsync("late")).Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task A_late_request_reaches_the_server_after_a_time(bool overProxy)
    {
        await using var wire = new ProxiedWire(overProxy);
        wire.Faults.Next(WireFault.LateRequest(Short));

        await Increment(wire).Should().ThrowAsync<Exception>();

        using var timeout = new CancellationTokenSource(Soon);
        while (await _table.ReadAsync() == 0)
            await Task.Delay(10, timeout.Token);
        wire.Faults.Operations.Should().HaveCount(1);
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task A_late_request_is_dropped_when_the_wire_is_cleared(bool overProxy)
    {
        await using var wire = new ProxiedWire(overProxy);
        wire.Faults.Next(WireFault.LateRequest(requests: 2));
        wire.Faults.Next(WireFault.LateRequest(Long));
        await Increment(wire).Should().ThrowAsync<Exception>();
        await Increment(wire).Should().ThrowAsync<Exception>();

        wire.Faults.Clear();

        await Task.Delay(Long + Short);
        await _table.ReadAsync(client: wire.Client);
        (await _table.ReadAsync(client: wire.Client)).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task A_damaged_response_has_another_byte_at_a_position_of_the_seed(bool overProxy)
    {
        const int Responses = 40;
        await using var wire = new ProxiedWire(overProxy);
        wire.Faults.Every(1, WireFault.DamagedResponse(seed: 1), "UpdateItem");

        for (int i = 1; i <= Responses; i++)
        {
            await Increment(wire).Should().ThrowAsync<Exception>("the checksum is that of the undamaged response");
            (await _table.ReadAsync()).Should().Be(i);
        }

        List<Exception> refusals = [];
        wire.Faults.Every(1, WireFault.DamagedResponse(seed: 1), "UpdateItem");
        for (int i = 0; i < Responses; i++)
        {
            Func<Task> refused = () => _table.IncrementAsync(wire.Client, condition: "attribute_not_exists(n)");
            refusals.Add((await refused.Should().ThrowAsync<Exception>()).Which);
        }

        refusals.Select(refusal => refusal.GetType()).Distinct().Should().BeEquivalentTo(
            [typeof(ConditionalCheckFailedException), typeof(AmazonDynamoDBException), typeof(AmazonUnmarshallingException)],
            "the SDK does not verify the checksum of an error, so that a damaged text or name in it is not noticed");
        (await _table.ReadAsync()).Should().Be(Responses);
    }

    private static TheoryData<bool, WireFault, int> OfEachAttachment(params (WireFault Fault, int Applied)[] faults)
    {
        var data = new TheoryData<bool, WireFault, int>();
        foreach ((WireFault fault, int applied) in faults)
        {
            data.Add(true, fault, applied);
            data.Add(false, fault, applied);
        }

        return data;
    }

    private Func<Task> Increment(ProxiedWire wire) => () => _table.IncrementAsync(wire.Client);
}

using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.Testing;

namespace UserStore.Tests.Testing;

/// <summary>The connections of a proxy, apart from the faults.</summary>
public sealed class FaultyProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly CounterTable _table = new();

    public Task InitializeAsync() => _table.CreateAsync();

    public Task DisposeAsync() => _table.DeleteAsync();

    [Fact]
    public async Task Requests_of_many_connections_are_answered_side_by_side()
    {
        const int Connections = 50;
        await using var wire = new ProxiedWire();
        using var allArrived = new CountdownEvent(Connections);
        var open = new TaskCompletionSource();
        wire.Faults.BeforeRequest = _ =>
        {
            if (!allArrived.IsSet && allArrived.Signal())
                open.SetResult();
            return open.Task;
        };

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async i =>
        {
            for (int request = 0; request < 4; request++)
                await _table.IncrementAsync(wire.Client, $"{i}");
        })).WaitAsync(Soon);

        foreach (int i in Enumerable.Range(0, Connections))
            (await _table.ReadAsync($"{i}")).Should().Be(4);
        wire.Connections.Should().BeGreaterThanOrEqualTo(Connections);
    }

    [Fact]
    public async Task A_connection_serves_requests_until_a_fault_ends_it()
    {
        await using var wire = new ProxiedWire();

        for (int i = 0; i < 10; i++)
            await _table.IncrementAsync(wire.Client);
        wire.Connections.Should().Be(1);
        wire.Faults.Next(WireFault.Throttle);
        await ((Func<Task>)(() => _table.IncrementAsync(wire.Client))).Should().ThrowAsync<ProvisionedThroughputExceededException>();
        wire.Connections.Should().Be(1);

        wire.Faults.Next(WireFault.Reset);
        await ((Func<Task>)(() => _table.IncrementAsync(wire.Client))).Should().ThrowAsync<IOException>();
        await _table.IncrementAsync(wire.Client);
        wire.Connections.Should().Be(2);
        (await _table.ReadAsync()).Should().Be(11);
    }

    [Fact]
    public async Task Bodies_of_megabytes_pass_unchanged()
    {
        await using var wire = new ProxiedWire();
        List<string> texts = [.. Enumerable.Range(0, 4).Select(i => string.Concat(Enumerable.Repeat($"{i} \u00e4\u20ac\ud83d\ude00", 25_000)))];

        await wire.Client.BatchWriteItemAsync(new Dictionary<string, List<WriteRequest>>
        {
            [_table.Name] = [.. texts.Select((text, i) => new WriteRequest(new PutRequest(new() { ["id"] = new($"{i}"), ["text"] = new(text) })))],
        });
        BatchGetItemResponse read = await wire.Client.BatchGetItemAsync(new BatchGetItemRequest(new Dictionary<string, KeysAndAttributes>
        {
            [_table.Name] = new() { Keys = [.. texts.Select((_, i) => new Dictionary<string, AttributeValue> { ["id"] = new($"{i}") })] },
        }));

        read.Responses[_table.Name].OrderBy(item => item["id"].S).Select(item => item["text"].S).Should().Equal(texts);
        read.ContentLength.Should().BeGreaterThan(1024 * 1024);
    }

    [Theory]
    [InlineData(nameof(WireFault.NoResponse))]
    [InlineData(nameof(WireFault.StalledResponse))]
    [InlineData(nameof(WireFault.Delay))]
    public async Task A_proxy_stops_while_a_request_hangs(string fault)
    {
        var wire = new ProxiedWire();
        var faulted = new TaskCompletionSource();
        wire.Faults.Next(fault switch
        {
            nameof(WireFault.NoResponse) => WireFault.NoResponse,
            nameof(WireFault.StalledResponse) => WireFault.StalledResponse,
            _ => WireFault.Delay(TimeSpan.FromMinutes(1)),
        });
        wire.Faults.BeforeRequest = _ => Task.FromResult(faulted.TrySetResult());
        Func<Task> hang = () => _table.IncrementAsync(wire.Client);

        Task hanging = hang.Should().ThrowAsync<Exception>();
        await faulted.Task;
        await wire.Proxy.DisposeAsync().AsTask().WaitAsync(Soon);

        await hanging.WaitAsync(Soon);
        await wire.DisposeAsync();
    }

    [Fact]
    public async Task A_proxy_stops_while_idle_connections_are_open_and_then_refuses_new_ones()
    {
        var wire = new ProxiedWire();
        await _table.IncrementAsync(wire.Client);
        using var silent = new TcpClient();
        await silent.ConnectAsync(wire.Proxy.Endpoint.Host, wire.Proxy.Endpoint.Port);

        await wire.Proxy.DisposeAsync().AsTask().WaitAsync(Soon);

        Func<Task> call = () => _table.IncrementAsync(wire.Client);
        (await call.Should().ThrowAsync<HttpRequestException>()).Which.GetBaseException().Should().BeOfType<SocketException>();
        await wire.DisposeAsync();
    }

    [Fact]
    public async Task A_delayed_request_that_the_client_abandons_does_not_reach_the_server()
    {
        await using var wire = new ProxiedWire();
        using var source = new CancellationTokenSource();
        var (arrived, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        wire.Faults.Next(WireFault.Delay(TimeSpan.FromMinutes(1)));
        wire.Faults.BeforeRequest = _ => Task.FromResult(arrived.TrySetResult());
        wire.Faults.AfterFault = _ => Task.FromResult(ended.TrySetResult());

        Task call = _table.IncrementAsync(wire.Client, cancellationToken: source.Token);
        await arrived.Task;
        await source.CancelAsync();

        await ((Func<Task>)(() => call)).Should().ThrowAsync<OperationCanceledException>();
        await ended.Task.WaitAsync(Soon);
        (await _table.ReadAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_failure_of_a_callback_resets_the_connection_and_is_reported_at_the_end()
    {
        var wire = new ProxiedWire();
        wire.Faults.BeforeRequest = _ => throw new NotSupportedException("from the test");

        await ((Func<Task>)(() => _table.IncrementAsync(wire.Client))).Should().ThrowAsync<IOException>();

        Func<Task> end = () => wire.Proxy.DisposeAsync().AsTask();
        (await end.Should().ThrowAsync<AggregateException>()).WithInnerException<NotSupportedException>();
        await wire.DisposeAsync();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "*no header X-Amz-Target*")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "*Content-Length*")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "*Content-Length*")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "*HTTP/1.1*")]
    [InlineData("POST / HTTP/1.1\r\nnonsense\r\n\r\n", "*header without a name*")]
    public async Task What_is_no_request_to_DynamoDB_resets_the_connection_and_is_reported_at_the_end(string sent, string message)
    {
        var wire = new ProxiedWire();
        using var client = new TcpClient();
        await client.ConnectAsync(wire.Proxy.Endpoint.Host, wire.Proxy.Endpoint.Port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent));

        Func<Task> read = () => client.GetStream().ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Soon);
        await read.Should().ThrowAsync<IOException>();

        Func<Task> end = () => wire.Proxy.DisposeAsync().AsTask();
        (await end.Should().ThrowAsync<AggregateException>()).WithInnerException<InvalidDataException>().WithMessage(message);
        await wire.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_server_connections_are_reset()
    {
        using var wire = new FaultyWire();
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var server = new Uri($"http://{unused.LocalEndpoint}");
        unused.Stop();
        await using FaultyProxy proxy = FaultyProxy.Start(wire, server);
        using var client = new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), ProxiedWire.Configure(proxy.Endpoint));

        Func<Task> call = () => client.ListTablesAsync();

        (await call.Should().ThrowAsync<IOException>()).Which.GetBaseException()
            .Should().BeOfType<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
    }
}

using Amazon.DynamoDBv2;
using UserStore.Testing;

namespace UserStore.TestKit;

/// <summary>Stores on the local server over a wire on which every third request fails, often after it was applied.</summary>
public sealed class FaultyWireStores : DynamoDbStores
{
    private const int Seed = 20261121;

    private readonly AmazonDynamoDBClient _client;
    private readonly FaultyWire _wire = new();

    public FaultyWireStores()
    {
        _wire.Randomly(
            Seed,
            share: 1 / 3.0,
            WireFault.LostResponse,
            WireFault.LostResponse,
            WireFault.Reset,
            WireFault.InternalServerError,
            WireFault.ServiceUnavailable,
            WireFault.Throttle,
            WireFault.TransactionConflict,
            WireFault.Delay(TimeSpan.FromMilliseconds(2)));
        Client = _client = Server.CreateClient(config => config.HttpClientFactory = _wire);
    }

    public override int MaxWritersOfOneUser => 3;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _client.Dispose();
        _wire.Dispose();
    }
}

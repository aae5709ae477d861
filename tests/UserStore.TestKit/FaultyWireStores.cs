using Amazon.DynamoDBv2;
using UserStore.Privacy;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.TestKit;

/// <summary>Stores on the local server over connections on which every third request fails, often after it was applied.</summary>
public sealed class FaultyWireStores : DynamoDbStores
{
    private const int Seed = 20261121;

    private readonly AmazonDynamoDBClient _client;
    private readonly FaultyWire _wire = new();
    private readonly FaultyProxy _proxy;

    public FaultyWireStores()
    {
        Mapping = UserMapping.Generated;
        _wire.Randomly(
            Seed,
            share: 1 / 3.0,
            WireFault.LostResponse,
            WireFault.ClosedConnection,
            WireFault.TruncatedResponse,
            WireFault.AbortedResponse,
            WireFault.Reset,
            WireFault.InternalServerError,
            WireFault.ServiceUnavailable,
            WireFault.Throttle,
            WireFault.TransactionConflict,
            WireFault.Delay(TimeSpan.FromMilliseconds(2)),
            WireFault.DelayedResponse(TimeSpan.FromMilliseconds(2)),
            WireFault.DamagedResponse(Seed),
            WireFault.DuplicateRequest,
            WireFault.LateRequest(2));
        _proxy = FaultyProxy.Start(_wire, Server.Endpoint);
        Client = _client = Server.CreateClient(config => config.ServiceURL = _proxy.Endpoint.ToString());
    }

    public override bool LosesResponses => true;

    public override async Task<IUserStore<TUser>> CreateAsync<TUser>(
        Action<UserTypeBuilder<TUser>>? describe, bool uniqueEmails = true, params byte[][] tokenKeys)
        => new LossyStore<TUser>(await base.CreateAsync(describe, uniqueEmails, tokenKeys));

    public override IUserBatchWriter<TUser> WriterOf<TUser>(IUserStore<TUser> store)
        => new LossyBatchWriter<TUser>(base.WriterOf(((LossyStore<TUser>)store).Store));

    public override IUniqueValueAudit<TUser> AuditOf<TUser>(IUserStore<TUser> store) => base.AuditOf(((LossyStore<TUser>)store).Store);

    public override IUserPrivacy<TUser> PrivacyOf<TUser>(IUserStore<TUser> store) => base.PrivacyOf(((LossyStore<TUser>)store).Store);

    public override Task<IReadOnlyList<UserChange<TUser>>> ReadChangesAsync<TUser>(IUserStore<TUser> store)
        => base.ReadChangesAsync(((LossyStore<TUser>)store).Store);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _client.Dispose();
        await _proxy.DisposeAsync();
        _wire.Dispose();
    }
}

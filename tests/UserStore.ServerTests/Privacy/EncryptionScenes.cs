using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Privacy;
using UserStore.Testing;

namespace UserStore.ServerTests.Privacy;

/// <summary>What a store does with encrypted values: well, with a wrapper that fails, and with values that cannot be decrypted.</summary>
internal sealed class EncryptionScenes(Walk walk)
{
    private const string Marker = Walk.Marker;

    private static readonly WireFault[] Faults = [WireFault.LostResponse, WireFault.TruncatedResponse, WireFault.Throttle, WireFault.TransactionConflict];

    private readonly FailingWrapper _wrapper = (FailingWrapper)walk.OptionsOf<WalkedPatient>().Privacy.DataKeyWrapper!;

    private IUserStore<WalkedPatient> Store => walk.Get<IUserStore<WalkedPatient>>();

    private string Table => walk.Prefix + "WalkedPatients";

    public async Task RunAsync()
    {
        await Store.EnsureTablesAsync();
        WalkedPatient patient = (await walk.CallAsync(() => Store.CreateAsync(New("id-1"))))!;
        await Store.CreateAsync(New("id-2"));
        await UseAsync(patient);
        await FailAsync();
        await MixUpAsync();
        await LoseKeyAsync();
        walk.Output.Add("redacted patient", walk.Get<UserRedactor<WalkedPatient>>().Redact(patient));
    }

    private async Task UseAsync(WalkedPatient patient)
    {
        await walk.CallAsync(
            () => Store.CreateAsync(New("id-1")),
            () => Store.CreateAsync(New("id-3") with { Insurance = patient.Insurance }),
            () => Store.UpdateAsync(patient with { Diagnosis = $"{Marker} new" }),
            () => Store.UpdateAsync(patient),
            () => Store.UpdateAsync("id-1", new UserPatch<WalkedPatient>().OnlyIf(each => each.Diagnosis == Marker).Set(each => each.Age, 1)),
            () => Store.UpdateAsync("id-1", new UserPatch<WalkedPatient>().Increment(each => each.Age, Walk.Number)),
            () => Store.FindByAsync(each => each.Diagnosis, Marker));
        await walk.CallAsync(() => Store.UpdateAsync("id-1", new UserPatch<WalkedPatient>().Set(each => each.Diagnosis, Marker)));
        await walk.CallAsync(() => Store.FindByAsync(each => each.Insurance, patient.Insurance!, ReadConsistency.Strong));
        await walk.CallAsync(() => Store.FindManyAsync(["id-1", "id-2"]));
        await walk.CallAsync(() => walk.Get<IUniqueValueAudit<WalkedPatient>>().CheckAsync());
    }

    private async Task FailAsync()
    {
        walk.Wire.Randomly(11, 0.3, Faults);
        for (int number = 10; number < 30; number++)
        {
            await walk.CallAsync(() => Store.CreateAsync(New($"id-{number}")));
            await walk.CallAsync(() => Store.UpdateAsync($"id-{number}", new UserPatch<WalkedPatient>().Set(each => each.Diagnosis, $"{Marker} patched")));
        }

        walk.Wire.Clear();
        _wrapper.Fails = true;
        await walk.CallAsync(() => Store.CreateAsync(New("id-40")));
        await walk.CallAsync(() => Store.FindAsync("id-2"));
        await walk.CallAsync(() => Store.UpdateAsync("id-2", new UserPatch<WalkedPatient>().Set(each => each.Diagnosis, Marker)));
        await walk.CallAsync(() => Store.UpdateAsync("id-2", new UserPatch<WalkedPatient>().Increment(each => each.Visits, 1)));
        await walk.CallAsync(() => Store.ListPageAsync());
        _wrapper.Fails = false;
    }

    // Values of other users and attributes.
    private async Task MixUpAsync()
    {
        Dictionary<string, AttributeValue> one = (await LocalServer.Shared.Client.GetItemAsync(Table, KeyOf("id-1"))).Item;
        Dictionary<string, AttributeValue> two = (await LocalServer.Shared.Client.GetItemAsync(Table, KeyOf("id-2"))).Item;
        one["Diagnosis"] = two["Diagnosis"];
        await LocalServer.Shared.Client.PutItemAsync(Table, one);
        one = KeyOf("id-50");
        one["Diagnosis"] = new AttributeValue { M = new() { [Marker] = new AttributeValue(Marker) } };
        await LocalServer.Shared.Client.PutItemAsync(Table, one);
        foreach (string id in new[] { "id-1", "id-50" })
        {
            await walk.CallAsync(() => Store.FindAsync(id));
            await walk.CallAsync(() => Store.FindManyAsync([id]));
            await walk.CallAsync(() => Store.UpdateAsync(id, new UserPatch<WalkedPatient>().Increment(each => each.Visits, 1)));
        }

        await walk.CallAsync(() => Store.ListPageAsync());
    }

    private async Task LoseKeyAsync()
    {
        var keys = new DataKeyTable(
            new StoreSchema(UserModel.For<WalkedPatient>(walk.OptionsOf<WalkedPatient>()), walk.OptionsOf<WalkedPatient>()).DataKeys!,
            walk.OptionsOf<WalkedPatient>(), new TableReader(walk.Client), TimeProvider.System);
        await LocalServer.Shared.Client.DeleteItemAsync(keys.Schema.TableName, keys.KeyOf("id-2"));
        await walk.CallAsync(() => Store.FindAsync("id-2"));
        await walk.CallAsync(() => Store.UpdateAsync("id-2", new UserPatch<WalkedPatient>().Set(each => each.Diagnosis, Marker)));
        await walk.CallAsync(() => Store.DeleteAsync("id-2"));
        await walk.CallAsync(() => walk.Get<IUserPrivacy<WalkedPatient>>().EraseAsync("id-1"));
    }

    /// <summary>Sets what encrypted properties require, without data keys in memory, so that every call unwraps them.</summary>
    public static void Encrypt(UserPrivacyOptions options) => (options.HashKey, options.DataKeyWrapper, options.DataKeyCacheDuration)
        = ([.. Enumerable.Repeat((byte)5, 32)], new FailingWrapper(), TimeSpan.Zero);

    private static Dictionary<string, AttributeValue> KeyOf(string id) => new() { ["Id"] = new AttributeValue(id) };

    private static WalkedPatient New(string id)
        => new() { Id = id, Insurance = $"{Marker}-{id}", Diagnosis = $"{Marker} diagnosis", Age = Walk.Number };

    /// <summary>A wrapper that can fail.</summary>
    private sealed class FailingWrapper : IDataKeyWrapper
    {
        private readonly LocalDataKeyWrapper _inner = new([.. Enumerable.Repeat((byte)6, 32)]);

        public bool Fails { get; set; }

        public Task<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken = default)
            => Fails ? throw new ApplicationFailureException(Marker) : _inner.WrapAsync(dataKey, cancellationToken);

        public Task<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrappedKey, CancellationToken cancellationToken = default)
            => Fails ? throw new ApplicationFailureException(Marker) : _inner.UnwrapAsync(wrappedKey, cancellationToken);
    }
}

/// <summary>A record that prints everything, with encrypted properties.</summary>
[DynamoDBTable("WalkedPatients")]
public sealed record WalkedPatient
{
    [DynamoDBHashKey]
    public required string Id { get; init; }

    [DynamoDBVersion]
    public long? Version { get; init; }

    [Encrypted]
    [Unique("insurance")]
    [UserSensitiveData]
    public string? Insurance { get; init; }

    [Encrypted]
    [UserSensitiveData]
    public string? Diagnosis { get; init; }

    [Encrypted]
    [UserPersonalData]
    public int? Age { get; init; }

    public int Visits { get; init; }
}

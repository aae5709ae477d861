using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>The base of tests of a store with encrypted properties.</summary>
public abstract class EncryptionTest : ServerTest
{
    protected DynamoDbUserStore<Patient> Store { get; private set; } = null!;

    protected string Users => Options.TableNamePrefix + "Patients";

    protected string Reservations => Options.TableNamePrefix + "PatientsReservations";

    protected string DataKeys => Options.TableNamePrefix + "PatientsDataKeys";

    /// <summary>Gets the wrapper of the store.</summary>
    protected ObservedWrapper Wrapper { get; } = new(new LocalDataKeyWrapper([.. Enumerable.Repeat((byte)8, 32)]));

    public override async Task InitializeAsync()
    {
        Prepare(Options);
        Store = await Stores.CreateAsync<Patient>(Options);
        Wrapper.Clear();
        Sent();
    }

    /// <summary>Creates a store of another process with the same tables, a memory of its own and a wire without faults.</summary>
    protected DynamoDbUserStore<Patient> OtherProcess(Action<UserStoreOptions>? configure = null)
    {
        UserStoreOptions options = NewProcessOptions();
        configure?.Invoke(options);
        return new DynamoDbUserStore<Patient>(Server.Client, options, Stores.Time);
    }

    /// <summary>Creates the options of another process with the same tables.</summary>
    protected UserStoreOptions NewProcessOptions()
    {
        var options = new UserStoreOptions { TableNamePrefix = Options.TableNamePrefix, Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) } };
        Prepare(options);
        return options;
    }

    private void Prepare(UserStoreOptions options)
    {
        DynamoDbStores.AddEncryption(options);
        options.Privacy.DataKeyWrapper = Wrapper;
    }

    protected Task<Dictionary<string, AttributeValue>> ReadAsync(string id) => ReadItemAsync(Users, new() { ["Id"] = new(id) });

    protected static async Task<Dictionary<string, AttributeValue>> ReadItemAsync(string table, Dictionary<string, AttributeValue> key)
        => (await Server.Client.GetItemAsync(table, key, true)).Item ?? [];

    /// <summary>Returns the key of the row with the data key of a user.</summary>
    protected Dictionary<string, AttributeValue> RowOf(string id)
    {
        var schema = new StoreSchema(UserModel.For<Patient>(Options), Options);
        return new DataKeyTable(schema.DataKeys!, Options, new TableReader(Client), Stores.Time).KeyOf((UserKey)id);
    }

    protected Task EraseKeyAsync(string id) => Server.Client.DeleteItemAsync(DataKeys, RowOf(id));

    /// <summary>Stores a patient as a program without encryption does.</summary>
    protected static Dictionary<string, AttributeValue> PlainItem(int number) => new()
    {
        ["Id"] = new($"fake-{number}"),
        ["Version"] = new() { N = "3" },
        ["Diagnosis"] = new($"Plain diagnosis {number}"),
        ["Age"] = new() { N = "44" },
        ["insurance_number"] = new($"plain-{number}"),
        ["Scan"] = new() { B = new MemoryStream([9, 8, 7]) },
    };

    protected Task PutPlainAsync(int number) => Server.Client.PutItemAsync(Users, PlainItem(number));

    /// <summary>Returns whether an attribute is encrypted.</summary>
    protected static bool IsEncrypted(Dictionary<string, AttributeValue> item, string attribute)
        => EncryptedValue.TryRead(item[attribute], out _);

    /// <summary>Checks that every user can be read by a process that knows nothing, and that no data key is left without a user.</summary>
    protected async Task ShouldAllBeReadableAsync()
    {
        var options = new UserListOptions { Consistency = ReadConsistency.Strong };
        List<Patient> users = await OtherProcess().ListAsync(options).ReadAllAsync();
        List<Dictionary<string, AttributeValue>> rows = await ScanAsync(DataKeys);
        rows.Select(row => row["id"].S).Should().BeSubsetOf(users.Select(user => RowOf(user.Id)["id"].S));
    }

    /// <summary>A wrapper that counts its calls, and fails or hangs if a test requires it.</summary>
    protected sealed class ObservedWrapper(IDataKeyWrapper inner) : IDataKeyWrapper
    {
        private int _wraps;
        private int _unwraps;

        public IDataKeyWrapper Inner { get; set; } = inner;

        public Func<CancellationToken, Task>? Before { get; set; }

        public (int Wraps, int Unwraps) Calls => (_wraps, _unwraps);

        public void Clear() => (_wraps, _unwraps) = (0, 0);

        public async Task<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _wraps);
            await (Before?.Invoke(cancellationToken) ?? Task.CompletedTask);
            return await Inner.WrapAsync(dataKey, cancellationToken);
        }

        public async Task<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrappedKey, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _unwraps);
            await (Before?.Invoke(cancellationToken) ?? Task.CompletedTask);
            return await Inner.UnwrapAsync(wrappedKey, cancellationToken);
        }
    }
}

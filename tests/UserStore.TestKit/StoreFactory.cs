using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Privacy;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.TestKit;

/// <summary>Creates empty stores of one implementation for one test, all with the same clock.</summary>
public abstract class StoreFactory : IAsyncDisposable
{
    public FakeClock Clock { get; } = new();

    /// <summary>Gets the clock of the migrations, whose runners wait for each other.</summary>
    public SelfAdvancingClock MigrationClock { get; } = new();

    public Task<IUserStore<TUser>> CreateAsync<TUser>(bool uniqueEmails = true, params byte[][] tokenKeys)
        where TUser : class
        => CreateAsync<TUser>(describe: null, uniqueEmails, tokenKeys);

    /// <summary>Creates a store whose options describe the user type.</summary>
    public abstract Task<IUserStore<TUser>> CreateAsync<TUser>(
        Action<UserTypeBuilder<TUser>>? describe, bool uniqueEmails = true, params byte[][] tokenKeys)
        where TUser : class;

    public abstract IUserBatchWriter<TUser> WriterOf<TUser>(IUserStore<TUser> store)
        where TUser : class;

    public abstract IUniqueValueAudit<TUser> AuditOf<TUser>(IUserStore<TUser> store)
        where TUser : class;

    public abstract IUserPrivacy<TUser> PrivacyOf<TUser>(IUserStore<TUser> store)
        where TUser : class;

    /// <summary>Gets or sets the key with which stores that are created afterwards hash the keys of erased users; null for none.</summary>
    public byte[]? HashKey { get; set; }

    /// <summary>Gets or sets the function that normalizes emails; null for the default.</summary>
    public Func<string, string>? NormalizeEmail { get; set; }

    /// <summary>Gets or sets the stream view type of the tables.</summary>
    public TableStreamViewType Stream { get; set; }

    /// <summary>Reads all stream records of a store's table.</summary>
    public abstract Task<IReadOnlyList<UserChange<TUser>>> ReadChangesAsync<TUser>(IUserStore<TUser> store)
        where TUser : class;

    /// <summary>Opens the target of migrations as a separate process; the same bench has the same target.</summary>
    internal abstract MigrationTarget OpenMigrations(MigrationBench bench);

    /// <summary>Returns whether empty strings can be stored outside keys, as DynamoDB allows since May 2020 and older local servers do
    /// not.</summary>
    public virtual Task<bool> StoresEmptyStringAsync() => Task.FromResult(true);

    /// <summary>Gets a value indicating whether responses are lost, after which the outcome of a write can be unknown.</summary>
    public virtual bool LosesResponses => false;

    public virtual ValueTask DisposeAsync()
    {
        MigrationClock.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

public sealed class InMemoryStores : StoreFactory
{
    private readonly ConcurrentDictionary<MigrationBench, MigrationTarget> _targets = [];

    public override Task<IUserStore<TUser>> CreateAsync<TUser>(
        Action<UserTypeBuilder<TUser>>? describe, bool uniqueEmails = true, params byte[][] tokenKeys)
    {
        var options = new InMemoryUserStoreOptions { TimeProvider = Clock, UniqueEmails = uniqueEmails, Privacy = { HashKey = HashKey } };
        if (describe is not null)
            options.Describe(describe);
        options.NormalizeEmail = NormalizeEmail ?? options.NormalizeEmail;
        foreach (byte[] key in tokenKeys)
            options.TokenKeys.Add(key);
        return Task.FromResult<IUserStore<TUser>>(new InMemoryUserStore<TUser>(options));
    }

    public override IUserBatchWriter<TUser> WriterOf<TUser>(IUserStore<TUser> store)
        => new InMemoryUserBatchWriter<TUser>((InMemoryUserStore<TUser>)store);

    public override IUniqueValueAudit<TUser> AuditOf<TUser>(IUserStore<TUser> store)
        => new InMemoryUniqueValueAudit<TUser>((InMemoryUserStore<TUser>)store);

    public override IUserPrivacy<TUser> PrivacyOf<TUser>(IUserStore<TUser> store)
        => new InMemoryUserPrivacy<TUser>((InMemoryUserStore<TUser>)store);

    public override Task<IReadOnlyList<UserChange<TUser>>> ReadChangesAsync<TUser>(IUserStore<TUser> store)
        => Task.FromResult(((InMemoryUserStore<TUser>)store).TakeChanges());

    internal override MigrationTarget OpenMigrations(MigrationBench bench)
        => _targets.GetOrAdd(bench, bench => MigrationTarget.InMemory(
            new MigrationStoreAccess<User>(new StoreSchema(UserModel.For<User>(bench.StoreOptions), bench.StoreOptions), MigrationClock, NullLogger.Instance),
            new InMemoryMigrationJournal()));
}

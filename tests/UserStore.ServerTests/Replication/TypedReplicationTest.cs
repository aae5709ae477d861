using Amazon.DynamoDBv2.DataModel;
using Functions.Local;
using UserStore.Replication;
using UserStore.ServerTests.UserTypes;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Replication;

/// <summary>The base of tests that replicate users of several types to a view by name.</summary>
public abstract class TypedReplicationTest<TUser>(UserKind<TUser> kind) : TypedServerTest<TUser>(kind)
    where TUser : class
{
    private LocalStream _stream = null!;

    protected UserReplicator<TUser, NameView> Replicator { get; private set; } = null!;

    protected string Target => Options.TableNamePrefix + "Names";

    protected string Guards => Options.TableNamePrefix + "NamesGuards";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Replicator = new UserReplicator<TUser, NameView>(Client, Options, new ByName(Kind), options: null, Stores.Time);
        await Replicator.EnsureTablesAsync();
        _stream = await DynamoDbStores.OpenStreamAsync(UsersTable);
    }

    /// <summary>Returns the stream records since the last call.</summary>
    protected async Task<UserChangeRecord<TUser>[]> NewRecordsAsync()
    {
        var reader = new UserChangeReader<TUser>(Options);
        return [.. (await _stream.ReadNewAsync()).Select(reader.ReadRecord)];
    }

    /// <summary>Replicates the stream records since the last call, all of which must be readable, and returns their changes.</summary>
    protected async Task<UserChange<TUser>[]> ReplicateAsync()
    {
        UserChangeRecord<TUser>[] records = await NewRecordsAsync();
        records.Should().OnlyContain(record => record.Problem == null);
        UserChange<TUser>[] changes = [.. records.Select(record => record.Change).OfType<UserChange<TUser>>()];
        foreach (UserChange<TUser> change in changes)
            await Replicator.HandleAsync(change);
        return changes;
    }

    /// <summary>Checks that the target contains exactly the users of the source, under their names, and that there is no drift.</summary>
    protected async Task ShouldEqualSourceAsync()
    {
        List<TUser> users = await Store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        (await ScanAsync(Target)).Select(item => (item["name"].S, KeyModel.FromText(item["source_user_id"].S))).Should().BeEquivalentTo(
            users.Select(user => (Kind.NameOf(user), (UserKey?)Kind.KeyOf(user))));
        (await Replicator.CompareAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().BeEmpty();
    }

    protected sealed class ByName(UserKind<TUser> kind) : IUserProjection<TUser, NameView>
    {
        public NameView Project(TUser user)
            => new() { Name = kind.NameOf(user)!, User = Modeling.KeyModel.ToText(kind.KeyOf(user)), Points = kind.PointsOf(user) };
    }
}

[DynamoDBTable("Names")]
public sealed class NameView
{
    [DynamoDBHashKey("name")]
    public required string Name { get; init; }

    [DynamoDBProperty("user")]
    public required string User { get; init; }

    public int Points { get; init; }
}

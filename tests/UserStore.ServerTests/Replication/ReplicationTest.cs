using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Functions;
using Functions.Local;
using UserStore.DynamoDb;
using UserStore.Replication;

namespace UserStore.ServerTests.Replication;

/// <summary>The base of tests that replicate the real stream of the server with the types of the sample.</summary>
public abstract class ReplicationTest : ServerTest
{
    private LocalStream _stream = null!;

    /// <summary>Gets the source, on a separate wire without faults.</summary>
    protected DynamoDbUserStore<PlacedUser> Users { get; private set; } = null!;

    protected UserReplicator<PlacedUser, UserByPlace> Replicator { get; private set; } = null!;

    protected UserChangeReader<PlacedUser> Reader { get; private set; } = null!;

    protected string TargetTable => Options.TableNamePrefix + "UsersByPlace";

    protected string GuardTable => Options.TableNamePrefix + "UsersByPlaceGuards";

    public override async Task InitializeAsync()
    {
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        await Stores.CreateAsync<PlacedUser>(Options);
        Users = new DynamoDbUserStore<PlacedUser>(Server.Client, Options, Stores.Time);
        Replicator = NewReplicator(new ByPlace());
        await Replicator.EnsureTablesAsync();
        Reader = new UserChangeReader<PlacedUser>(Options);
        _stream = await DynamoDbStores.OpenStreamAsync(Options.TableNamePrefix + "Users");
        Wire.Clear();
    }

    /// <summary>Creates a replicator of another process or with another projection.</summary>
    protected UserReplicator<PlacedUser, UserByPlace> NewReplicator(IUserProjection<PlacedUser, UserByPlace> projection)
        => new(Client, Options, projection, options: null, Stores.Time);

    protected static PlacedUser NewUser(int number, string state = "Ohio", string city = "Cleveland") => new()
    {
        UserId = $"fake-{number}",
        Email = $"fake-{number}@example.test",
        State = state,
        City = city,
        Zipcode = "44101",
        Active = true,
    };

    /// <summary>Returns the stream records since the last call.</summary>
    protected async Task<IReadOnlyList<UserChangeRecord<PlacedUser>>> NewRecordsAsync()
        => [.. (await _stream.ReadNewAsync()).Select(Reader.ReadRecord)];

    protected Task<IReadOnlyList<JsonElement>> NewJsonRecordsAsync() => _stream.ReadNewAsync();

    /// <summary>Replicates the stream records since the last call, and returns them.</summary>
    protected async Task<UserChange<PlacedUser>[]> ReplicateAsync()
    {
        UserChange<PlacedUser>[] changes = [.. (await NewRecordsAsync()).Select(record => record.Change!)];
        foreach (UserChange<PlacedUser> change in changes)
            await Replicator.HandleAsync(change);
        return changes;
    }

    /// <summary>Dispatches records as Lambda does: again from the first failed record, until all are handled.</summary>
    /// <returns>The number of retries.</returns>
    protected static async Task<int> DeliverAsync(
        UserChangeDispatcher<PlacedUser> dispatcher, IReadOnlyList<UserChangeRecord<PlacedUser>> records)
    {
        for (int again = 0; ; again++)
        {
            UserChangeBatchResult result = await dispatcher.DispatchAsync(records);
            if (result.Failures.Count == 0)
                return again;
            HashSet<string?> failed = [.. result.Failures.Select(failure => failure.SequenceNumber)];
            records = [.. records.SkipWhile(record => !failed.Contains(record.SequenceNumber))];
            again.Should().BeLessThan(500, "each round gets on");
        }
    }

    /// <summary>Returns the items of the target by the user that they are projected from.</summary>
    protected async Task<ILookup<string, Dictionary<string, AttributeValue>>> TargetAsync()
        => (await ScanAsync(TargetTable)).ToLookup(item => item.GetValueOrDefault("source_user_id")?.S ?? "nobody");

    /// <summary>Checks that the target contains exactly the projection of the source, attribute by attribute, and that
    /// <see cref="UserReplicator{TUser, TView}.CompareAsync"/> finds no drift.</summary>
    protected async Task ShouldEqualSourceAsync()
    {
        var projection = new ByPlace();
        var expected = (await Users.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync())
            .Select(projection.Project).OfType<UserByPlace>().OrderBy(view => view.UserId, StringComparer.Ordinal).ToList();
        var target = await ScanAsync(TargetTable);

        target.Select(ToView).OrderBy(view => view.UserId, StringComparer.Ordinal).Should().Equal(expected);
        target.Should().NotContain(item => item["source_user_id"].S != item["user_id"].S || item.ContainsKey("zipcode"));
        (await DriftAsync()).Should().BeEmpty();
    }

    protected async Task<IReadOnlyList<UserReplicationDrift>> DriftAsync()
        => [.. (await Replicator.CompareAsync().ReadAllAsync()).SelectMany(page => page.Drifts)];

    private static UserByPlace ToView(Dictionary<string, AttributeValue> item) => new()
    {
        State = item["state"].S,
        CityAndUserId = item["city_user_id"].S,
        City = item["city"].S,
        UserId = item["user_id"].S,
        Email = item.GetValueOrDefault("email")?.S,
        Name = item.GetValueOrDefault("name")?.S,
        Active = item["active"].BOOL == true,
    };
}

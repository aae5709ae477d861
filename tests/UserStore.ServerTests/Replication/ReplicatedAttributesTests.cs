using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Functions.Local;
using UserStore.DynamoDb;
using UserStore.Replication;

namespace UserStore.ServerTests.Replication;

/// <summary>Attributes of every type through stream and projection, and a target with a numeric key and an index.</summary>
public sealed class ReplicatedAttributesTests : ServerTest
{
    [Fact]
    public async Task Numbers_lists_maps_sets_and_nulls_are_replicated()
    {
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        DynamoDbUserStore<Source> users = await Stores.CreateAsync<Source>(Options);
        var replicator = new UserReplicator<Source, Target>(Client, Options, new ToTarget());
        await replicator.EnsureTablesAsync();
        Source user = await users.CreateAsync(new Source
        {
            UserId = "fake-1",
            Rank = 7,
            Score = 12.50m,
            Titles = ["b", "a", "b"],
            Phones = new() { ["home"] = "1", ["none"] = null },
            Roles = ["admin", "beta"],
            Scores = [1.5m, 2m],
            Picture = [1, 2, 3],
            Home = new Address { Street = "Fake Street", Number = 12 },
        });

        await HandleNewAsync(replicator);

        Dictionary<string, AttributeValue> item = (await Server.Client.GetItemAsync(Options.TableNamePrefix + "Ranked", Key(7))).Item;
        item["score"].N.Should().Be("12.5");
        item["titles"].L.Select(title => title.S).Should().Equal("b", "a", "b");
        item["phones"].M["home"].S.Should().Be("1");
        item["phones"].M["none"].NULL.Should().BeTrue();
        item["roles"].SS.Should().BeEquivalentTo("admin", "beta");
        item["scores"].NS.Should().BeEquivalentTo("1.5", "2");
        item["picture"].B.ToArray().Should().Equal(1, 2, 3);
        item["home"].M["Number"].N.Should().Be("12");
        (await replicator.CompareAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().BeEmpty("numbers are compared by their values");

        await users.UpdateAsync(user with { Rank = 8 });
        await HandleNewAsync(replicator);
        QueryResponse byUser = await Server.Client.QueryAsync(new QueryRequest(Options.TableNamePrefix + "Ranked")
        {
            IndexName = "by-user",
            KeyConditionExpression = "user_id = :id",
            ExpressionAttributeValues = new() { [":id"] = new("fake-1") },
        });
        byUser.Items.Should().ContainSingle().Which["rank"].N.Should().Be("8");
        (await replicator.RebuildAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().BeEmpty();
    }

    private static Dictionary<string, AttributeValue> Key(int rank) => new() { ["rank"] = new() { N = $"{rank}" } };

    private async Task HandleNewAsync(UserReplicator<Source, Target> replicator)
    {
        var reader = new UserChangeReader<Source>(Options);
        LocalStream stream = await DynamoDbStores.OpenStreamAsync(Options.TableNamePrefix + "Users");
        foreach (UserChangeRecord<Source> record in (await stream.ReadNewAsync()).Select(reader.ReadRecord))
            await replicator.HandleAsync(record.Change!);
    }

    public record Source : User
    {
        [DynamoDBProperty("rank")]
        public int Rank { get; init; }

        [DynamoDBProperty("score")]
        public decimal Score { get; init; }

        [DynamoDBProperty("titles")]
        public List<string> Titles { get; init; } = [];

        [DynamoDBProperty("phones")]
        public Dictionary<string, string?> Phones { get; init; } = [];

        [DynamoDBProperty("roles")]
        public HashSet<string> Roles { get; init; } = [];

        [DynamoDBProperty("scores")]
        public HashSet<decimal> Scores { get; init; } = [];

        [DynamoDBProperty("picture")]
        public byte[]? Picture { get; init; }

        [DynamoDBProperty("home")]
        public Address? Home { get; init; }
    }

    public sealed class Address
    {
        public string? Street { get; set; }

        public int Number { get; set; }
    }

    [DynamoDBTable("Ranked")]
    public sealed class Target
    {
        [DynamoDBHashKey("rank")]
        public int Rank { get; set; }

        [DynamoDBProperty("user_id")]
        [DynamoDBGlobalSecondaryIndexHashKey("by-user")]
        public string UserId { get; set; } = "";

        [DynamoDBProperty("score")]
        public decimal Score { get; set; }

        [DynamoDBProperty("titles")]
        public List<string> Titles { get; set; } = [];

        [DynamoDBProperty("phones")]
        public Dictionary<string, string?> Phones { get; set; } = [];

        [DynamoDBProperty("roles")]
        public HashSet<string> Roles { get; set; } = [];

        [DynamoDBProperty("scores")]
        public HashSet<decimal> Scores { get; set; } = [];

        [DynamoDBProperty("picture")]
        public byte[]? Picture { get; set; }

        [DynamoDBProperty("home")]
        public Address? Home { get; set; }
    }

    private sealed class ToTarget : IUserProjection<Source, Target>
    {
        public Target? Project(Source user) => new()
        {
            Rank = user.Rank,
            UserId = user.UserId,
            Score = user.Score,
            Titles = user.Titles,
            Phones = user.Phones,
            Roles = user.Roles,
            Scores = user.Scores,
            Picture = user.Picture,
            Home = user.Home,
        };
    }
}

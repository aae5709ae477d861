using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.ServerTests.Replication;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Items of other kinds whose keys no user can have, because the parts of users' keys are Guids.</summary>
public sealed class UnusableKeyTests() : TypedReplicationTest<Seat>(Seat.Kind)
{
    private const int Others = 110; // more than a page of an audit or of a walk

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await CreateManyAsync(2);
        foreach (int[] batch in Enumerable.Range(0, Others).Chunk(22))
        {
            await Server.Client.BatchWriteItemAsync(new BatchWriteItemRequest
            {
                RequestItems = new() { [UsersTable] = [.. batch.Select(number => new WriteRequest(new PutRequest(OtherItem($"SETTINGS#{number}"))))] },
            });
        }
    }

    [Fact]
    public async Task Lists_and_queries_skip_them_page_by_page()
    {
        var partition = UserQuery<Seat>.OfPartition("tenant-1") with { PageSize = 25 };

        (await Store.ListAsync(new UserListOptions { PageSize = 25 }).ReadAllAsync()).Should().HaveCount(2);
        (await Store.QueryAsync(partition).ReadAllAsync()).Should().HaveCount(2);
        (await Store.QueryAsync(partition with { Direction = QueryDirection.Descending, Limit = 1 }).ReadAllAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task The_audit_neither_reports_nor_repairs_them()
    {
        await Server.Client.DeleteItemAsync(Reservations, new() { ["reservation"] = (await ScanAsync(Reservations))[0]["reservation"] });
        List<Dictionary<string, AttributeValue>> before = await ScanAsync(UsersTable);

        (await FindingsAsync(repair: true)).Should().ContainSingle().Which.Should().Match<UniqueValueFinding>(
            finding => finding.Problem == UniqueValueProblem.UserWithoutReservation && finding.IsRepaired && finding.OtherKey == null);

        (await FindingsAsync()).Should().BeEmpty();
        (await ScanAsync(UsersTable)).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task They_are_never_replicated()
    {
        await ReplicateAsync();
        await ShouldEqualSourceAsync();
        await Server.Client.DeleteItemAsync(Target, new() { ["name"] = new("Fake 1") });

        (await Replicator.RebuildAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().ContainSingle().Which.Key.Should().Be(Key(1));

        await ShouldEqualSourceAsync();
    }

    private static Dictionary<string, AttributeValue> OtherItem(string sortKey) => new()
    {
        ["tenant"] = new("tenant-1"),
        ["id"] = new(sortKey),
        ["kind"] = new("settings"),
        ["email"] = new("fake.1@example.test"),
    };
}

/// <summary>A user type whose sort key is a Guid, in a table that other kinds of items share.</summary>
[DynamoDBTable("Seats")]
public sealed record Seat
{
    public static UserKind<Seat> Kind { get; } = new()
    {
        New = number => new Seat
        {
            Tenant = "tenant-1",
            Id = new Guid(number, 0, 0, new byte[8]),
            Email = $"fake.{number}@example.test",
            Name = $"Fake {number}",
            Points = number,
        },
        KeyOf = seat => UserKey.Of(seat.Tenant, seat.Id),
        WithName = (seat, name) => seat with { Name = name },
        Name = seat => seat.Name,
        Points = seat => seat.Points,
        Unique = seat => seat.Email,
        WithUnique = (seat, email) => seat with { Email = email },
        UniqueValue = number => $"fake.{number}@example.test",
        Describe = type => type.OnlyWhere(seat => seat.ItemKind == "seat"),
    };

    [DynamoDBHashKey("tenant")]
    public required string Tenant { get; init; }

    [DynamoDBRangeKey("id")]
    [GeneratedKey]
    public required Guid Id { get; init; }

    [DynamoDBProperty("kind")]
    public string ItemKind { get; init; } = "seat";

    [DynamoDBProperty("email")]
    [DynamoDBGlobalSecondaryIndexHashKey("email-index")]
    [Unique("email", Normalization = UniqueValueNormalization.Email)]
    public string? Email { get; init; }

    [DynamoDBProperty("name")]
    public string? Name { get; init; }

    [DynamoDBProperty("points")]
    public int Points { get; init; }
}

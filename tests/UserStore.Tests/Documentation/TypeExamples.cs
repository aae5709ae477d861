using Amazon.DynamoDBv2.DataModel;
using UserStore.Testing;

namespace UserStore.Tests.Documentation.Types;

/// <summary>A type whose key has two parts.</summary>
[DynamoDBTable("Directory")]
public record Member
{
    [DynamoDBHashKey]
    public string? Tenant { get; init; }

    [DynamoDBRangeKey]
    public int Number { get; init; }

    [Unique("user-name", Normalization = UniqueValueNormalization.CaseInsensitive, Within = nameof(Tenant))]
    public string? UserName { get; init; }

    [Unique("login")]
    public HashSet<string>? Logins { get; init; }

    [Indexed("role")]
    public HashSet<string>? Roles { get; init; }

    [DynamoDBLocalSecondaryIndexRangeKey("points-index")]
    public int Points { get; init; }

    public sealed override string ToString() => $"Member {Tenant}/{Number}";
}

/// <summary>Compiles and runs the code of the guides about keys, unique values and partitions.</summary>
public sealed class TypeExamples
{
    [Fact]
    public async Task Users_are_found_by_their_keys_and_unique_values()
    {
        var users = new InMemoryUserStore();
        var members = new InMemoryUserStore<Member>();
        await members.CreateAsync(new Member { Tenant = "tenant-7", Number = 42, UserName = "Ada", Points = 100 });

        User? one = await users.FindAsync("u1");
        Member? member = await members.FindAsync(UserKey.Of("tenant-7", 42));
        Member? ada = await members.FindByAsync(m => m.UserName, "ada", ReadConsistency.Strong, within: "tenant-7");

        one.Should().BeNull();
        member.Should().Be(ada).And.NotBeNull();
    }

    [Fact]
    public async Task Users_are_found_by_the_strings_of_their_sets()
    {
        var members = new InMemoryUserStore<Member>();
        await members.CreateAsync(new Member { Tenant = "tenant-7", Number = 1, Logins = ["provider#key"], Roles = ["author", "editor"] });
        await members.CreateAsync(new Member { Tenant = "tenant-7", Number = 2, Roles = ["author"] });

        Member? owner = await members.FindByAsync(m => m.Logins, "provider#key");
        await foreach (Member author in members.FindAllByAsync(m => m.Roles, "author"))
            Console.WriteLine(author.Number);

        owner!.Number.Should().Be(1);
        (await members.FindAllByAsync(m => m.Roles, "author").CountAsync()).Should().Be(2);
    }

    [Fact]
    public async Task A_partition_is_queried()
    {
        var members = new InMemoryUserStore<Member>();
        await members.CreateAsync(new Member { Tenant = "tenant-7", Number = 42, Points = 100 });

        await foreach (Member member in members.QueryAsync(UserQuery<Member>.OfPartition("tenant-7")))
            Console.WriteLine(member);
        var byPoints = new UserQuery<Member>("points-index", "tenant-7") { SortKey = SortKeyCondition.AtLeast(100) };

        (await members.QueryAsync(byPoints).ToListAsync()).Should().ContainSingle().Which.Number.Should().Be(42);
    }
}

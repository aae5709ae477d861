using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.ServerTests.Writes;

namespace UserStore.ServerTests;

/// <summary>A response whose body is damaged in any way is a lost response: reads are retried, and writes are settled.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class DamagedBodyTests : ServerTest
{
    private const string Checksum = "x-amz-crc32";

    private static readonly int Count = TestVolume.Of(full: 300, usual: 15);

    private static readonly Dictionary<string, (string Operation, bool IsRead, Func<IUserStore<User>, int, Task<User?>> Call)> Calls = new()
    {
        ["find"] = ("GetItem", true, (store, _) => store.FindAsync("fake-1")),
        ["query"] = ("Query", true, async (store, _) => (await store.QueryPageAsync(new("status-index", "counted"))).Users.Single()),
        ["list"] = ("Scan", true, async (store, _) => (await store.ListPageAsync()).Users.Single(user => user.UserId == "fake-1")),
        ["find many"] = ("BatchGetItem", true, async (store, _) => (await store.FindManyAsync(["none", "fake-1"]).ReadAllAsync())[1].User),
        ["create"] = ("PutItem", false, (store, i) => Nullable(store.CreateAsync(new User { UserId = $"created-{i}", Age = i }))),
        ["save"] = ("UpdateItem", false, async (store, i) => await store.UpdateAsync(await store.GetAsync("fake-1", ReadConsistency.Strong) with { Age = i })),
        ["patch"] = ("UpdateItem", false, (store, _) => Nullable(store.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1)))),
    };

    private readonly List<string> _operations = [];
    private Func<byte[], byte[]>? _damage;
    private string? _operation;
    private bool _dropsChecksum;

    public static TheoryData<string> Names => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_body_that_does_not_match_its_checksum_is_a_lost_response(string name)
    {
        Random random = TestSeed.NewRandom();
        return CheckAsync(name, body => Damaged(body, random));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_truncated_body_without_a_checksum_is_a_lost_response(string name)
    {
        Random random = TestSeed.NewRandom();
        _dropsChecksum = true;
        return CheckAsync(name, body => body[..random.Next(body.Length)]);
    }

    private static async Task<User?> Nullable(Task<User> user) => await user;

    private static byte[] Damaged(byte[] body, Random random)
    {
        int at = random.Next(body.Length);
        int end = random.Next(at, body.Length) + 1;
        return random.Next(5) switch
        {
            0 => [.. body[..at], (byte)(body[at] ^ (1 << random.Next(8))), .. body[(at + 1)..]],
            1 => [.. body[..at], .. body[end..]],
            2 => [.. body[..at], (byte)random.Next(256), .. body[at..]],
            3 => [.. body[..at], .. body[at..end], .. body[at..]],
            _ => body[..at],
        };
    }

    private async Task CheckAsync(string name, Func<byte[], byte[]> damage)
    {
        (Options.Mapping, Options.UniqueEmails) = (UserMapping.Generated, false);
        DynamoDbUserStore<User> plain = await CreateStoreAsync();
        using AmazonDynamoDBClient client = Server.CreateClient(config => config.HttpClientFactory = new InterceptedWire(RespondAsync));
        var store = new DynamoDbUserStore<User>(client, Options);
        await store.CreateAsync(new User { UserId = "fake-1", Name = "Fake", Status = "counted", Age = 0 });
        (string operation, bool isRead, Func<IUserStore<User>, int, Task<User?>> call) = Calls[name];

        for (int i = 1; i <= Count; i++)
        {
            _operations.Clear();
            (_damage, _operation) = (damage, operation);
            User? result = await call(store, i);

            _damage.Should().BeNull("the response was damaged");
            _operations.Where(sent => sent == operation).Should().Equal([operation, operation], "seed {0}", TestSeed.Value);
            result!.Age.Should().Be(isRead ? 0 : i, "seed {0}", TestSeed.Value);
            result.Should().Be(await plain.FindAsync(result.UserId, ReadConsistency.Strong), "seed {0}", TestSeed.Value);
            result.Version.Should().Be(isRead || name == "create" ? 1 : i + 1, "each write is applied once (seed {0})", TestSeed.Value);
        }
    }

    private async Task<HttpResponseMessage> RespondAsync(HttpRequestMessage request, string operation, Func<Task<HttpResponseMessage>> send)
    {
        HttpResponseMessage response = await send();
        _operations.Add(operation);
        if (_damage is null || operation != _operation)
            return response;
        response.Headers.Contains(Checksum).Should().BeTrue();
        response.Content = new ByteArrayContent(_damage(await response.Content.ReadAsByteArrayAsync()));
        _damage = null;
        if (_dropsChecksum)
            response.Headers.Remove(Checksum);
        return response;
    }
}

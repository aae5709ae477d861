using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests;

/// <summary>A reservation is taken over only while its former owner does not have the value, whatever the form of its scope.</summary>
public sealed class ScopeRaceTests : ServerTest
{
    private DynamoDbUserStore<Racer> _store = null!;

    private string Racers => Options.TableNamePrefix + "Racers";

    public override async Task InitializeAsync() => _store = await Stores.CreateAsync<Racer>(Options);

    [Fact]
    public async Task A_former_owner_that_returns_by_removing_its_scope_keeps_the_value()
    {
        await _store.CreateAsync(new Racer { Id = "1", Handle = "ada" });
        await Server.Client.DeleteItemAsync(Racers, KeyOf("1"));
        DynamoDbUserStore<Racer> other = new(Server.Client, Options, Stores.Time);
        BeforeSecondTransaction(async () =>
        {
            await other.CreateAsync(new Racer { Id = "1", Tenant = "other", Handle = "ada" });
            await other.UpdateAsync("1", new UserPatch<Racer>().Remove(user => user.Tenant));
        });

        Func<Task> create = () => _store.CreateAsync(new Racer { Id = "2", Handle = "ada" });

        await create.Should().ThrowAsync<UserValueInUseException>();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_former_owner_that_another_program_returns_with_another_spelling_of_its_scope_keeps_the_value()
    {
        Guid club = new("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
        await _store.CreateAsync(new Racer { Id = "1", Club = club, Nick = "ada" });
        await Server.Client.DeleteItemAsync(Racers, KeyOf("1"));
        BeforeSecondTransaction(() => Server.Client.PutItemAsync(
            Racers, new(KeyOf("1")) { ["Club"] = new($"{club}".ToUpperInvariant()), ["Nick"] = new("ada"), ["Version"] = new() { N = "1" } }));

        Func<Task> create = () => _store.CreateAsync(new Racer { Id = "2", Club = club, Nick = "ada" });

        await create.Should().ThrowAsync<UserValueInUseException>();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_value_without_a_scope_is_free_once_its_owner_has_expired_and_came_back_in_a_scope()
    {
        await _store.CreateAsync(new Racer { Id = "1", Tag = "ada", Expires = Clock.GetUtcNow().AddSeconds(10).ToUnixTimeSeconds() });
        Clock.Advance(TimeSpan.FromSeconds(10));
        await _store.CreateAsync(new Racer { Id = "1", Team = "blue", Tag = "ada" });

        Racer created = await _store.CreateAsync(new Racer { Id = "2", Tag = "ada" });

        (await _store.FindByAsync(user => user.Tag, "ada", ReadConsistency.Strong))!.Id.Should().Be(created.Id);
        (await _store.FindByAsync(user => user.Tag, "ada", ReadConsistency.Strong, "blue"))!.Id.Should().Be("1");
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task An_attribute_that_is_written_once_and_stored_as_NULL_stays_NULL()
    {
        await Server.Client.PutItemAsync(Racers, new(KeyOf("1")) { ["Origin"] = new() { NULL = true }, ["Version"] = new() { N = "1" } });
        Racer read = await _store.GetAsync("1", ReadConsistency.Strong);

        read.Origin = "app";
        Racer saved = await _store.UpdateAsync(read);

        saved.Origin.Should().BeNull();
        (await _store.GetAsync("1", ReadConsistency.Strong)).Origin.Should().BeNull();
    }

    private static Dictionary<string, AttributeValue> KeyOf(string id) => new() { ["Id"] = new(id) };

    private void BeforeSecondTransaction(Func<Task> action)
    {
        int transactions = 0;
        Wire.BeforeRequest = async request =>
        {
            if (request.Operation != "TransactWriteItems" || ++transactions != 2)
                return;
            Wire.BeforeRequest = null;
            await action();
        };
    }

    private async Task ShouldBeConsistentAsync()
    {
        DynamoDbUniqueValueAudit<Racer> audit = new(Client, Options, Stores.Time);
        await audit.RepairAsync().ReadAllAsync(); // of what the test wrote as another program
        (await audit.CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [DynamoDBTable("Racers")]
    public sealed class Racer
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";

        public string? Tenant { get; set; } = "main";

        [Unique("handle", Within = nameof(Tenant))]
        public string? Handle { get; set; }

        public Guid Club { get; set; }

        [Unique("nick", Within = nameof(Club))]
        public string? Nick { get; set; }

        public string? Team { get; set; }

        [Unique("tag", Within = nameof(Team))]
        public string? Tag { get; set; }

        [DynamoDbUpdateBehavior(UpdateBehavior.IfNotExists)]
        public string? Origin { get; set; } = "web";

        [ExpiresAt]
        public long? Expires { get; set; }

        [DynamoDBVersion]
        public long? Version { get; set; }

        [DynamoDBIgnore]
        [Revision]
        public string? Revision { get; set; }
    }
}

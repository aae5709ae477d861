using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using UserStore.DynamoDb;
using UserStore.Migrations;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>Unique values and scopes in forms that the store does not write, but reads.</summary>
public sealed class ForeignUniqueValueTests : ServerTest
{
    private readonly FakeLogCollector _log = new();

    private string Players => Options.TableNamePrefix + "OddPlayers";

    [Theory]
    [InlineData("AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE")]
    [InlineData("aaaaaaaabbbbccccddddeeeeeeeeeeee")]
    public async Task Scopes_that_read_as_one_Guid_are_one(string spelling)
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        await PutAsync(new() { ["club"] = new(spelling), ["handle"] = new("ada") });

        await RepairAsync();

        Func<Task> same = () => store.CreateAsync(new Player { Id = "2", Club = new Guid(spelling), Handle = "ada" });
        await same.Should().ThrowAsync<UserValueInUseException>();
    }

    [Theory]
    [InlineData("S", "7")]
    [InlineData("N", "7E0")]
    [InlineData("N", "70E-1")]
    [InlineData("N", "7.0")]
    public async Task Scopes_that_read_as_one_number_are_one(string type, string text)
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        await PutAsync(new() { ["team"] = type == "S" ? new(text) : new() { N = text }, ["nick"] = new("ada") });

        await RepairAsync();

        Func<Task> same = () => store.CreateAsync(new Player { Id = "2", Team = 7, Nick = "ada" });
        await same.Should().ThrowAsync<UserValueInUseException>();
    }

    [Fact]
    public async Task A_scope_that_is_absent_is_the_one_that_the_user_is_read_with()
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        await PutAsync(new() { ["nick"] = new("ada") });

        await RepairAsync();

        (await store.FindByAsync(user => user.Nick, "ada", ReadConsistency.Strong, 0L))!.Team.Should().Be(0);
        Func<Task> same = () => store.CreateAsync(new Player { Id = "2", Team = 0, Nick = "ada" });
        await same.Should().ThrowAsync<UserValueInUseException>();
        Player read = await store.GetAsync("1", ReadConsistency.Strong);
        read.Nick = "eve";
        await store.UpdateAsync(read);
        await store.UpdateAsync("1", new UserPatch<Player>().Set(user => user.Nick, "mia"));
        await store.DeleteUnchangedAsync(await store.GetAsync("1", ReadConsistency.Strong));
        (await FindingsAsync(repair: false)).Should().BeEmpty();
        (await ScanAsync(Players + "Reservations")).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_value_in_another_form_does_not_prevent_any_call(bool isNull)
    {
        AttributeValue odd = isNull ? new() { NULL = true } : new() { N = "5" };
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        Func<Task>[] calls =
        [
            () => store.UpdateAsync("1", new UserPatch<Player>().Set(user => user.Name, "Fake")),
            () => store.UpdateAsync("1", new UserPatch<Player>().Set(user => user.Nick, "ada")),
            () => store.UpdateAsync("1", new UserPatch<Player>().Remove(user => user.Nick)),
            () => store.DeleteAsync("1"),
        ];
        foreach (Func<Task> call in calls)
        {
            await PutAsync(new() { ["team"] = new() { N = "1" }, ["nick"] = odd, ["name"] = new("Old") });

            await call();
        }

        await PutAsync(new() { ["team"] = new() { N = "1" }, ["nick"] = odd });
        List<UniqueValueFinding> findings = await FindingsAsync(repair: true);
        findings.Should().OnlyContain(finding => finding.Problem == UniqueValueProblem.InvalidValue || finding.IsRepaired);
        findings.Any(finding => finding.Problem == UniqueValueProblem.InvalidValue).Should().Be(!isNull, "NULL is no value");
        await MigrateAsync();
        _log.GetSnapshot().Count(entry => entry.Id.Id == 225).Should().Be(isNull ? 0 : 1);
    }

    [Fact]
    public async Task A_NULL_scope_is_none()
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        await PutAsync(new() { ["region"] = new() { NULL = true }, ["tag"] = new("ada") });

        await MigrateAsync();

        Func<Task> same = () => store.CreateAsync(new Player { Id = "2", Tag = "ada" });
        await same.Should().ThrowAsync<UserValueInUseException>();
        Player read = await store.GetAsync("1", ReadConsistency.Strong);
        read.Tag = "eve";
        await store.UpdateAsync(read);
        await store.DeleteAsync("1");
        (await ScanAsync(Players + "Reservations")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("number as a string")]
    [InlineData("Guid in capitals")]
    [InlineData("string as a number")]
    [InlineData("unique value as a number")]
    public async Task A_user_is_saved_whatever_the_form_of_its_values(string form)
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        await PutAsync(form switch
        {
            "absent" => new() { ["nick"] = new("ada") },
            "number as a string" => new() { ["team"] = new("7"), ["nick"] = new("ada") },
            "Guid in capitals" => new() { ["club"] = new("AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"), ["handle"] = new("ada") },
            "string as a number" => new() { ["region"] = new() { N = "7" }, ["tag"] = new("ada") },
            _ => new() { ["nick"] = new() { N = "7" } },
        });
        await FindingsAsync(repair: true);

        foreach (int round in Enumerable.Range(0, 3))
        {
            Player patched = await store.UpdateAsync(
                "1", new UserPatch<Player>().Set(user => user.Name, $"Fake {round}").Set(user => user.Handle, $"handle-{round}"));
            patched.Name = "Saved";
            await store.UpdateAsync(patched);
            Player read = await store.GetAsync("1", ReadConsistency.Strong);
            read.Name = "Saved again";
            await store.UpdateAsync(read);
        }

        await store.DeleteUnchangedAsync(await store.GetAsync("1", ReadConsistency.Strong));
        (await FindingsAsync(repair: false)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("x.y")]
    [InlineData("")]
    public async Task An_id_of_a_write_that_another_program_made_up_is_not_taken_for_a_revision(string writeId)
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        await PutAsync(new() { ["nick"] = new("ada"), ["write_id"] = new(writeId) });
        Player read = await store.GetAsync("1", ReadConsistency.Strong);

        read.Name = "Fake";
        Player saved = await store.UpdateAsync(read);

        read.Revision.Should().BeNull();
        saved.Revision.Should().NotBeNull();
    }

    [Fact]
    public async Task Values_that_changed_behind_a_revision_are_not_released_or_taken_by_it()
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        Player stale = await store.CreateAsync(new Player { Id = "1", Nick = "ada" });
        await Server.Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Players,
            Key = new() { ["id"] = new("1") },
            UpdateExpression = "SET nick = :nick",
            ExpressionAttributeValues = new() { [":nick"] = new("eve") },
        });
        await RepairAsync();
        await store.CreateAsync(new Player { Id = "2", Nick = "ada" });

        stale.Name = "Fake";
        Func<Task> save = () => store.UpdateAsync(stale);

        await save.Should().ThrowAsync<UserStoreException>();
        (await store.GetAsync("1", ReadConsistency.Strong)).Nick.Should().Be("eve");
        (await FindingsAsync(repair: false)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_revision_that_a_client_changed_takes_no_value_of_another_user()
    {
        DynamoDbUserStore<Player> store = await Stores.CreateAsync<Player>(Options);
        Player victim = await store.CreateAsync(new Player { Id = "1", Nick = "victim" });
        Player own = await store.CreateAsync(new Player { Id = "2", Nick = "ada" });
        string[] parts = own.Revision!.Split('.'), others = victim.Revision!.Split('.');
        own.Revision = string.Join('.', [.. parts[..5], .. others[5..]]);
        own.Nick = "victim";

        Func<Task> save = () => store.UpdateAsync(own);

        await save.Should().ThrowAsync<UserStoreException>();
        (await store.GetAsync("2", ReadConsistency.Strong)).Nick.Should().Be("ada");
        (await FindingsAsync(repair: false)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_revision_from_before_a_property_was_unique_is_still_one()
    {
        Options.UsersTable = "OddPlayers";
        var before = await Stores.CreateAsync<FormerPlayer>(Options);
        FormerPlayer old = await before.CreateAsync(new FormerPlayer { Id = "1", Name = "Fake" });
        DynamoDbUserStore<Player> store = new(Server.Client, Options, Stores.Time);
        await store.EnsureTablesAsync();

        Player saved = await store.UpdateAsync(new Player { Id = "1", Name = "Fake 2", Nick = "ada", Version = old.Version, Revision = old.Revision });

        (await store.FindByAsync(user => user.Nick, "ada", ReadConsistency.Strong, 0L))!.Name.Should().Be(saved.Name);
    }

    private Task PutAsync(Dictionary<string, AttributeValue> attributes) => Server.Client.PutItemAsync(
        Players, new(attributes) { ["id"] = new("1"), ["version"] = new() { N = "1" } });

    private async Task RepairAsync()
    {
        (await FindingsAsync(repair: true)).Should().OnlyContain(finding => finding.IsRepaired).And.NotBeEmpty();
        (await FindingsAsync(repair: false)).Should().BeEmpty();
    }

    private async Task<List<UniqueValueFinding>> FindingsAsync(bool repair)
    {
        DynamoDbUniqueValueAudit<Player> audit = new(Client, Options, Stores.Time);
        return [.. (await (repair ? audit.RepairAsync() : audit.CheckAsync()).ReadAllAsync()).SelectMany(page => page.Findings)];
    }

    private async Task MigrateAsync()
    {
        ServiceCollection services = [];
        services.AddSingleton(Stores.Time).AddSingleton<IAmazonDynamoDB>(Client).AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_log)));
        services.AddUserStore<Player>(options => options.TableNamePrefix = Options.TableNamePrefix)
            .AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues());
        await using ServiceProvider process = services.BuildServiceProvider();
        await process.GetRequiredService<IMigrationRunner>().RunAsync();
    }

    [DynamoDBTable("OddPlayers")]
    public sealed class Player
    {
        [DynamoDBHashKey("id")]
        public string Id { get; set; } = "";

        [DynamoDBProperty("name")]
        public string? Name { get; set; }

        [DynamoDBProperty("club")]
        public Guid Club { get; set; }

        [DynamoDBProperty("handle")]
        [Unique("handle", Within = nameof(Club))]
        public string? Handle { get; set; }

        [DynamoDBProperty("team")]
        public long Team { get; set; }

        [DynamoDBProperty("nick")]
        [Unique("nick", Within = nameof(Team))]
        public string? Nick { get; set; }

        [DynamoDBProperty("region")]
        public string? Region { get; set; }

        [DynamoDBProperty("tag")]
        [Unique("tag", Within = nameof(Region))]
        public string? Tag { get; set; }

        [DynamoDBVersion("version")]
        public long? Version { get; set; }

        [DynamoDBIgnore]
        [Revision]
        public string? Revision { get; set; }
    }

    [DynamoDBTable("OddPlayers")]
    public sealed class FormerPlayer
    {
        [DynamoDBHashKey("id")]
        public string Id { get; set; } = "";

        [DynamoDBProperty("name")]
        public string? Name { get; set; }

        [DynamoDBVersion("version")]
        public long? Version { get; set; }

        [DynamoDBIgnore]
        [Revision]
        public string? Revision { get; set; }
    }
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb;
using UserStore.Migrations;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>Items whose keys other programs spelled in another way than the store does, and keys that no user can have.</summary>
public sealed class ForeignKeyTests : ServerTest
{
    private const string Capitals = "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE";

    private string Badges => Options.TableNamePrefix + "Badges";

    [Theory]
    [InlineData(Capitals)]
    [InlineData("root")]
    public async Task A_user_under_another_spelling_of_its_key_is_named_as_it_is_stored(string key)
    {
        DynamoDbUserStore<Badge> store = await Stores.CreateAsync<Badge>(Options);
        await PutAsync(key);

        Func<Task>[] calls =
        [
            () => store.ListAsync().ReadAllAsync(),
            () => store.QueryAsync(new UserQuery<Badge>("handle-index", "ada")).ReadAllAsync(),
            () => store.FindByAsync(badge => badge.Handle, "ada"),
            () => AuditAsync(repair: true),
        ];
        foreach (Func<Task> call in calls)
        {
            UserStoreSchemaException thrown = (await call.Should().ThrowAsync<UserStoreSchemaException>()).Which;
            (thrown.Key.ToString(), thrown.AttributeName).Should().Be((key, "id"));
        }

        Func<Task> migrate = () => MigrateAsync();
        (await migrate.Should().ThrowAsync<MigrationFailedException>()).WithInnerException<UserStoreSchemaException>().Which.Key.ToString().Should().Be(key);
    }

    [Theory]
    [InlineData(Capitals)]
    [InlineData("root")]
    public async Task A_user_under_another_spelling_of_its_key_is_reported_if_the_options_say_so(string key)
    {
        Options.UnreadableUsers = UnreadableUsers.Report;
        DynamoDbUserStore<Badge> store = await Stores.CreateAsync<Badge>(Options);
        Badge other = await store.CreateAsync(new Badge { Id = Guid.NewGuid(), Handle = "eve" });
        await PutAsync(key);

        UserPage<Badge> page = await store.ListPageAsync();

        page.Users.Should().ContainSingle().Which.Id.Should().Be(other.Id);
        page.Unreadable.Should().ContainSingle().Which.Key.ToString().Should().Be(key);
        await AuditAsync(repair: true);
        await MigrateAsync();
        (await ScanAsync(Badges)).Should().Contain(item => item["id"].S == key && item["handle"].S == "ada", "it is left as it is");
    }

    [Fact]
    public async Task Two_spellings_of_one_key_are_never_taken_for_one_user()
    {
        Options.UnreadableUsers = UnreadableUsers.Report;
        DynamoDbUserStore<Badge> store = await Stores.CreateAsync<Badge>(Options);
        await store.CreateAsync(new Badge { Id = new Guid(Capitals), Handle = "eve" });
        await PutAsync(Capitals);

        (await store.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.Handle.Should().Be("eve");
        await store.DeleteAsync(new Guid(Capitals));
        (await ScanAsync(Badges)).Should().ContainSingle().Which["id"].S.Should().Be(Capitals);
    }

    [Fact]
    public async Task A_converter_gives_keys_another_spelling()
    {
        DynamoDbUserStore<CapitalBadge> store = await Stores.CreateAsync<CapitalBadge>(Options);
        await PutAsync(Capitals, "CapitalBadges");

        CapitalBadge read = await store.GetAsync(new Guid(Capitals), ReadConsistency.Strong);
        read.Handle = "eve";
        await store.UpdateAsync(read);
        await store.UpdateAsync(new Guid(Capitals), new UserPatch<CapitalBadge>().Set(badge => badge.Handle, "mia"));
        (await store.FindByAsync(badge => badge.Handle, "mia", ReadConsistency.Strong))!.Id.Should().Be(new Guid(Capitals));
        (await store.FindManyAsync([new Guid(Capitals)]).ReadAllAsync()).Should().ContainSingle();
        await store.DeleteAsync(new Guid(Capitals));

        (await ScanAsync(Options.TableNamePrefix + "CapitalBadges")).Should().BeEmpty();
        (await ScanAsync(Options.TableNamePrefix + "CapitalBadgesReservations")).Should().BeEmpty();
    }

    private Task PutAsync(string key, string table = "Badges") => Server.Client.PutItemAsync(
        Options.TableNamePrefix + table, new() { ["id"] = new(key), ["handle"] = new("ada"), ["version"] = new() { N = "1" } });

    private async Task AuditAsync(bool repair)
    {
        DynamoDbUniqueValueAudit<Badge> audit = new(Client, Options, Stores.Time);
        await (repair ? audit.RepairAsync() : audit.CheckAsync()).ReadAllAsync();
    }

    private async Task MigrateAsync()
    {
        ServiceCollection services = [];
        services.AddSingleton(Stores.Time).AddSingleton<IAmazonDynamoDB>(Client).AddLogging();
        services.AddUserStore<Badge>(options => (options.TableNamePrefix, options.UnreadableUsers) = (Options.TableNamePrefix, Options.UnreadableUsers))
            .AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues());
        await using ServiceProvider process = services.BuildServiceProvider();
        await process.GetRequiredService<IMigrationRunner>().RunAsync();
    }

    [DynamoDBTable("Badges")]
    public sealed class Badge
    {
        [DynamoDBHashKey("id")]
        public Guid Id { get; set; }

        [DynamoDBProperty("handle")]
        [DynamoDBGlobalSecondaryIndexHashKey("handle-index")]
        [Unique("handle")]
        public string? Handle { get; set; }

        [DynamoDBVersion("version")]
        public long? Version { get; set; }
    }

    [DynamoDBTable("CapitalBadges")]
    public sealed class CapitalBadge
    {
        [DynamoDBHashKey("id", typeof(CapitalsConverter))]
        public Guid Id { get; set; }

        [DynamoDBProperty("handle")]
        [Unique("handle")]
        public string? Handle { get; set; }

        [DynamoDBVersion("version")]
        public long? Version { get; set; }
    }

    private sealed class CapitalsConverter : IPropertyConverter
    {
        public DynamoDBEntry ToEntry(object value) => new Primitive(((Guid)value).ToString().ToUpperInvariant());

        public object FromEntry(DynamoDBEntry entry) => Guid.Parse(entry.AsString());
    }
}

using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UserStore.Migrations;
using UserStore.Privacy;
using UserStore.Schema;

namespace UserStore.ServerTests.Privacy;

/// <summary>The policy of each role allows what erasure adds to its requests, and no more.</summary>
public sealed class PrivacyPolicyTests : PrivacyTest
{
    [Fact]
    public async Task Privacy_allows_every_request_of_exports_erasures_and_restrictions()
    {
        (IUserPrivacy<Person> privacy, PolicedWire wire) = OpenPrivacy();
        await CreateReplicatedAsync(NewPerson("gone-1"));
        await CreateReplicatedAsync(NewPerson("gone-2", roles: 86));
        for (int entry = 0; entry < 9; entry++)
            await PutPoisonAsync("gone-2", entry);
        Dictionary<string, List<Dictionary<string, AttributeValue>>> backup = [];
        foreach (string table in AllTables.Except([Table, TombstonesTable]))
            backup[table] = await ScanAsync(table);

        (await privacy.ExportAsync("gone-1", Stream.Null)).Should().BeTrue();
        await privacy.RestrictAsync("gone-1");
        (await privacy.FindRestrictedAsync("gone-1")).Should().NotBeNull();
        await privacy.ReleaseAsync("gone-1");
        UserErasureReceipt[] receipts = [await privacy.EraseAsync("gone-1"), await privacy.EraseAsync("gone-2"), await privacy.EraseAsync("absent")];
        foreach ((string table, List<Dictionary<string, AttributeValue>> items) in backup)
        {
            foreach (Dictionary<string, AttributeValue> item in items)
                await Server.Client.PutItemAsync(table, item);
        }

        (await privacy.VerifyErasedAsync(receipts).ReadAllAsync()).Should().NotBeEmpty();
        (await privacy.EraseRemnantsAsync().ReadAllAsync()).Should().OnlyContain(remnant => remnant.IsErased);

        wire.Denied.Should().BeEmpty();
        (await privacy.VerifyErasedAsync(receipts).ReadAllAsync()).Should().BeEmpty();
        wire.Allowed.Except(wire.Used.Keys).Select(permission => $"{permission.Action} {permission.Resource}").Should().BeEquivalentTo(
        [
            $"UpdateItem {Table}", // only while other writers change the user
            .. UserTables.Concat(ViewTables).Append(TombstonesTable).Select(table => $"DescribeTable {table}"), // only after a failure
        ]);
    }

    [Fact]
    public async Task Privacy_allows_to_erase_a_user_that_others_write()
    {
        (IUserPrivacy<Person> privacy, PolicedWire wire) = OpenPrivacy();
        Person user = await CreateReplicatedAsync(NewPerson("gone-1"));
        using var stop = new CancellationTokenSource();
        Task writing = Task.Run(async () =>
        {
            try
            {
                for (int i = 0; !stop.IsCancellationRequested; i++)
                    await Users.UpdateAsync("gone-1", new UserPatch<Person>().Set(one => one.Age, i), CancellationToken.None);
            }
            catch (UserStoreException refused) when (refused is UserNotFoundException or UserRestrictedException)
            {
                // The erasure restricts the user, or has deleted it.
            }
        });

        await privacy.EraseAsync(user.UserId);

        await stop.CancelAsync();
        await writing;
        wire.Denied.Should().BeEmpty();
        (await FindAsync(Trace)).Should().BeEmpty();
    }

    [Fact]
    public async Task Migrations_allows_to_look_for_tombstones()
    {
        PolicedWire wire = NewWire(UserStoreRole.Migrations);
        await CreateReplicatedAsync(NewPerson("gone-1"));
        Migrations = options =>
        {
            options.Missing = MigrationPolicy.Allow;
            options.Migrations.Add("00000000000001_backfill", async (context, token) =>
            {
                await context.BackfillAsync(
                    new Backfill
                    {
                        Name = "none",
                        TableName = Table,
                        Transform = async (item, _) =>
                        {
                            await OtherPrivacy.EraseAsync(item["user_id"].S, CancellationToken.None);
                            throw new FormatException();
                        },
                        Options = new BackfillOptions { MaxPoisonItems = 1 },
                    },
                    token);
            });
        };

        await Open(Server.CreateClient(config => config.HttpClientFactory = wire)).GetRequiredService<IMigrationRunner>().RunAsync();

        wire.Denied.Should().BeEmpty();
        wire.Used.Keys.Should().Contain(("BatchGetItem", TombstonesTable));
        (await FindAsync(Trace)).Should().BeEmpty("the entry of a user who was erased before it was written is deleted");
    }

    private (IUserPrivacy<Person> Privacy, PolicedWire Wire) OpenPrivacy()
    {
        PolicedWire wire = NewWire(UserStoreRole.Privacy);
        return (PrivacyOf(Open(Server.CreateClient(config => config.HttpClientFactory = wire))), wire);
    }

    private PolicedWire NewWire(UserStoreRole role)
    {
        UserStoreOptions options = Others.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(Person).FullName);
        UserStoreSchema schema = UserStoreSchema.For<Person>(options);
        return new PolicedWire(UserStorePolicy.Create(schema, role, new UserStorePolicyOptions
        {
            AccountId = "123456789012",
            Region = "us-east-1",
            Migrations = schema.MigrationTables(),
            Replications = { schema.ReplicationTo<PersonByEmail>(), schema.ReplicationTo<PersonByName>() },
        }));
    }
}

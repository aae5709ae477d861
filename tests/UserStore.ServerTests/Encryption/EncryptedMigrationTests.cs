using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>Migrations of users with encrypted values, with the wrapper that the service registered.</summary>
public sealed class EncryptedMigrationTests : EncryptionTest
{
    private const string Id = "1_change";

    [Theory]
    [InlineData("Diagnosis")]
    [InlineData("insurance_number")]
    [InlineData("data_key")]
    public async Task A_backfill_does_not_change_what_is_encrypted(string attribute)
    {
        await Store.CreateAsync(Patient.New(1));

        Func<Task> run = () => BackfillAsync(item => item[attribute] = new AttributeValue("plain"));

        MigrationFailedException failed = (await run.Should().ThrowAsync<MigrationFailedException>()).Which;
        failed.InnerException.Should().BeOfType<BackfillFailedException>()
            .Which.Poison.Should().ContainSingle().Which.Error.Should().Contain($"changes '{attribute}'");
        (await OtherProcess().FindAsync("fake-1"))!.Diagnosis.Should().StartWith("Fake diagnosis");
    }

    [Fact]
    public async Task A_backfill_of_another_attribute_keeps_what_is_encrypted()
    {
        Patient created = await Store.CreateAsync(Patient.New(1));

        await BackfillAsync(item => item["Visits"] = new AttributeValue { N = "9" });

        Patient found = (await OtherProcess().FindAsync("fake-1"))!;
        (found.Visits, found.Version).Should().Be((9, 2));
        found.Should().BeEquivalentTo(
            created, options => options.Excluding(user => user.Visits).Excluding(user => user.Version).Excluding(user => user.ETag));
    }

    [Fact]
    public async Task A_migration_encrypts_plain_values_through_the_store()
    {
        await PutPlainAsync(1);

        await MigrateAsync(migrations => migrations.Add(Id, async (context, token) =>
        {
            IUserStore<Patient> store = context.OpenStore<Patient>();
            await foreach (Patient user in store.ListAsync(cancellationToken: token))
                await store.UpdateAsync(user, token);
        }));

        Dictionary<string, AttributeValue> item = await ReadAsync("fake-1");
        (IsEncrypted(item, "Diagnosis"), IsEncrypted(item, "insurance_number")).Should().Be((true, true));
        (await OtherProcess().FindAsync("fake-1"))!.Diagnosis.Should().Be("Plain diagnosis 1");
    }

    [Fact]
    public async Task An_import_encrypts_and_does_not_take_what_is_encrypted_already()
    {
        string external = Options.TableNamePrefix + "External";
        await CreateExternalTableAsync(external, "Id");
        await Store.CreateAsync(Patient.New(8));
        await Server.Client.PutItemAsync(external, PlainItem(1));
        Dictionary<string, AttributeValue> encrypted = await ReadAsync("fake-8");
        encrypted["Id"] = new AttributeValue("fake-2");
        await Server.Client.PutItemAsync(external, encrypted);

        IReadOnlyList<PoisonItem> poison = await MigrateAsync(migrations => migrations.AddImport(
            Id, new ExternalTable { TableName = external, Options = new BackfillOptions { MaxPoisonItems = 5 } }));

        PoisonItem item = poison.Should().ContainSingle().Which;
        (item.Key["Id"].S, item.Error.Contains("cannot be decrypted", StringComparison.Ordinal)).Should().Be(("fake-2", true));
        IsEncrypted(await ReadAsync("fake-1"), "Diagnosis").Should().BeTrue();
        (await OtherProcess().FindAsync("fake-1"))!.Diagnosis.Should().Be("Plain diagnosis 1");
        (await OtherProcess().FindByAsync(user => user.Insurance, "plain-1", ReadConsistency.Strong))!.Id.Should().Be("fake-1");
    }

    [Fact]
    public async Task The_built_in_migration_reserves_and_encrypts_plain_unique_values()
    {
        await PutPlainAsync(1);

        await MigrateAsync(migrations => migrations.AddReserveUniqueValues(Id));

        IsEncrypted(await ReadAsync("fake-1"), "insurance_number").Should().BeTrue();
        (await OtherProcess().FindByAsync(user => user.Insurance, "plain-1", ReadConsistency.Strong))!.Id.Should().Be("fake-1");
    }

    private Task BackfillAsync(Action<BackfillItem> change) => MigrateAsync(migrations => migrations.Add(Id, (context, token) => context.BackfillAsync(
        new Backfill
        {
            Name = "change",
            TableName = context.UsersTable,
            Transform = (item, _) =>
            {
                change(item);
                return ValueTask.CompletedTask;
            },
        },
        token)));

    private async Task<IReadOnlyList<PoisonItem>> MigrateAsync(Action<MigrationList> add)
    {
        ServiceCollection services = [];
        services.AddSingleton(Stores.Time).AddSingleton<IAmazonDynamoDB>(Client).AddSingleton<IDataKeyWrapper>(Wrapper).AddLogging();
        services.AddUserStore<Patient>(options =>
        {
            (options.TableNamePrefix, options.Privacy.HashKey) = (Options.TableNamePrefix, Options.Privacy.HashKey);
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
        }).AddMigrations(options => add(options.Migrations));
        await using ServiceProvider process = services.BuildServiceProvider();
        IMigrationRunner runner = process.GetRequiredService<IMigrationRunner>();
        await runner.RunAsync();
        return await runner.GetPoisonItemsAsync(Id);
    }
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.Schema;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>The settings of tables that the local server has.</summary>
public sealed class TableSettingsTests : ServerTest
{
    [Fact]
    public async Task A_migration_creates_tables_with_key_class_and_tags_under_its_policy_and_the_health_check_compares_them()
    {
        PolicedWire wire = Policed(UserStoreRole.Migrations);
        await using ServiceProvider provider = Open(wire);

        await provider.GetRequiredService<IMigrationRunner>().RunAsync();
        await provider.GetRequiredService<IUserStore>().EnsureTablesAsync();
        HealthReportEntry health = await CheckAsync(provider);

        health.Status.Should().Be(HealthStatus.Healthy, health.Description);
        wire.Denied.Should().BeEmpty();
        foreach (string name in new[] { Table, ReservationsTable })
        {
            TableDescription table = (await Client.DescribeTableAsync(name)).Table;
            table.TableClassSummary.TableClass.Should().Be(TableClass.STANDARD_INFREQUENT_ACCESS);
            (table.SSEDescription.SSEType, table.SSEDescription.Status).Should().Be((SSEType.KMS, SSEStatus.ENABLED));
            (await Client.ListTagsOfResourceAsync(new ListTagsOfResourceRequest { ResourceArn = table.TableArn })).Tags
                .Should().ContainSingle(tag => tag.Key == "team" && tag.Value == "identity");
        }
    }

    [Fact]
    public async Task The_policy_of_a_service_allows_its_health_check_to_compare_tags()
    {
        await new DynamoDbUserStore<User>(Server.Client, Options).EnsureTablesAsync();
        PolicedWire wire = Policed(UserStoreRole.ReadWrite);
        await using ServiceProvider provider = Open(wire);

        HealthReportEntry health = await CheckAsync(provider);

        wire.Denied.Should().BeEmpty();
        health.Data[Table].ToString().Should().ContainAll("lacks tags, or has other values for them: 'team'", "has the table class STANDARD");
    }

    [Fact]
    public async Task The_class_of_an_existing_table_is_changed_once()
    {
        Options.UniqueEmails = false;
        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();
        Sent();
        Options.TableClass = TableStorageClass.StandardInfrequentAccess;

        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();
        IReadOnlyList<string> first = Sent();
        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();

        first.Should().ContainSingle(operation => operation == "UpdateTable");
        Sent().Should().NotContain("UpdateTable");
        (await Client.DescribeTableAsync(Table)).Table.TableClassSummary.TableClass.Should().Be(TableClass.STANDARD_INFREQUENT_ACCESS);
    }

    [Fact]
    public async Task A_change_whose_response_is_lost_is_done()
    {
        Options.UniqueEmails = false;
        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();
        Options.TableClass = TableStorageClass.StandardInfrequentAccess;
        Sent();
        Wire.Next(WireFault.LostResponse, "UpdateTable");

        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();

        (await Client.DescribeTableAsync(Table)).Table.TableClassSummary.TableClass.Should().Be(TableClass.STANDARD_INFREQUENT_ACCESS);
    }

    private void Configure(UserStoreOptions options)
    {
        options.TableNamePrefix = Options.TableNamePrefix;
        (options.TableClass, options.EncryptionKey) = (TableStorageClass.StandardInfrequentAccess, "alias/users");
        options.Tags["team"] = "identity";
    }

    private PolicedWire Policed(UserStoreRole role)
    {
        UserStoreOptions options = new();
        Configure(options);
        UserStoreSchema schema = UserStoreSchema.For<User>(options);
        return new PolicedWire(UserStorePolicy.Create(
            schema, role, new UserStorePolicyOptions { AccountId = "123456789012", Region = "us-east-1", Migrations = schema.MigrationTables() }));
    }

    private ServiceProvider Open(PolicedWire wire)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<IAmazonDynamoDB>(_ => Server.CreateClient(config => config.HttpClientFactory = wire));
        services.AddUserStore(Configure).AddMigrations(options => options.Migrations.AddCreateTables());
        services.AddHealthChecks().AddUserStore();
        return services.BuildServiceProvider();
    }

    private static async Task<HealthReportEntry> CheckAsync(ServiceProvider provider)
        => (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["users"];
}

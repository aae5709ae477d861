using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.TestKit.UserTypes;
using UserStore.Tests.DynamoDb.Tables;

namespace UserStore.Tests.Health;

public sealed class TableSettingsHealthTests
{
    private readonly TableService _service = new();

    private static void Require(UserStoreOptions options)
    {
        (options.DeletionProtection, options.EncryptionKey, options.TableClass) = (true, "1234", TableStorageClass.StandardInfrequentAccess);
        (options.MaxReadRequestUnits, options.WarmWriteUnitsPerSecond) = (500, 4_500);
        (options.PointInTimeRecovery, options.PointInTimeRecoveryDays) = (true, 7);
        options.Tags["team"] = "identity";
    }

    [Fact]
    public async Task Each_setting_that_differs_is_found_by_table_and_index_and_nothing_is_changed()
    {
        await new DynamoDbUserStore<User>(_service.Client, new UserStoreOptions()).EnsureTablesAsync();
        _service.Requests.Clear();

        HealthReportEntry entry = await CheckAsync(Require);

        entry.Status.Should().Be(HealthStatus.Unhealthy);
        entry.Data.Keys.Should().BeEquivalentTo("Users", "Users/email-index", "Users/status-index", "UserReservations");
        foreach (string table in new[] { "Users", "UserReservations" })
        {
            entry.Data[table].ToString().Should().ContainAll(
                "has no deletion protection, but requires it",
                "is encrypted with a key that DynamoDB owns instead of '1234'",
                "has the table class STANDARD instead of STANDARD_INFREQUENT_ACCESS",
                "has the maximum throughput none (reads) and none (writes) instead of 500 (reads) and none (writes)",
                "has the warm throughput 12000 (reads) and 4000 (writes), but requires none (reads) and 4500 (writes)",
                "lacks tags, or has other values for them: 'team'",
                "has point-in-time recovery disabled, but requires it");
        }

        entry.Data["Users/email-index"].ToString().Should().ContainAll("maximum throughput", "warm throughput");
        entry.Description.Should().NotContain("identity", "values of tags are not needed to find them");
        _service.Changes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_recovery_period_of_another_length_is_found()
    {
        await new DynamoDbUserStore<User>(_service.Client, new UserStoreOptions { PointInTimeRecovery = true }).EnsureTablesAsync();

        HealthReportEntry entry = await CheckAsync(
            options => (options.PointInTimeRecovery, options.PointInTimeRecoveryDays) = (true, 7));

        entry.Data["Users"].ToString().Should().Contain("has point-in-time recovery of 35 days instead of 7");
    }

    [Fact]
    public async Task Tables_that_a_migration_created_or_changed_are_healthy()
    {
        await new DynamoDbUserStore<User>(_service.Client, new UserStoreOptions { UniqueEmails = false }).EnsureTablesAsync();
        UserStoreOptions options = new();
        Require(options);
        await new DynamoDbUserStore<User>(_service.Client, options).EnsureTablesAsync();

        HealthReportEntry entry = await CheckAsync(Require);

        entry.Status.Should().Be(HealthStatus.Healthy, entry.Description);
    }

    [Fact]
    public async Task A_dry_run_plans_the_settings_of_new_and_existing_tables_and_changes_nothing()
    {
        await new DynamoDbUserStore<User>(_service.Client, new UserStoreOptions { UniqueEmails = false }).EnsureTablesAsync();
        _service.Requests.Clear();
        ServiceCollection services = Services(Require);
        services.AddUserStore().AddMigrations(options => options.Migrations.AddCreateTables());
        await using ServiceProvider provider = services.BuildServiceProvider();

        MigrationPlan plan = await provider.GetRequiredService<IMigrationRunner>().PlanAsync();

        plan.Requests.Select(request => $"{request.Operation} {request.Tables[0].Split('/')[^1]}").Should().Equal(
            [.. Enumerable.Repeat("UpdateTable Users", 9), "TagResource Users", "UpdateContinuousBackups Users",
            "CreateTable UserReservations", "UpdateContinuousBackups UserReservations"]);
        plan.Requests[0].ToString().Should().EndWith("UpdateTable Users: deletion protection");
        plan.Requests.Select(request => request.ToString()).Should().Contain(line => line.EndsWith("maximum throughput of email-index"));
        _service.Changes.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Recovery_and_streams_are_found_where_they_keep_the_data_keys_of_erased_users(bool hasRecovery, bool hasStream)
    {
        var options = new UserStoreOptions { PointInTimeRecovery = true };
        Encrypt(options);
        await new DynamoDbUserStore<Patient>(_service.Client, options).EnsureTablesAsync();
        if (hasRecovery)
        {
            await _service.Client.UpdateContinuousBackupsAsync(new UpdateContinuousBackupsRequest
            {
                TableName = "PatientsDataKeys",
                PointInTimeRecoverySpecification = new PointInTimeRecoverySpecification { PointInTimeRecoveryEnabled = true },
            });
        }

        if (hasStream)
            _service["PatientsDataKeys"].StreamSpecification = new StreamSpecification { StreamEnabled = true, StreamViewType = StreamViewType.KEYS_ONLY };

        HealthReportEntry entry = await CheckPatientsAsync(options =>
        {
            options.PointInTimeRecovery = true;
            Encrypt(options);
        });

        string found = string.Concat(entry.Data.Where(finding => finding.Key == "PatientsDataKeys").Select(finding => finding.Value));
        found.Contains("has point-in-time recovery, which restores the data keys", StringComparison.Ordinal).Should().Be(hasRecovery);
        found.Contains("has a stream, whose records contain the data keys", StringComparison.Ordinal).Should().Be(hasStream);
        entry.Data.Keys.Should().NotContain(["Patients", "PatientsReservations"], "their backups are required");
    }

    [Fact]
    public async Task Tables_that_are_being_created_are_named_and_not_read()
    {
        var options = new UserStoreOptions();
        Encrypt(options);
        await new DynamoDbUserStore<Patient>(_service.Client, options).EnsureTablesAsync();
        string[] tables = ["PatientsDataKeys", "PatientsTombstones"];
        foreach (string table in tables)
            _service[table].TableStatus = TableStatus.CREATING;
        _service.Requests.Clear();

        HealthReportEntry entry = await CheckPatientsAsync(Encrypt);

        tables.Should().AllSatisfy(table => entry.Data[table].ToString().Should().Contain("CREATING"));
        _service.Requests.Should().NotContain("Scan");
    }

    private static void Encrypt(UserStoreOptions options)
        => (options.Privacy.HashKey, options.Privacy.DataKeyWrapper, options.EnableTimeToLive) = (new byte[32], new LocalDataKeyWrapper(new byte[32]), false);

    private async Task<HealthReportEntry> CheckPatientsAsync(Action<UserStoreOptions> configure)
    {
        ServiceCollection services = [];
        services.AddLogging().AddSingleton(_service.Client);
        services.AddUserStore<Patient>(configure);
        services.AddHealthChecks().AddUserStore<Patient>();
        await using ServiceProvider provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Values.Single();
    }

    private async Task<HealthReportEntry> CheckAsync(Action<UserStoreOptions> configure)
    {
        ServiceCollection services = Services(configure);
        services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["users"];
    }

    private ServiceCollection Services(Action<UserStoreOptions> configure)
    {
        ServiceCollection services = [];
        services.AddLogging();
        services.AddSingleton(_service.Client);
        services.AddUserStore(configure);
        return services;
    }
}

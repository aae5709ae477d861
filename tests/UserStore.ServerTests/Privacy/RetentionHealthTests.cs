using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Tables;
using UserStore.Health;
using UserStore.Modeling;
using UserStore.Privacy;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Privacy;

/// <summary>The health check reports settings that keep data longer than erasure and expiry promise.</summary>
public sealed class RetentionHealthTests : ServerTest
{
    private static readonly byte[] HashKey = [.. Enumerable.Repeat((byte)9, 32)];

    [Theory]
    [InlineData(null, 35.0, true)]
    [InlineData(null, 35.01, false)]
    [InlineData(10, 10.0, true)]
    [InlineData(10, 11.0, false)]
    public void Tombstones_must_outlive_the_backups(int? recoveryDays, double retentionDays, bool isReported)
    {
        UserStoreOptions options = Complete();
        (options.PointInTimeRecovery, options.PointInTimeRecoveryDays) = (true, recoveryDays);
        options.Privacy.TombstoneRetention = TimeSpan.FromDays(retentionDays);

        string[] found = Run(options, hasCleanup: true);

        found.Should().HaveCount(isReported ? 1 : 0);
        string.Concat(found).Contains($"restored to any time within {recoveryDays ?? 35} days", StringComparison.Ordinal).Should().Be(isReported);
        options.PointInTimeRecovery = false;
        Run(options, hasCleanup: true).Should().BeEmpty();
    }

    [Fact]
    public void Expired_users_must_be_deleted_with_their_values()
    {
        UserStoreOptions options = Complete();
        options.EnableTimeToLive = false;

        Run(options, hasCleanup: true).Should().ContainSingle().Which.Should().Contain("EnableTimeToLive is false");
        Run(options, hasCleanup: false).Should().HaveCount(2).And.Contain(sentence => sentence.Contains("AddReservationCleanup"));
        options.UniqueEmails = false;
        Run(options, hasCleanup: false).Should().ContainSingle("there are no reservations").Which.Should().Contain("EnableTimeToLive");
    }

    [Fact]
    public void Expired_users_must_be_deleted_with_their_data_keys()
    {
        UserStoreOptions options = Complete();
        DynamoDbStores.AddEncryption(options);

        RetentionInspection.Run(new StoreSchema(UserModel.For<Patient>(options), options), hasReservationCleanup: false)
            .Should().ContainSingle().Which.Should().Contain("The reservations and data keys of expired users remain");
    }

    [Fact]
    public void A_store_that_does_not_permit_erasure_promises_nothing()
    {
        UserStoreOptions options = Complete();
        (options.PointInTimeRecovery, options.EnableTimeToLive, options.Privacy.HashKey) = (true, false, null);
        options.Privacy.TombstoneRetention = TimeSpan.FromDays(2);

        Run(options, hasCleanup: false).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_keeps_data_too_long_is_degraded_until_that_is_changed(bool hasCleanup)
    {
        ServiceCollection services = new();
        services.AddLogging().AddSingleton<Amazon.DynamoDBv2.IAmazonDynamoDB>(Client);
        UserStoreBuilder store = services.AddUserStore(options =>
        {
            options.TableNamePrefix = Options.TableNamePrefix;
            options.EnableTimeToLive = true;
            options.Privacy.HashKey = HashKey;
        });
        if (hasCleanup)
            store.AddReservationCleanup<User>();
        services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IUserStore>().EnsureTablesAsync();

        HealthReportEntry entry = (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["users"];

        entry.Status.Should().Be(hasCleanup ? HealthStatus.Healthy : HealthStatus.Degraded);
        entry.Data.ContainsKey("retention").Should().Be(!hasCleanup);
        if (!hasCleanup)
            entry.Description.Should().Contain("keeps data too long").And.Contain("Call AddReservationCleanup");
    }

    [Fact]
    public async Task A_server_without_backups_keeps_no_data_keys_in_any()
    {
        ServiceCollection services = new();
        services.AddLogging().AddSingleton<Amazon.DynamoDBv2.IAmazonDynamoDB>(Client);
        services.AddUserStore<Patient>(options =>
        {
            options.TableNamePrefix = Options.TableNamePrefix;
            options.EnableTimeToLive = true;
            DynamoDbStores.AddEncryption(options);
        }).AddReservationCleanup<Patient>();
        services.AddHealthChecks().AddUserStore<Patient>();
        await using ServiceProvider provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IUserStore<Patient>>().EnsureTablesAsync();
        Sent();

        HealthReportEntry entry = (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Values.Single();

        Sent().Count(operation => operation == "DescribeContinuousBackups").Should().Be(1);
        entry.Data.Keys.Should().NotContain(Options.TableNamePrefix + "PatientsDataKeys").And.NotContain("DynamoDB");
        entry.Status.Should().NotBe(HealthStatus.Unhealthy, entry.Description);
    }

    [Fact]
    public async Task Tombstones_and_data_keys_of_another_hash_key_are_unhealthy_and_end_a_sweep()
    {
        DynamoDbStores.AddEncryption(Options);
        DynamoDbUserStore<Patient> store = await Stores.CreateAsync<Patient>(Options);
        await store.CreateAsync(Patient.New(1));
        await store.CreateAsync(Patient.New(2));
        UserErasureReceipt receipt = await new DynamoDbUserPrivacy<Patient>(Client, Options, Stores.Time).EraseAsync("fake-2");
        ServiceCollection services = new();
        services.AddLogging().AddSingleton<Amazon.DynamoDBv2.IAmazonDynamoDB>(Client);
        services.AddUserStore<Patient>(options =>
        {
            DynamoDbStores.AddEncryption(options);
            (options.TableNamePrefix, options.Privacy.HashKey) = (Options.TableNamePrefix, HashKey);
        });
        services.AddHealthChecks().AddUserStore<Patient>();
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReportEntry entry = (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Values.Single();
        Func<Task> sweep = () => provider.GetRequiredService<IUserPrivacy<Patient>>().EraseRemnantsAsync().ReadAllAsync();
        Func<Task> verify = () => provider.GetRequiredService<IUserPrivacy<Patient>>().VerifyErasedAsync([receipt]).ReadAllAsync();

        foreach (string table in new[] { "PatientsTombstones", "PatientsDataKeys" })
            entry.Data[Options.TableNamePrefix + table].ToString().Should().Contain("was written with another UserStoreOptions.Privacy.HashKey");
        (await sweep.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*another UserStoreOptions.Privacy.HashKey*");
        (await verify.Should().ThrowAsync<ArgumentException>()).WithMessage("*another UserStoreOptions.Privacy.HashKey*");
    }

    private static UserStoreOptions Complete() => new() { EnableTimeToLive = true, Privacy = { HashKey = HashKey } };

    private static string[] Run(UserStoreOptions options, bool hasCleanup)
        => [.. RetentionInspection.Run(new StoreSchema(UserModel.For<User>(options), options), hasCleanup)];
}

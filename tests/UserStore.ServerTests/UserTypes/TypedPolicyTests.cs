using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.Migrations;
using UserStore.Replication;
using UserStore.Schema;
using UserStore.ServerTests.Replication;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Policies and health of a store whose table has a sort key and a local index.</summary>
public sealed class MemberPolicyTests() : TypedReplicationTest<Member>(UserKinds.Member)
{
    [Fact]
    public async Task ReadWrite_allows_exactly_what_is_requested()
    {
        await CreateManyAsync(3);
        (ServiceProvider provider, PolicedWire wire) = Open(UserStoreRole.ReadWrite);
        await using var _ = provider;
        IUserStore<Member> store = provider.GetRequiredService<IUserStore<Member>>();
        IUserBatchWriter<Member> writer = provider.GetRequiredService<IUserBatchWriter<Member>>();

        await store.FindManyAsync([Key(1), Key(2)]).ReadAllAsync();
        await store.ListAsync().ReadAllAsync();
        (await store.QueryAsync(UserQuery<Member>.OfPartition("tenant-1")).ReadAllAsync()).Should().HaveCount(2);
        (await store.QueryAsync(new UserQuery<Member>("points-index", "tenant-1")).ReadAllAsync()).Should().HaveCount(2);
        (await store.FindByAsync(user => user.Email, Kind.UniqueValue(1))).Should().NotBeNull();
        Member member = (await store.FindByAsync(user => user.UserName, "fake-1", ReadConsistency.Strong, within: "tenant-1"))!;
        member = await store.UpdateAsync(member with { UserName = "changed" });
        await store.UpdateAsync(Key(1), new UserPatch<Member>().Increment(user => user.Points, 1));
        await store.DeleteAsync(Key(1));
        await store.CreateAsync(Kind.Expiring!(Kind.New(8), Clock.GetUtcNow().AddSeconds(5)));
        Clock.Advance(TimeSpan.FromSeconds(5));
        await store.CreateAsync(Kind.WithUnique(Kind.New(9), Kind.UniqueValue(8)));
        await writer.CreateAsync(Enumerable.Range(20, 5).Select(Kind.New));
        await writer.DeleteAsync([Key(20)]);
        await provider.GetRequiredService<IUniqueValueAudit<Member>>().RepairAsync().ReadAllAsync();
        (await CheckHealthAsync(provider)).Status.Should().Be(HealthStatus.Healthy);

        wire.Denied.Should().BeEmpty();
        Unused(wire).Should().BeEmpty("each permission has its use");
        wire.Used.Keys.Should().Contain([("Query", UsersTable), ("Query", $"{UsersTable}/index/points-index")]);
    }

    [Fact]
    public async Task ReadOnly_allows_no_query_of_a_partition_of_a_table_without_a_sort_key()
    {
        (ServiceProvider provider, PolicedWire wire) = Open(UserStoreRole.ReadOnly);
        await using var _ = provider;
        UserStoreSchema visitors = UserStoreSchema.For<Visitor>(Stores.NewOptions());

        await provider.GetRequiredService<IUserStore<Member>>().QueryAsync(UserQuery<Member>.OfPartition("tenant-1")).ReadAllAsync();

        wire.Denied.Should().BeEmpty();
        UserStorePolicy.Create(visitors, UserStoreRole.ReadWrite, NewPolicy()).Should().NotContain("dynamodb:Query");
    }

    [Fact]
    public async Task Migrations_and_replication_run_under_their_policies()
    {
        await CreateManyAsync(3);
        (ServiceProvider migrating, PolicedWire migrations) = Open(UserStoreRole.Migrations);
        (ServiceProvider replicating, PolicedWire replication) = Open(UserStoreRole.Replication);
        await using var _ = migrating;
        await using var __ = replicating;
        var replicator = replicating.GetRequiredService<UserReplicator<Member, NameView>>();

        MigrationPlan plan = await migrating.GetRequiredService<IMigrationRunner>().PlanAsync();
        await migrating.GetRequiredService<IMigrationRunner>().RunAsync();
        foreach (UserChangeRecord<Member> record in await NewRecordsAsync())
            await replicator.HandleAsync(record.Change!);
        await replicator.RebuildAsync().ReadAllAsync();

        plan.Requests.Where(request => request.Tables.Contains(UsersTable)).Should().HaveCount(3);
        migrations.Denied.Should().BeEmpty();
        replication.Denied.Should().BeEmpty();
        (await Store.ListAsync().ReadAllAsync()).Should().OnlyContain(member => member.Name!.StartsWith("FAKE", StringComparison.Ordinal));
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_table_with_another_sort_key_is_unhealthy()
    {
        await Server.Client.DeleteTableAsync(UsersTable);
        await Server.Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = UsersTable,
            KeySchema = [new("pk", KeyType.HASH), new("other", KeyType.RANGE)],
            AttributeDefinitions = [new("pk", ScalarAttributeType.S), new("other", ScalarAttributeType.S)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        (ServiceProvider provider, _) = Open(UserStoreRole.ReadWrite);
        await using var _1 = provider;

        HealthReportEntry health = await CheckHealthAsync(provider);

        health.Status.Should().Be(HealthStatus.Unhealthy);
        health.Data[UsersTable].ToString().Should().Contain("another key than 'pk' (S) and 'sk' (S)");
    }

    private static string[] Unused(PolicedWire wire)
        => [.. wire.Allowed.Except(wire.Used.Keys).Select(permission => $"{permission.Action} {permission.Resource}")];

    private static async Task<HealthReportEntry> CheckHealthAsync(IServiceProvider provider)
        => (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Values.Single();

    private static UserStorePolicyOptions NewPolicy() => new() { AccountId = "123456789012", Region = "us-east-1" };

    private (ServiceProvider Provider, PolicedWire Wire) Open(UserStoreRole role)
    {
        UserStoreSchema schema = UserStoreSchema.For<Member>(Options);
        UserStorePolicyOptions policy = NewPolicy();
        if (role == UserStoreRole.Migrations)
            policy.Migrations = schema.MigrationTables();
        policy.Replications.Add(schema.ReplicationTo<NameView>());
        var wire = new PolicedWire(UserStorePolicy.Create(schema, role, policy));
        ServiceCollection services = Register(
            store =>
            {
                store.AddReplication<Member, NameView, ByName>();
                if (role == UserStoreRole.Migrations)
                    store.AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues().Add("00000000000003_shout", ShoutAsync));
            },
            Server.CreateClient(config => config.HttpClientFactory = wire));
        services.AddSingleton(Kind).AddHealthChecks().AddUserStore<Member>();
        return (services.BuildServiceProvider(), wire);
    }

    private static Task ShoutAsync(MigrationContext context, CancellationToken cancellationToken) => context.BackfillAsync(
        new Backfill
        {
            Name = "shout",
            TableName = context.UsersTable,
            Transform = (item, _) =>
            {
                item["name"] = new AttributeValue(item["name"].S.ToUpperInvariant());
                return ValueTask.CompletedTask;
            },
        },
        cancellationToken);
}

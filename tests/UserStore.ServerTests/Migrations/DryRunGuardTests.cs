using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

/// <summary>Dry runs of migrations that write past the client of their context.</summary>
public sealed class DryRunGuardTests : MigrationServerTest
{
    [Fact]
    public async Task A_dry_run_rejects_writes_by_clients_that_the_migration_holds()
    {
        await CreateUsersAsync();
        using AmazonDynamoDBClient own = new("fake", "fake", new AmazonDynamoDBConfig { ServiceURL = Server.Client.Config.ServiceURL });
        string note = "captured";
        Migration typedAsBase = new WithClient(own, UsersTable);
        var holder = new Holder(own, UsersTable);
        Func<MigrationContext, CancellationToken, Task>[] functions =
        [
            holder.WriteAsync,
            (_, token) => own.PutItemAsync(UsersTable, new() { ["user_id"] = new(note) }, token),
            (_, token) => new DynamoDbUserStore<User>(own, Bench.StoreOptions).CreateAsync(new User(), token),
            holder.CaptureLocal(note),
            new Containing(new IAmazonDynamoDB[] { own }, UsersTable).WriteAsync,
            new Containing(new Dictionary<string, IAmazonDynamoDB> { ["client"] = own }, UsersTable).WriteAsync,
            new Containing(new HashSet<IAmazonDynamoDB> { own }, UsersTable).WriteAsync,
            new Containing((own, 1), UsersTable).WriteAsync,
            new Containing(Task.FromResult(own), UsersTable).WriteAsync,
            async (_, token) =>
            {
                try
                {
                    await own.DeleteTableAsync(UsersTable, token);
                }
                catch (InvalidOperationException)
                {
                    // A migration that ignores the rejection is rejected as well.
                }
            },
        ];

        await ShouldBeRejectedAsync(list => list.Add(typedAsBase));
        await ShouldBeRejectedAsync(list => list.Add<ByFactory>(), services => services.AddSingleton<IRepository>(_ => new Repository(holder)));
        foreach (Func<MigrationContext, CancellationToken, Task> function in functions)
            await ShouldBeRejectedAsync(list => list.Add("1_writes", function));

        (await ScanAsync(UsersTable)).Should().BeEmpty();
        await own.PutItemAsync(UsersTable, new() { ["user_id"] = new("after") }); // only dry runs are guarded

        async Task ShouldBeRejectedAsync(Action<MigrationList> add, Action<IServiceCollection>? configure = null)
        {
            MigrationBench bench = Bench.AsOtherVersion();
            add(bench.Options.Migrations);
            configure?.Invoke(bench.Services);
            await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotRecordable, () => bench.NewRunner().PlanAsync(), "1_writes");
        }
    }

    [Migration("1_writes")]
    private sealed class WithClient(IAmazonDynamoDB client, string table) : Migration
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
            => client.PutItemAsync(table, new() { ["user_id"] = new("fake-1") }, cancellationToken);
    }

    [Migration("1_writes")]
    private sealed class ByFactory(IRepository repository) : Migration
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
            => repository.WriteAsync(cancellationToken);
    }

    private interface IRepository
    {
        Task WriteAsync(CancellationToken cancellationToken);
    }

    private sealed class Repository(Holder holder) : IRepository
    {
        public Task WriteAsync(CancellationToken cancellationToken) => holder.WriteAsync(null!, cancellationToken);
    }

    private sealed class Containing(object holding, string table)
    {
        public Task WriteAsync(MigrationContext context, CancellationToken cancellationToken)
        {
            IAmazonDynamoDB client = holding switch
            {
                IAmazonDynamoDB[] clients => clients[0],
                Dictionary<string, IAmazonDynamoDB> named => named["client"],
                HashSet<IAmazonDynamoDB> set => set.Single(),
                (AmazonDynamoDBClient first, int _) => first,
                Task<AmazonDynamoDBClient> task => task.Result,
                _ => throw new NotSupportedException(),
            };
            return client.PutItemAsync(table, new() { ["user_id"] = new("fake-1") }, cancellationToken);
        }
    }

    private sealed class Holder(IAmazonDynamoDB client, string table)
    {
        public Task WriteAsync(MigrationContext context, CancellationToken cancellationToken)
            => client.PutItemAsync(table, new() { ["user_id"] = new("fake-1") }, cancellationToken);

        public Func<MigrationContext, CancellationToken, Task> CaptureLocal(string local)
            => (_, token) => client.PutItemAsync(table, new() { ["user_id"] = new(local) }, token);
    }
}

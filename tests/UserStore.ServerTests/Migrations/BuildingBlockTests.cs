using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;

namespace UserStore.ServerTests.Migrations;

/// <summary>Building blocks repeat no work and resume after a process that ended at any of their requests.</summary>
public sealed class BuildingBlockTests : MigrationServerTest
{
    private const int MaxRequests = 40;

    private static readonly AttributeDefinition[] CityKeys = [new("user_id", ScalarAttributeType.S), new("city", ScalarAttributeType.S)];

    private static readonly CreateGlobalSecondaryIndexAction CityIndex = new()
    {
        IndexName = "city-index",
        KeySchema = [new("city", KeyType.HASH)],
        Projection = new Projection { ProjectionType = ProjectionType.KEYS_ONLY },
    };

    private static readonly Dictionary<string, Func<MigrationContext, CancellationToken, Task>> Blocks = new()
    {
        ["create the tables"] = (context, token) => context.CreateTablesAsync(token),
        ["create a table"] = (context, token) => context.CreateTableAsync(Definition(context.TableName("Other")), token),
        ["create an index of the model"] = async (context, token) =>
        {
            await context.CreateTableAsync(Definition(context.UsersTable), token);
            await context.CreateIndexAsync("email-index", token);
            await context.CreateIndexAsync("status-index", token);
        },
        ["create and delete an index"] = async (context, token) =>
        {
            await context.CreateTableAsync(Definition(context.UsersTable), token);
            await context.CreateIndexAsync(context.UsersTable, CityIndex, CityKeys, token);
            await context.DeleteIndexAsync(context.UsersTable, "city-index", token);
        },
        ["enable stream and time to live"] = async (context, token) =>
        {
            await context.CreateTableAsync(Definition(context.UsersTable), token);
            await context.EnableStreamAsync(context.UsersTable, TableStreamViewType.NewAndOldImages, token);
            await context.EnableTimeToLiveAsync(context.UsersTable, "expires_at", token);
        },
        ["delete a table"] = async (context, token) =>
        {
            await context.CreateTableAsync(Definition(context.TableName("Other")), token);
            await context.DeleteTableAsync(context.TableName("Other"), token);
            await context.DeleteTableAsync(context.TableName("Other"), token);
        },
    };

    public static TheoryData<string, bool> Cuts => EachTwice(Blocks.Keys);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_building_block_that_was_interrupted_at_any_request_is_completed_by_the_next_run(string block, bool isRequestApplied)
    {
        await RunAsync(Blocks[block]);
        string wanted = await TablesAsync();

        int cuts = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            await DeleteTablesAsync();
            using var process = new CancellationTokenSource();
            CutAt(request, isRequestApplied, process.CancelAsync);
            bool isCut = false;
            try
            {
                await Blocks[block](CreateContext(), process.Token);
            }
            catch (OperationCanceledException)
            {
                isCut = true;
            }

            Wire.Clear();
            if (isCut)
            {
                await Blocks[block](CreateContext(), CancellationToken.None);
                (await TablesAsync()).Should().Be(wanted);
            }

            return isCut;
        });

        cuts.Should().BeGreaterThan(1, "the first cuts must hit");
    }

    [Fact]
    public async Task A_building_block_without_work_changes_nothing()
    {
        foreach (
            Func<MigrationContext,
            CancellationToken,
            Task> block in Blocks.Where(block => !block.Key.Contains("delete")).Select(block => block.Value))
        {
            await block(CreateContext(), CancellationToken.None);
        }

        Sent();

        foreach (
            Func<MigrationContext,
            CancellationToken,
            Task> block in Blocks.Where(block => !block.Key.Contains("delete")).Select(block => block.Value))
        {
            await block(CreateContext(), CancellationToken.None);
        }

        Sent().Distinct().Should().BeEquivalentTo("DescribeTable", "DescribeTimeToLive");
    }

    [Fact]
    public async Task Mismatches_are_reported_by_name()
    {
        MigrationContext context = CreateContext();
        await context.CreateTableAsync(Definition(UsersTable));
        await context.EnableStreamAsync(UsersTable, TableStreamViewType.KeysOnly);
        await context.EnableTimeToLiveAsync(UsersTable, "other");
        await context.CreateIndexAsync(
            UsersTable,
            new CreateGlobalSecondaryIndexAction
            {
                IndexName = "email-index",
                KeySchema = [new("city", KeyType.HASH)],
                Projection = new Projection { ProjectionType = ProjectionType.ALL },
            },
            CityKeys);

        (await SchemaErrorAsync(() => context.EnableStreamAsync(UsersTable, TableStreamViewType.NewImage)))
            .Should().Contain("KEYS_ONLY").And.Contain("NEW_IMAGE");
        (await SchemaErrorAsync(() => context.EnableTimeToLiveAsync(UsersTable, "expires_at"))).Should().Contain("'other'");
        (await SchemaErrorAsync(() => context.CreateIndexAsync("email-index"))).Should().Contain("email-index").And.Contain("other keys");
        (await SchemaErrorAsync(() => context.DeleteIndexAsync(UsersTable + "-none", "city-index"))).Should().Contain("does not exist");
        (await SchemaErrorAsync(() => context.EnableStreamAsync(UsersTable + "-none", TableStreamViewType.NewImage))).Should().Contain("does not exist");
        await context.Invoking(one => one.CreateIndexAsync("no-index")).Should().ThrowAsync<InvalidUserException>();
    }

    [Fact]
    public async Task A_migration_uses_the_store_with_its_own_client()
    {
        await RunAsync(async (context, token) =>
        {
            await context.CreateTablesAsync(token);
            await context.OpenStore<User>().CreateAsync(new User { UserId = "fake-1", Email = "ada@example.test" }, token);
        });

        (await ScanAsync(UsersTable)).Should().ContainSingle();
    }

    [Fact]
    public async Task The_client_rejects_requests_after_the_lock_is_lost()
    {
        await CreateUsersAsync();
        Func<Task> run = () => RunAsync(async (context, token) =>
        {
            await Bench.NewRunner().UnlockAsync("the test wants it", CancellationToken.None);
            await MigrationBench.IsCancelledAsync(token);
            Wire.Clear();
            await context.Client.Invoking(
                client => client.PutItemAsync(context.UsersTable, [])).Should().ThrowAsync<MigrationLeaseLostException>();
            await context.Invoking(one => one.CreateTablesAsync(CancellationToken.None)).Should().ThrowAsync<MigrationLeaseLostException>();
            Sent().Should().BeEmpty();
        });

        await run.Should().ThrowAsync<MigrationLeaseLostException>();
    }

    /// <summary>Creates a context for a migration without a runner, whose own requests would be counted.</summary>
    private MigrationContext CreateContext()
    {
        MigrationTarget target = Bench.Open();
        var attempt = new MigrationAttempt(
            new MigrationStep("1_test", MigrationAction.Apply),
            target,
            Client,
            new AttemptCheckpoints(target.Checkpoints, lease: null, new MigrationEntry { Id = "1_test" }),
            Bench.Host);
        return new MigrationContext(attempt, Bench.Options.TableTimeout);
    }

    private async Task<string> TablesAsync()
    {
        var described = new List<string>();
        foreach (string name in (await TableNamesAsync()).Where(name => !name.Contains("_migrations", StringComparison.Ordinal)))
        {
            TableDescription table = (await Server.Client.DescribeTableAsync(name)).Table;
            TimeToLiveDescription? expiry = (await Server.Client.DescribeTimeToLiveAsync(name)).TimeToLiveDescription;
            string indexes = string.Join(",", (table.GlobalSecondaryIndexes ?? []).Select(index => index.IndexName).Order());
            described.Add($"{name} {table.KeySchema[0].AttributeName} [{indexes}] {table.StreamSpecification?.StreamViewType} {expiry?.AttributeName}");
        }

        return string.Join("; ", described.Order(StringComparer.Ordinal));
    }

    private async Task DeleteTablesAsync()
    {
        foreach (string name in (await TableNamesAsync()).Where(name => !name.Contains("_migrations", StringComparison.Ordinal)))
            await Server.Client.DeleteTableAsync(name);
    }

    private static CreateTableRequest Definition(string name) => new()
    {
        TableName = name,
        KeySchema = [new("user_id", KeyType.HASH)],
        AttributeDefinitions = [new("user_id", ScalarAttributeType.S)],
        BillingMode = BillingMode.PAY_PER_REQUEST,
    };

    private static async Task<string> SchemaErrorAsync(Func<Task> block)
        => (await block.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message;
}

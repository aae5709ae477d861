using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

/// <summary>Dry runs, which must not change the server: the wire observes every request.</summary>
public sealed class DryRunTests : MigrationServerTest
{
    private static readonly string[] Reads =
        ["DescribeTable", "DescribeTimeToLive", "GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems", "ListTables"];

    [Fact]
    public async Task A_dry_run_without_tables_writes_nothing()
    {
        AddAll();

        MigrationPlan plan = await Bench.NewRunner().PlanAsync();

        Sent().Should().OnlyContain(operation => Reads.Contains(operation));
        (await TableNamesAsync()).Should().BeEmpty();
        plan.IsAdvisory.Should().BeTrue();
        plan.Steps.Should().HaveCount(4);
        plan.Requests.Select(request => request.ToString()).Should().Contain(
        [
            $"1_create: CreateTable {UsersTable}",
            $"1_create: UpdateTimeToLive {UsersTable} on expires_at",
            $"3_own: CreateTable {UsersTable}-other",
            $"3_own: UpdateTable {UsersTable}-other + index city-index",
            $"3_own: UpdateTable {UsersTable}-other - index city-index",
            $"3_own: DeleteTable {UsersTable}-other",
        ]);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_to_existing_tables()
    {
        IUserStore<User> store = await CreateUsersAsync(60);
        User before = await store.GetAsync("fake-001");
        AddAll();

        MigrationPlan plan = await Bench.NewRunner().PlanAsync();

        IReadOnlyList<string> sent = Sent();
        sent.Should().OnlyContain(operation => Reads.Contains(operation)).And.Contain("Scan");
        (await TableNamesAsync()).Should().BeEquivalentTo(UsersTable, Bench.StoreOptions.TableNamePrefix + "UserReservations");
        (await store.GetAsync("fake-001")).Should().Be(before);
        plan.Requests.Count(
            request => request is { MigrationId: "4_fill", Operation: "UpdateItem" }).Should().BeInRange(1, 50, "one page is read");
        plan.Requests.Should().OnlyContain(request => !request.ToString().Contains("Fake User"));
        plan.RequestCount.Should().Be(plan.Requests.Count);
    }

    [Fact]
    public async Task Every_write_request_of_a_migration_is_recorded_and_its_reads_are_sent()
    {
        await CreateUsersAsync(2);
        var read = new List<string>();
        Bench.Options.Migrations.Add("1_any", async (context, token) =>
        {
            IAmazonDynamoDB client = context.Client;
            Dictionary<string, AttributeValue> key = new() { ["user_id"] = new("fake-000") };
            await client.PutItemAsync(context.UsersTable, key, token);
            await client.DeleteItemAsync(context.UsersTable, key, token);
            await client.BatchWriteItemAsync(
                new Dictionary<string, List<WriteRequest>> { [context.UsersTable] = [new(new PutRequest(key))] }, token);
            await client.TransactWriteItemsAsync(
                new() { TransactItems = [new() { Put = new() { TableName = context.UsersTable, Item = key } }] }, token);
            IUserStore<User> store = context.OpenStore<User>();
            await store.CreateAsync(new User { Email = "ada@example.test" }, token);
            User patched = await store.UpdateAsync("fake-000", new UserPatch<User>().Set(user => user.Name, "x"), token);
            await store.DeleteAsync("fake-001", cancellationToken: token);
            read.Add(patched.Name!);
            read.Add((await store.GetAsync("fake-001", cancellationToken: token)).Name!);
            read.Add($"{(await client.ScanAsync(new ScanRequest(context.UsersTable), token)).Items.Count}");
            BatchGetItemResponse batch = await client.BatchGetItemAsync(
                new Dictionary<string, KeysAndAttributes> { [context.UsersTable] = new() { Keys = [key] } }, token);
            read.Add($"{batch.Responses[context.UsersTable].Count}");
            TransactGetItemsResponse both = await client.TransactGetItemsAsync(
                new() { TransactItems = [new() { Get = new() { TableName = context.UsersTable, Key = key } }] }, token);
            read.Add(both.Responses[0].Item["name"].S);
            await client.Invoking(
                one => one.CreateBackupAsync(new CreateBackupRequest(), token)).Should().ThrowAsync<NotSupportedException>();
        });

        MigrationPlan plan = await Bench.NewRunner().PlanAsync();

        plan.Requests.Select(request => request.Operation).Should().Equal(
            "PutItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "TransactWriteItems", "UpdateItem", "DeleteItem");
        read.Should().Equal("Fake User 0", "Fake User 1", "2", "1", "Fake User 0");
        Sent().Should().OnlyContain(operation => Reads.Contains(operation));
    }

    [Fact]
    public async Task Tables_that_a_dry_run_would_create_appear_empty_to_later_migrations()
    {
        Bench.Options.AllowReset = true;
        Bench.Options.Migrations.AddCreateTables("1_create");
        Bench.Options.Migrations.Add("2_reads", async (context, token) =>
        {
            (await context.OpenStore<User>().FindByEmailAsync("ada@example.test", cancellationToken: token)).Should().BeNull();
            (await context.OpenStore<User>().FindByEmailAsync("ada@example.test", ReadConsistency.Strong, token)).Should().BeNull();
            (await context.OpenStore<User>().FindManyAsync(["fake-1"], cancellationToken: token).ReadAllAsync()).Single().User.Should().BeNull();
            await context.DeleteTableAsync(context.UsersTable, token);
            await context.Client.Invoking(
                client => client.DescribeTableAsync(context.UsersTable, token)).Should().ThrowAsync<ResourceNotFoundException>();
        });

        MigrationPlan plan = await Bench.NewRunner().PlanAsync();

        plan.Requests[^1].Operation.Should().Be("DeleteTable");
    }

    [Fact]
    public async Task A_migration_that_fails_in_a_dry_run_is_reported()
    {
        Bench.Options.Migrations.Add("1_fails", (_, _) => throw new TimeoutException());

        MigrationFailedException failed = (
            await Bench.Invoking(bench => bench.NewRunner().PlanAsync()).Should().ThrowAsync<MigrationFailedException>()).Which;

        (failed.MigrationId, failed.IsDryRun).Should().Be(("1_fails", true));
        failed.Message.Should().Contain("nothing was changed");
        (await TableNamesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_dry_run_of_a_backfill_records_the_first_page_whatever_the_number_of_segments_is()
    {
        await CreateUsersAsync(3);
        Bench.Options.Migrations.Add("1_fill", (context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "fill",
                TableName = context.UsersTable,
                Transform = (item, _) =>
                {
                    item["city"] = new AttributeValue("Ames");
                    return ValueTask.CompletedTask;
                },
                Options = new BackfillOptions { TotalSegments = 64 },
            },
            token));

        (await Bench.NewRunner().PlanAsync()).RequestCount.Should().Be(3);
    }

    [Fact]
    public async Task A_dry_run_of_building_blocks_reads_one_page()
    {
        IUserStore<User> store = await CreateUsersAsync();
        for (int i = 0; i < 150; i++)
            await store.CreateAsync(new User { Email = $"fake-{i}@example.test" });
        Bench.Options.Migrations.AddReserveUniqueValues();
        Wire.Clear();

        await Bench.NewRunner().PlanAsync();

        Sent().Count(operation => operation == "Scan").Should().Be(1);
        Sent().Count(operation => operation == "TransactGetItems").Should().BeLessThanOrEqualTo(100);
    }

    private void AddAll()
    {
        string other = UsersTable + "-other";
        Bench.Options.Migrations.AddCreateTables("1_create").AddReserveUniqueValues("2_reserve");
        Bench.Options.Migrations.Add("3_own", async (context, token) =>
        {
            await context.CreateTableAsync(
                new CreateTableRequest
                {
                    TableName = other,
                    KeySchema = [new("user_id", KeyType.HASH)],
                    AttributeDefinitions = [new("user_id", ScalarAttributeType.S)],
                },
                token);
            await context.CreateIndexAsync(
                other,
                new CreateGlobalSecondaryIndexAction { IndexName = "city-index", KeySchema = [new("city", KeyType.HASH)] },
                [new("city", ScalarAttributeType.S)],
                token);
            await context.EnableStreamAsync(other, TableStreamViewType.KeysOnly, token);
            await context.EnableTimeToLiveAsync(other, "gone_at", token);
            await context.DeleteIndexAsync(other, "city-index", token);
            await context.DeleteTableAsync(other, token);
        });
        Bench.Options.Migrations.Add("4_fill", (context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "fill",
                TableName = context.UsersTable,
                Transform = (item, _) =>
                {
                    item["filled"] = new("yes");
                    return ValueTask.CompletedTask;
                },
                Options = new BackfillOptions { TotalSegments = 1 },
            },
            token));
    }
}

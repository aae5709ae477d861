using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

public sealed class BackfillPoisonTests : BackfillTest
{
    [Fact]
    public async Task Poison_items_are_recorded_up_to_the_limit_and_left_unchanged()
    {
        IUserStore<User> store = await CreateUsersAsync(40);
        BackfillResult? result = null;
        Backfill backfill = Shouting() with
        {
            Transform = (item, _) => item["user_id"].S is "fake-003" or "fake-033" ? throw new FormatException("of Fake User") : Shout(item),
            Options = new BackfillOptions { MaxPoisonItems = 2 },
        };

        await RunAsync(async (context, token) => result = await context.BackfillAsync(backfill, token));

        result!.Poison.Select(item => item.Key["user_id"].S).Should().BeEquivalentTo("fake-003", "fake-033");
        result.Poison.Should().OnlyContain(item => item.Error == "FormatException" && item.ToString() == "FormatException");
        (result.Read, result.Changed).Should().Be((40, 38));
        (await store.GetAsync("fake-003")).Name.Should().Be("Fake User 3");
    }

    [Fact]
    public async Task More_poison_items_than_allowed_end_the_migration_and_are_recorded()
    {
        await CreateUsersAsync(20);
        Backfill backfill = Shouting() with { Transform = (item, _) => item["user_id"].S == "fake-003" ? throw new FormatException() : Shout(item) };

        Func<Task> run = () => RunAsync((context, token) => context.BackfillAsync(backfill, token));

        BackfillFailedException failed = (BackfillFailedException)(
            await run.Should().ThrowAsync<MigrationFailedException>()).Which.InnerException!;
        (failed.MigrationId, failed.Backfill).Should().Be(("1_test", "shout"));
        failed.Poison.Should().ContainSingle().Which.Key["user_id"].S.Should().Be("fake-003");
        failed.Message.Should().NotContain("fake-003");
        (await ScanAsync(LockTable)).Where(item => item.ContainsKey("error")).Should().ContainSingle()
            .Which["key"].M["user_id"].S.Should().Be("fake-003");
        backfill = Shouting();
        await run();
        (await ScanAsync(UsersTable)).Should().OnlyContain(item => IsShouted(item["name"].S));
    }

    [Fact]
    public async Task Poison_items_of_pages_that_were_done_are_processed_again_by_the_next_run()
    {
        await CreateUsersAsync(20);
        string[] poison = ["fake-003", "fake-004", "fake-005"];
        BackfillResult? result = null;
        Func<Task> run = () => RunAsync(async (context, token) => result = await context.BackfillAsync(
            ShoutingExcept(() => poison, new BackfillOptions { MaxPoisonItems = 2, TotalSegments = 1, PageSize = 1 }),
            token));
        await run.Should().ThrowAsync<MigrationFailedException>();

        poison = [];
        await run();

        (result!.Read, result.Changed).Should().Be((20, 20));
        result.Poison.Should().BeEmpty();
        (await ScanAsync(UsersTable)).Should().OnlyContain(item => IsShouted(item["name"].S));
        (await ScanAsync(LockTable)).Should().ContainSingle("nothing is left to list");
    }

    [Fact]
    public async Task Poison_items_are_counted_in_the_journal_and_listed_with_their_keys()
    {
        await CreateUsersAsync(20);
        string[] poison = ["fake-003", "fake-004"];
        int max = 1;
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.Add("1_shout", (context, token) => context.BackfillAsync(
            ShoutingExcept(() => poison, new BackfillOptions { MaxPoisonItems = max, TotalSegments = 1 }),
            token));
        await bench.Invoking(_ => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>();
        int failed = (await bench.EntryAsync("1_shout")).PoisonItems, failing = (await bench.NewRunner().GetPoisonItemsAsync("1_shout")).Count;
        max = 2;

        MigrationRun run = await bench.NewRunner().RunAsync();

        (failed, failing).Should().Be((2, 2));
        run.Steps.Should().ContainSingle().Which.PoisonItems.Should().Be(2);
        (await bench.EntryAsync("1_shout")).PoisonItems.Should().Be(2);
        (await bench.NewRunner().GetPoisonItemsAsync("1_shout")).Select(item => item.Key["user_id"].S).Should().BeEquivalentTo(poison);
        (await bench.NewRunner().GetPoisonItemsAsync("2_other")).Should().BeEmpty();
    }

    [Fact]
    public async Task Poison_items_of_an_earlier_execution_are_neither_listed_nor_kept()
    {
        await CreateUsersAsync(20);
        string[] poison = ["fake-003", "fake-004"];
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.Add("1_shout", (context, token) => context.BackfillAsync(
            ShoutingExcept(() => poison, new BackfillOptions { MaxPoisonItems = 2, TotalSegments = 1 }),
            token));
        await bench.NewRunner().RunAsync();

        await bench.NewRunner().RepairAsync("1_shout", MigrationRepair.MarkFailed, "the names were corrected");
        int repaired = (await bench.EntryAsync("1_shout")).PoisonItems, listed = (await bench.NewRunner().GetPoisonItemsAsync("1_shout")).Count;
        poison = ["fake-005"];
        await bench.NewRunner().RunAsync();

        (repaired, listed).Should().Be((0, 0));
        (await bench.EntryAsync("1_shout")).PoisonItems.Should().Be(1);
        (await bench.NewRunner().GetPoisonItemsAsync("1_shout")).Should().ContainSingle().Which.Key["user_id"].S.Should().Be("fake-005");
        (await ScanAsync(LockTable)).Should().ContainSingle(item => item.ContainsKey("error"), "the others are deleted");
    }

    [Fact]
    public async Task Two_backfills_of_a_migration_cannot_share_a_mark()
    {
        await CreateUsersAsync(1);

        Func<Task> run = () => RunAsync(async (context, token) =>
        {
            await context.BackfillAsync(Shouting() with { Mark = "done" }, token);
            await context.BackfillAsync(Shouting() with { Name = "again", Mark = "done" }, token);
        });

        (await run.Should().ThrowAsync<MigrationFailedException>()).Which.InnerException.Should().BeOfType<ArgumentException>();
    }

    [Fact]
    public async Task Any_number_of_poison_items_with_keys_of_any_length_is_recorded()
    {
        const int Count = 400;
        string table = UsersTable + "-long";
        await CreateUsersAsync();
        await Server.Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            KeySchema = [new("id", KeyType.HASH), new("at", KeyType.RANGE)],
            AttributeDefinitions = [new("id", ScalarAttributeType.S), new("at", ScalarAttributeType.S)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        await Parallel.ForAsync(0, Count, async (i, token) => await Server.Client.PutItemAsync(
            table, new() { ["id"] = new($"{i:0000}{new string('k', 2000)}"), ["at"] = new(new string('s', 1000)) }, token));
        bool isBroken = true;
        BackfillResult? result = null;
        Func<Task> run = () => RunAsync(async (context, token) => result = await context.BackfillAsync(
            new Backfill
            {
                Name = "none",
                TableName = table,
                Transform = (item, _) => item["id"].S.StartsWith("0399", StringComparison.Ordinal) && isBroken
                    ? throw new UserStoreUnavailableException("an injected fault")
                    : throw new FormatException(),
                Options = new BackfillOptions { MaxPoisonItems = 1000, PageSize = 100, TotalSegments = 1 },
            },
            token));

        await run.Should().ThrowAsync<MigrationFailedException>();
        isBroken = false;
        await run();

        result!.Poison.Select(item => item.Key["id"].S[..4]).Should().BeEquivalentTo(Enumerable.Range(0, Count).Select(i => $"{i:0000}"));
        (await ScanAsync(LockTable)).Count(item => item.ContainsKey("error")).Should().Be(Count, "the list of a completed migration is kept");
    }

    [Fact]
    public async Task Poison_items_of_a_page_that_was_corrected_are_forgotten()
    {
        await CreateUsersAsync(20);
        string[] poison = ["fake-003", "fake-004", "fake-005"];
        BackfillResult? result = null;
        Func<Task> run = () => RunAsync(async (context, token) => result = await context.BackfillAsync(
            ShoutingExcept(() => poison, new BackfillOptions { MaxPoisonItems = 1, TotalSegments = 1 }),
            token));
        await run.Should().ThrowAsync<MigrationFailedException>();
        (await ScanAsync(LockTable)).Count(item => item.ContainsKey("error")).Should().Be(3);

        poison = ["fake-004"];
        await run();

        result!.Poison.Should().ContainSingle().Which.Key["user_id"].S.Should().Be("fake-004");
        (await ScanAsync(LockTable)).Where(item => item.ContainsKey("error")).Should().ContainSingle()
            .Which["key"].M["user_id"].S.Should().Be("fake-004");
    }

    [Theory]
    [InlineData("user_id")]
    [InlineData("email")]
    public async Task A_key_or_a_reserved_email_is_not_changed(string attribute)
    {
        await CreateUsersAsync(1);
        BackfillResult? result = null;
        Backfill backfill = Shouting() with
        {
            Transform = (item, _) =>
            {
                item[attribute] = new("other@example.test");
                return ValueTask.CompletedTask;
            },
            Options = new BackfillOptions { MaxPoisonItems = 1 },
        };

        await RunAsync(async (context, token) => result = await context.BackfillAsync(backfill, token));

        result!.Poison.Should().ContainSingle().Which.Error.Should().Contain("InvalidBackfillChangeException: The transform changes");
        (await ScanAsync(UsersTable)).Should().ContainSingle().Which["user_id"].S.Should().Be("fake-000");
    }

    [Fact]
    public async Task An_item_that_becomes_too_large_is_poison()
    {
        await CreateUsersAsync(2);
        BackfillResult? result = null;
        Backfill backfill = Shouting() with
        {
            Transform = (item, _) =>
            {
                item["bulk"] = new(new string('x', item["user_id"].S == "fake-001" ? 410_000 : 1));
                return ValueTask.CompletedTask;
            },
            Options = new BackfillOptions { MaxPoisonItems = 1 },
        };

        await RunAsync(async (context, token) => result = await context.BackfillAsync(backfill, token));

        result!.Poison.Should().ContainSingle().Which.Error.Should().Contain("InvalidUserException");
    }

    private Backfill ShoutingExcept(Func<IEnumerable<string>> poison, BackfillOptions options) => Shouting() with
    {
        Transform = (item, _) => poison().Contains(item["user_id"].S) ? throw new FormatException() : Shout(item),
        Options = options,
    };
}

using System.Collections.Concurrent;
using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

/// <summary>Backfills while other programs write: nothing is derived from values that are out of date, and nobody overwrites a backfill
/// unknowingly.</summary>
public sealed class BackfillConflictTests : BackfillTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_value_derived_from_attributes_that_another_program_changes_is_derived_again(bool isUsersTable)
    {
        const int Count = 40;
        await CreateUsersAsync();
        string table = isUsersTable ? UsersTable : UsersTable + "-other";
        if (!isUsersTable)
            await CreateExternalTableAsync(table, "user_id");
        for (int i = 0; i < Count; i++)
            await PutAsync(table, ("user_id", $"fake-{i}"), ("first", "Ada"), ("last", "Old"));
        var visited = new ConcurrentDictionary<string, bool>();

        await RunAsync((context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "full",
                TableName = table,
                Transform = async (item, _) =>
                {
                    item["full"] = new AttributeValue($"{item["first"].S} {item["last"].S}");
                    if (visited.TryAdd(item["user_id"].S, true))
                        await SetAsync(table, item["user_id"].S, "last", new AttributeValue("New"));
                },
            },
            token));

        (await ScanAsync(table)).Should().HaveCount(Count).And.OnlyContain(item => item["full"].S == "Ada New");
    }

    [Fact]
    public async Task A_value_derived_from_the_absence_of_an_attribute_is_derived_again()
    {
        await CreateUsersAsync();
        await PutAsync(UsersTable, ("user_id", "fake-1"));
        bool isFirst = true;

        await RunAsync((context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "plan",
                TableName = UsersTable,
                Transform = async (item, _) =>
                {
                    item["plan"] = new AttributeValue(item.ContainsKey("paid") ? "gold" : "free");
                    if (isFirst)
                        await SetAsync(UsersTable, "fake-1", "paid", new AttributeValue { BOOL = true });
                    isFirst = false;
                },
            },
            token));

        (await ScanAsync(UsersTable)).Single()["plan"].S.Should().Be("gold");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("seven")]
    public async Task A_user_without_a_version_gets_one_so_that_nobody_overwrites_the_backfill_unknowingly(string? version)
    {
        IUserStore<User> store = await CreateUsersAsync();
        await PutAsync(UsersTable, ("user_id", "fake-1"), ("name", "Fake User"), ("status", "active"));
        if (version is not null)
            await SetAsync(UsersTable, "fake-1", "version", new AttributeValue(version));
        User? before = version is null ? await store.GetAsync("fake-1") : null;

        await RunAsync((context, token) => context.BackfillAsync(
            Shouting() with
            {
                Transform = (item, _) =>
                {
                    item["status"] = new AttributeValue("suspended");
                    return ValueTask.CompletedTask;
                },
            },
            token));

        User after = await store.GetAsync("fake-1");
        (after.Status, after.Version).Should().Be(("suspended", 1));
        if (before is not null)
            await store.Invoking(other => other.UpdateAsync(before with { Name = "Late" })).Should().ThrowAsync<UserConflictException>();
        (await store.UpdateAsync(after with { Name = "In time" })).Version.Should().Be(2);
    }

    [Fact]
    public async Task Marks_survive_a_repair_that_starts_the_migration_over()
    {
        await CreateUsersAsync(200);
        int seen = 0;
        bool isBroken = true;
        Func<MigrationContext, CancellationToken, Task> count = (context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "count",
                TableName = UsersTable,
                Mark = "counted",
                Options = new BackfillOptions { TotalSegments = 2, PageSize = 10 },
                Transform = (item, _) =>
                {
                    if (isBroken && Interlocked.Increment(ref seen) == 150)
                        throw new UserStoreUnavailableException("an injected fault");
                    item["n"] = new() { N = item.TryGetValue("n", out AttributeValue? n) ? $"{int.Parse(n.N, null) + 1}" : "1" };
                    return ValueTask.CompletedTask;
                },
            },
            token);
        Bench.Options.Migrations.Add("1_count", count, (_, _) => Task.CompletedTask);
        await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>();
        isBroken = false;
        await Bench.NewRunner().RepairAsync("1_count", MigrationRepair.MarkFailed, "start over");

        await Bench.NewRunner().RunAsync();

        (await ScanAsync(UsersTable)).Should().HaveCount(200).And.OnlyContain(item => item["n"].N == "1");
        await Bench.NewRunner().RunAsync(MigrationPlanner.Redo);
        (await ScanAsync(UsersTable)).Should().OnlyContain(item => item["n"].N == "2", "a migration that was undone is applied again");
    }

    [Fact]
    public async Task A_change_whose_condition_is_too_long_is_rejected_before_anything_is_written()
    {
        await CreateUsersAsync(2);
        BackfillResult? result = null;

        await RunAsync(async (context, token) => result = await context.BackfillAsync(
            Shouting() with
            {
                Transform = (item, _) =>
                {
                    int attributes = item["user_id"].S == "fake-001" ? 200 : 60;
                    for (int i = 0; i < attributes; i++)
                        item.TryAdd($"added_{i}", new AttributeValue("x"));
                    return ValueTask.CompletedTask;
                },
                Options = new BackfillOptions { MaxPoisonItems = 1 },
            },
            token));

        result!.Changed.Should().Be(1);
        result.Poison.Should().ContainSingle().Which.Error.Should().Contain("InvalidBackfillChangeException").And.Contain("4096");
        (await ScanAsync(UsersTable)).Single(item => item["user_id"].S == "fake-001").Keys.Should().NotContain(name => name.StartsWith("added_"));
    }

    private static Task SetAsync(string table, string userId, string attribute, AttributeValue value) => Server.Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = table,
        Key = new() { ["user_id"] = new(userId) },
        UpdateExpression = "SET #name = :value",
        ExpressionAttributeNames = new() { ["#name"] = attribute },
        ExpressionAttributeValues = new() { [":value"] = value },
    });
}

using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

/// <summary>Journals and locks of another library, in both of its formats, and those of a later version.</summary>
public sealed class MigrationAdoptionTests : MigrationServerTest
{
    [Theory]
    [InlineData("id", "dirty")]
    [InlineData("ID", "Dirty")]
    public async Task Migrations_that_another_library_applied_are_applied_and_its_dirty_entries_are_running(string key, string flag)
    {
        await CreateExternalTableAsync(Journal, key);
        await CreateExternalTableAsync(LockTable, key);
        await Server.Client.PutItemAsync(Journal, new() { [key] = new("20250401120000"), [flag] = new() { BOOL = false } });
        await Server.Client.PutItemAsync(Journal, new() { [key] = new("20250402120000"), [flag] = new() { BOOL = true } });
        Bench.Add("20250401120000", "20250402120000", "20250403120000_new");

        MigrationDirtyException dirty = (
            await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationDirtyException>()).Which;
        await Bench.NewRunner().RepairAsync("20250402120000", MigrationRepair.MarkApplied, "looked at it");
        await Bench.NewRunner().RunAsync();
        await Bench.NewRunner().RunAsync(MigrationPlanner.To("20250401120000"));

        (dirty.MigrationId, dirty.Entry.State).Should().Be(("20250402120000", MigrationState.Running));
        dirty.Message.Should().Contain("another program");
        Bench.Ran.Should().Equal("+20250403120000_new", "-20250403120000_new", "-20250402120000");
        Dictionary<string, bool?> flags = (await ScanAsync(Journal)).ToDictionary(
            item => item[key].S, item => (item.GetValueOrDefault("dirty") ?? item[flag]).BOOL);
        flags.Should().BeEquivalentTo(new Dictionary<string, bool?>
        {
            ["20250401120000"] = false,
            ["20250402120000"] = true,
            ["20250403120000_new"] = true,
        }, "the other library takes nothing for applied that is not");
    }

    [Fact]
    public async Task Migrations_that_another_library_applied_are_undone_in_the_order_of_their_ids()
    {
        Bench.Add("1_a", "2_b");
        await Bench.NewRunner().RunAsync();
        await Bench.NewRunner().HandOverAsync();
        await Server.Client.PutItemAsync(Journal, new() { ["id"] = new("3_c"), ["dirty"] = new() { BOOL = false } });
        await Server.Client.PutItemAsync(Journal, new() { ["id"] = new("4_d"), ["dirty"] = new() { BOOL = false } });
        Bench.Add("3_c", "4_d");
        await Bench.NewRunner().RepairAsync("3_c", MigrationRepair.MarkFailed, "it was wrong");

        await Bench.NewRunner().RunAsync(MigrationPlanner.Step(-4));

        Bench.Ran.Skip(2).Should().Equal("-4_d", "-3_c", "-2_b", "-1_a");
    }

    [Fact]
    public async Task Fencing_numbers_grow_whatever_becomes_of_the_row_of_the_lock()
    {
        Bench.Add("1_a");
        for (int i = 0; i < 3; i++)
            await Bench.NewRunner().RunAsync();
        await Bench.NewRunner().HandOverAsync();
        await Server.Client.PutItemAsync(LockTable, new() { ["id"] = new("migrations") }); // that the other library leaves behind
        await Bench.NewRunner().UnlockAsync("it has ended");
        (await Bench.NewRunner().GetStatusAsync()).Lock.Fence.Should().BeGreaterThan(4);
        await Bench.Open().Journal.EnsureAsync(default);
        await Server.Client.PutItemAsync(LockTable, new() { ["id"] = new("migrations/1_b/1/fill/0-of-1"), ["fence"] = new() { N = "90" } });
        await Server.Client.DeleteItemAsync(LockTable, new() { ["id"] = new("migrations") }); // by hand

        await Bench.NewRunner().RunAsync();

        (await Bench.NewRunner().GetStatusAsync()).Lock.Fence.Should().BeGreaterThan(90);
    }

    [Theory]
    [InlineData("id", "dirty")]
    [InlineData("ID", "Dirty")]
    public async Task A_journal_of_another_library_is_given_back(string key, string flag)
    {
        await CreateExternalTableAsync(Journal, key);
        await CreateExternalTableAsync(LockTable, key);
        await Server.Client.PutItemAsync(Journal, new() { [key] = new("20250401120000"), [flag] = new() { BOOL = false } });
        Bench.Add("20250401120000", "20250402120000");
        await Bench.NewRunner().RunAsync();
        await InsertLockAsync().Should().ThrowAsync<ConditionalCheckFailedException>("the row of the lock stays");
        await Bench.NewRunner().RunAsync(MigrationPlanner.Undo);
        await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.Unfinished, () => Bench.NewRunner().HandOverAsync(), "20250402120000");
        await Bench.NewRunner().RunAsync();

        await Bench.NewRunner().HandOverAsync();

        // What the other library does: it inserts its row, reads the journal, records a migration, and deletes its row.
        await InsertLockAsync()();
        (await ScanAsync(Journal)).Should().OnlyContain(item => item[flag].BOOL == false);
        await Server.Client.PutItemAsync(Journal, new() { [key] = new("20250403120000"), [flag] = new() { BOOL = false } });
        await Server.Client.DeleteItemAsync(LockTable, new() { [key] = new("migrations") });
        Bench.Add("20250403120000", "20250404120000");
        await Bench.NewRunner().RunAsync();
        Bench.Ran.Should().Equal("+20250402120000", "-20250402120000", "+20250402120000", "+20250404120000");
        (await Bench.NewRunner().GetStatusAsync()).Lock.Fence.Should().BeGreaterThan(3, "fencing numbers only grow");

        Func<Task> InsertLockAsync() => () => Server.Client.PutItemAsync(new PutItemRequest
        {
            TableName = LockTable,
            Item = new() { [key] = new("migrations") },
            ConditionExpression = "attribute_not_exists(#key)",
            ExpressionAttributeNames = new() { ["#key"] = key },
        });
    }

    [Fact]
    public async Task The_lock_of_another_library_is_respected_until_it_is_released_by_force()
    {
        await CreateExternalTableAsync(LockTable, "id");
        await Server.Client.PutItemAsync(LockTable, new() { ["id"] = new("migrations") });
        Bench.Add("1_a");
        Bench.Options.LockTimeout = Bench.Options.Lease * 1.5;

        MigrationLockedException locked = (
            await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationLockedException>()).Which;
        MigrationLockStatus before = await Bench.NewRunner().UnlockAsync("the other program has ended");
        await Bench.NewRunner().RunAsync();

        (locked.Lock.IsHeld, locked.Lock.Owner, before.IsHeld).Should().Be((true, null, true));
        locked.Message.Should().Contain("another program");
        Bench.Ran.Should().Equal("+1_a");
        (await Bench.NewRunner().GetStatusAsync()).Lock.Releases.Should().ContainSingle().Which.RunId.Should().BeNull();
    }

    [Theory]
    [InlineData("2", "Applied", "format 2")]
    [InlineData("1", "Sleeping", "state")]
    public async Task An_entry_of_a_later_version_is_rejected(string format, string state, string expected)
    {
        await CreateExternalTableAsync(Journal, "id");
        await Server.Client.PutItemAsync(Journal, new() { ["id"] = new("1_a"), ["format"] = new() { N = format }, ["state"] = new(state) });
        Bench.Add("1_a");

        MigrationJournalException rejected = (
            await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationJournalException>()).Which;

        (rejected.RowId, rejected.TableName).Should().Be(("1_a", Journal));
        rejected.Message.Should().Contain("1_a").And.Contain(expected);
        Bench.Ran.Should().BeEmpty();
    }

    [Fact]
    public async Task A_table_with_another_key_is_rejected()
    {
        await CreateExternalTableAsync(Journal, "name");
        Bench.Add("1_a");

        (await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<UserStoreSchemaException>()).Which.TableName.Should().Be(Journal);
    }

    [Fact]
    public async Task Table_names_and_lock_id_follow_the_options()
    {
        (Bench.Options.JournalTable, Bench.Options.LockTable, Bench.Options.LockId) = ("history", "history-lock", "my-service");
        Bench.Add("1_a");

        await Bench.NewRunner().RunAsync();

        (await ScanAsync(Bench.StoreOptions.TableNamePrefix + "history")).Should().ContainSingle();
        (await ScanAsync(Bench.StoreOptions.TableNamePrefix + "history-lock")).Should().ContainSingle().Which["id"].S.Should().Be("my-service");
    }
}

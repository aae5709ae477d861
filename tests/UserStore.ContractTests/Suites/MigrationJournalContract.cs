using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;

namespace UserStore.ContractTests.Suites;

/// <summary>The state that runners share: entries that only the owner of the lock writes, the lock item, and checkpoints.</summary>
public abstract class MigrationJournalContract(StoreFactory stores) : Contract(stores)
{
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private static readonly CheckpointKey Segment = new("1_a", 1, "fill", 0, 4);

    private readonly StoreFactory _stores = stores;

    [Fact]
    public async Task An_entry_reads_back_as_it_was_recorded()
    {
        MigrationTarget target = await CreateAsync();
        LockFence fence = await AcquireAsync(target.Lock);
        var entry = new MigrationEntry
        {
            Id = "20300102030405_all-of.it",
            State = MigrationState.Failed,
            Description = "fills everything in",
            Revision = "r2",
            Attempts = 3,
            StartedAt = At,
            FinishedAt = At.AddTicks(7),
            Host = "host/1",
            Error = "TimeoutException",
            Repairs = [new(MigrationRepair.Retry, MigrationState.Running, At, "host/2", "checked by hand")],
            IsUndo = true,
            Execution = 2,
            Sequence = 9,
            Cycle = 3,
            InterruptionPolicy = InterruptionPolicy.Resume,
            PoisonItems = 4,
        };

        (await target.Journal.TryRecordAsync(entry, fence, default)).Should().BeTrue();

        (await target.Journal.ReadAsync(default)).Should().ContainSingle().Which.Should().BeEquivalentTo(entry);
    }

    [Fact]
    public async Task Only_the_owner_of_the_lock_can_record_entries()
    {
        MigrationTarget target = await CreateAsync();
        LockFence fence = await AcquireAsync(target.Lock);
        LockFence[] others = [fence with { Number = fence.Number - 1 }, fence with { Number = fence.Number + 1 }, fence with { Owner = "other" }];

        foreach (LockFence other in others)
            (await target.Journal.TryRecordAsync(new MigrationEntry { Id = "1" }, other, default)).Should().BeFalse();

        (await target.Journal.ReadAsync(default)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_journal_of_many_entries_is_read_completely()
    {
        MigrationTarget target = await CreateAsync();
        LockFence fence = await AcquireAsync(target.Lock);
        string text = new('x', 30_000); // so that the entries need more than one page
        for (int i = 0; i < 40; i++)
            await target.Journal.TryRecordAsync(new MigrationEntry { Id = $"{i:00}", Description = text }, fence, default);

        IReadOnlyList<MigrationEntry> entries = await target.Journal.ReadAsync(default);

        entries.Select(entry => entry.Id).Should().BeEquivalentTo(Enumerable.Range(0, 40).Select(i => $"{i:00}"));
    }

    [Fact]
    public async Task The_lock_item_is_replaced_only_when_it_is_unchanged()
    {
        MigrationTarget target = await CreateAsync();
        var first = new LockRow { Fence = 1, Revision = 1, Owner = new("a", "host/1", At, At.AddSeconds(1), TimeSpan.FromSeconds(3)) };
        LockRow second = first with { Revision = 2, Owner = null, Releases = [new("a", At, "host/2", "it hung")] };

        (await target.Lock.FindAsync(default)).Should().BeNull();
        (await target.Lock.TryReplaceAsync(first, second, default)).Should().BeFalse();
        (await target.Lock.TryReplaceAsync(null, first, default)).Should().BeTrue();
        (await target.Lock.FindAsync(default)).Should().BeEquivalentTo(first);
        (await target.Lock.TryReplaceAsync(null, second, default)).Should().BeFalse();
        (await target.Lock.TryReplaceAsync(first with { Revision = 0 }, second, default)).Should().BeFalse();
        (await target.Lock.TryReplaceAsync(first, second, default)).Should().BeTrue();
        (await target.Lock.FindAsync(default)).Should().BeEquivalentTo(second);
    }

    [Fact]
    public async Task A_checkpoint_reads_back_as_it_was_written()
    {
        MigrationTarget target = await CreateAsync();
        var checkpoint = new Checkpoint(Segment, 5)
        {
            Position = new() { ["user_id"] = new("fake-1"), ["n"] = new() { N = "7" } },
            Read = 100,
            Changed = 60,
            Poison = [new(new Dictionary<string, AttributeValue> { ["user_id"] = new("fake-2") }, "FormatException")],
            Failing = [new(new Dictionary<string, AttributeValue> { ["user_id"] = new("fake-3") }, "TimeoutException")],
        };

        (await target.Checkpoints.TryWriteAsync(checkpoint, 0, default)).Should().BeTrue();

        (await target.Checkpoints.ClaimAsync(Segment, 5, default)).Should().BeEquivalentTo(checkpoint);
        (await target.Checkpoints.ReadPoisonAsync("1_a", 1, default)).Select(item => item.Key["user_id"].S).Should().Equal("fake-2", "fake-3");
        Checkpoint done = checkpoint with { IsDone = true };
        await target.Checkpoints.TryWriteAsync(done, 2, default);
        (await target.Checkpoints.ClaimAsync(Segment, 6, default)).Should().BeEquivalentTo(done with { Fence = 6 });
        (await target.Checkpoints.ClaimAsync(Segment with { Execution = 2 }, 6, default))
            .Should().BeEquivalentTo(new Checkpoint(Segment with { Execution = 2 }, 6));
    }

    [Fact]
    public async Task A_checkpoint_that_a_later_owner_claimed_cannot_be_written_by_an_earlier_owner()
    {
        MigrationTarget target = await CreateAsync();
        await target.Checkpoints.TryWriteAsync(new Checkpoint(Segment, 5) { Read = 10 }, 0, default);
        await target.Checkpoints.ClaimAsync(Segment, 7, default);

        (await target.Checkpoints.TryWriteAsync(new Checkpoint(Segment, 6) { Read = 20 }, 0, default)).Should().BeFalse();
        (await target.Checkpoints.ClaimAsync(Segment, 6, default)).Should().BeNull();
        (await target.Checkpoints.ClaimAsync(Segment, 7, default))!.Read.Should().Be(10);
    }

    [Fact]
    public async Task Only_the_checkpoints_of_one_migration_are_deleted()
    {
        MigrationTarget target = await CreateAsync();
        CheckpointKey[] forgotten = [Segment, Segment with { Segment = 1 }, Segment with { Execution = 2 }, Segment with { Backfill = "other" }];
        CheckpointKey kept = Segment with { MigrationId = "1_ab" };
        foreach (CheckpointKey key in forgotten.Append(kept))
            await target.Checkpoints.TryWriteAsync(new Checkpoint(key, 1) { Read = 1 }, 0, default);

        CheckpointKey poisoned = Segment with { Segment = 3 };
        var poison = new PoisonItem(new Dictionary<string, AttributeValue> { ["user_id"] = new("fake-2") }, "FormatException");
        await target.Checkpoints.TryWriteAsync(new Checkpoint(poisoned, 1) { Poison = [poison] }, 0, default);

        await target.Checkpoints.DeleteAsync("1_a", 1, default);

        foreach (CheckpointKey key in forgotten)
            (await target.Checkpoints.ClaimAsync(key, 1, default))!.Read.Should().Be(0);
        (await target.Checkpoints.ClaimAsync(poisoned, 1, default))!.Poison.Should().HaveCount(1);
        (await target.Checkpoints.ClaimAsync(kept, 1, default))!.Read.Should().Be(1);
    }

    [Fact]
    public async Task Without_tables_the_journal_is_empty_and_Destroy_creates_none()
    {
        MigrationTarget target = new MigrationBench(_stores).Open();

        (await target.Journal.ReadAsync(default)).Should().BeEmpty();
        (await target.Lock.FindAsync(default)).Should().BeNull();
        await target.Journal.DestroyAsync(default);

        await target.Journal.EnsureAsync(default);
        await target.Journal.EnsureAsync(default);
        await target.Journal.TryRecordAsync(new MigrationEntry { Id = "1" }, await AcquireAsync(target.Lock), default);
        await target.Journal.DestroyAsync(default);
        (await target.Journal.ReadAsync(default)).Should().BeEmpty();
        (await target.Lock.FindAsync(default)).Should().BeNull();
    }

    private async Task<MigrationTarget> CreateAsync()
    {
        MigrationTarget target = new MigrationBench(_stores).Open();
        await target.Journal.EnsureAsync(default);
        return target;
    }

    private static async Task<LockFence> AcquireAsync(IMigrationLockStore store)
    {
        var row = new LockRow { Fence = 4, Revision = 1, Owner = new("owner", "host/1", At, At, TimeSpan.FromMinutes(1)) };
        (await store.TryReplaceAsync(null, row, default)).Should().BeTrue();
        return new LockFence("owner", 4);
    }
}

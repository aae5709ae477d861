using UserStore.Migrations;

namespace UserStore.ContractTests.Suites;

/// <summary>The journal entries of migrations that failed, were cancelled or were interrupted, and their repair.</summary>
public abstract class MigrationRepairContract(StoreFactory stores) : Contract(stores)
{
    private readonly MigrationBench _bench = new(stores);

    private IMigrationRunner Runner => _bench.NewRunner();

    [Fact]
    public async Task A_migration_that_throws_is_recorded_as_failed_and_retried_by_the_next_run()
    {
        bool isBroken = true;
        _bench.Add("1_a");
        _bench.Options.Migrations.Add(
            "2_b", (_, _) => isBroken ? throw new FormatException("of ada@example.test") : _bench.NoteAsync("+2_b"));
        _bench.Add("3_c");

        MigrationFailedException failed = (
            await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationFailedException>()).Which;
        MigrationEntry entry = await _bench.EntryAsync("2_b");
        isBroken = false;
        await Runner.RunAsync();

        failed.MigrationId.Should().Be("2_b");
        failed.InnerException.Should().BeOfType<FormatException>();
        failed.Message.Should().Contain("2_b").And.NotContain("ada");
        (entry.State, entry.Error, entry.Attempts).Should().Be((MigrationState.Failed, "FormatException", 1));
        _bench.Ran.Should().Equal("+1_a", "+2_b", "+3_c");
        (await _bench.EntryAsync("2_b")).Should().BeEquivalentTo(
            new { State = MigrationState.Applied, Attempts = 2, Error = (string?)null }, options => options.ExcludingMissingMembers());
    }

    [Fact]
    public async Task A_cancelled_run_records_that_its_migration_failed()
    {
        using var cancel = new CancellationTokenSource();
        _bench.Options.Migrations.Add("1_a", async (_, token) =>
        {
            await cancel.CancelAsync();
            token.ThrowIfCancellationRequested();
        });

        await _bench.Invoking(_ => Runner.RunAsync(cancellationToken: cancel.Token)).Should().ThrowAsync<OperationCanceledException>();

        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Failed);
        (await Runner.GetStatusAsync()).Lock.IsHeld.Should().BeFalse();
    }

    [Fact]
    public async Task An_interrupted_migration_that_requires_repair_is_dirty_until_it_is_repaired()
    {
        _bench.Add("1_a", "2_b");
        await CutOffAsync("1_a", policy: InterruptionPolicy.RequireRepair);

        MigrationDirtyException dirty = (
            await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationDirtyException>()).Which;
        await _bench.Invoking(_ => Runner.PlanAsync()).Should().ThrowAsync<MigrationDirtyException>();
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotUpToDate, () => Runner.VerifyAsync(), "1_a", "2_b");
        MigrationEntry repaired = await Runner.RepairAsync("1_a", MigrationRepair.Retry, "the process was killed");
        await Runner.RunAsync();

        (dirty.MigrationId, dirty.Entry.State).Should().Be(("1_a", MigrationState.Running));
        dirty.Message.Should().Contain("1_a").And.Contain(Environment.MachineName).And.Contain($"{dirty.Entry.StartedAt:u}");
        repaired.Repairs.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Repair = MigrationRepair.Retry, From = MigrationState.Running, Reason = "the process was killed" });
        _bench.Ran.Should().Equal("+1_a", "+2_b");
        (await _bench.EntryAsync("1_a")).Attempts.Should().Be(2);
        (await _bench.EntryAsync("1_a")).Repairs.Should().HaveCount(1);
    }

    [Fact]
    public async Task An_interrupted_migration_can_be_marked_as_applied_or_failed()
    {
        _bench.Add("1_a", "2_b");
        await CutOffAsync("1_a", policy: InterruptionPolicy.RequireRepair);
        await Runner.RepairAsync("1_a", MigrationRepair.MarkApplied, "completed by hand");
        await CutOffAsync("2_b", policy: InterruptionPolicy.RequireRepair);
        await Runner.RepairAsync("2_b", MigrationRepair.MarkFailed, "to be retried");

        (await _bench.EntryAsync("2_b")).State.Should().Be(MigrationState.Failed);
        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+2_b");
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Applied);
    }

    [Fact]
    public async Task An_interrupted_migration_made_of_building_blocks_is_resumed_by_the_next_run()
    {
        _bench.Add("1_a", "2_b");
        await CutOffAsync("1_a");
        MigrationStatus interrupted = await Runner.GetStatusAsync();

        await Runner.RunAsync();

        MigrationEntry entry = interrupted.Migrations[0];
        (entry.State, entry.InterruptionPolicy).Should().Be((MigrationState.Running, InterruptionPolicy.Resume));
        interrupted.NextStep.Should().BeEquivalentTo(new { Action = MigrationNextAction.Run, MigrationId = "1_a" });
        interrupted.NextStep.Description.Should().Contain("interrupted");
        _bench.Ran.Should().Equal("+1_a", "+2_b");
        (await _bench.EntryAsync("1_a")).Should().BeEquivalentTo(
            new { State = MigrationState.Applied, Attempts = 2, Execution = 1 }, options => options.ExcludingMissingMembers());
    }

    [Fact]
    public async Task An_interrupted_undo_is_completed_by_Undo_or_reversed_by_Latest()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();
        await CutOffAsync("2_b", MigrationPlanner.Undo);

        await Runner.RunAsync(MigrationPlanner.Undo);
        await Runner.RunAsync();
        await CutOffAsync("2_b", MigrationPlanner.Undo);
        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+1_a", "+2_b", "-2_b", "+2_b", "+2_b");
        (await _bench.EntryAsync("2_b")).State.Should().Be(MigrationState.Applied);
    }

    [Fact]
    public async Task The_first_write_of_a_migration_itself_requires_repair_after_an_interruption()
    {
        InterruptionPolicy[] before = [], after = [];
        _bench.Options.Migrations.Add("1_a", async (context, token) =>
        {
            await context.CreateTablesAsync(token);
            before = [(await _bench.EntryAsync("1_a")).InterruptionPolicy];
            await context.OpenStore<User>().CreateAsync(new User { Name = "Fake User" }, token);
            after = [(await _bench.EntryAsync("1_a")).InterruptionPolicy];
        });
        foreach (InterruptionPolicy policy in new[] { InterruptionPolicy.Resume, InterruptionPolicy.RequireRepair })
        {
            _bench.Options.Migrations.Add(
                $"{(int)policy + 1}_{policy}",
                async (context, token) =>
                {
                    before = [.. before, (await _bench.EntryAsync(context.Step.MigrationId)).InterruptionPolicy];
                    await context.OpenStore<User>().CreateAsync(new User { Name = "Fake User" }, token);
                    after = [.. after, (await _bench.EntryAsync(context.Step.MigrationId)).InterruptionPolicy];
                },
                interruptionPolicy: policy);
        }

        await Runner.RunAsync();

        before.Should().Equal(InterruptionPolicy.Resume, InterruptionPolicy.Resume, InterruptionPolicy.RequireRepair);
        after.Should().Equal(InterruptionPolicy.RequireRepair, InterruptionPolicy.Resume, InterruptionPolicy.RequireRepair);
    }

    [Fact]
    public async Task An_interrupted_undo_can_be_retried()
    {
        _bench.Add("1_a");
        await Runner.RunAsync();
        await CutOffAsync("1_a", MigrationPlanner.Undo, InterruptionPolicy.RequireRepair);

        await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationDirtyException>();
        MigrationEntry repaired = await Runner.RepairAsync("1_a", MigrationRepair.Retry, "the process was killed");
        await Runner.RunAsync(MigrationPlanner.Undo);

        repaired.State.Should().Be(MigrationState.Applied);
        _bench.Ran.Should().Equal("+1_a", "-1_a");
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Undone);
    }

    [Fact]
    public async Task A_repair_that_does_not_match_the_state_is_rejected()
    {
        _bench.Add("1_a");

        await _bench.Invoking(
            _ => Runner.RepairAsync("1_a", MigrationRepair.Retry, "why not")).Should().ThrowAsync<InvalidOperationException>();
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.Missing, () => Runner.RepairAsync("9_z", MigrationRepair.MarkApplied, "why not"), "9_z");
        await _bench.Invoking(_ => Runner.RepairAsync("1_a", MigrationRepair.MarkApplied, " ")).Should().ThrowAsync<ArgumentException>();
        await _bench.Invoking(_ => Runner.UnlockAsync(new string('x', 1001))).Should().ThrowAsync<ArgumentException>();
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Pending);
    }

    [Fact]
    public async Task A_runner_that_lost_the_lock_records_nothing()
    {
        var cancelled = false;
        _bench.Options.Migrations.Add("1_a", async (context, token) =>
        {
            await Runner.UnlockAsync("the test wants it", CancellationToken.None);
            cancelled = await MigrationBench.IsCancelledAsync(token);
            throw new TimeoutException();
        });

        (await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationLeaseLostException>()).Which.MigrationId.Should().Be("1_a");

        cancelled.Should().BeTrue();
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Running);
    }

    /// <summary>Records an entry as a process leaves it that ends during a migration.</summary>
    private async Task CutOffAsync(
        string id, MigrationPlanner? planner = null, InterruptionPolicy policy = InterruptionPolicy.Automatic)
    {
        MigrationBench other = _bench.AsOtherVersion();
        var cut = new TaskCompletionSource();
        Func<MigrationContext, CancellationToken, Task> step = async (_, token) =>
        {
            await _bench.NewRunner().UnlockAsync("ends without recording", CancellationToken.None);
            await MigrationBench.IsCancelledAsync(token);
        };
        foreach (MigrationEntry entry in (await Runner.GetStatusAsync()).Migrations)
            other.Options.Migrations.Add(entry.Id, step, step, interruptionPolicy: policy);

        await other.Invoking(
            _ => other.NewRunner().RunAsync(planner ?? MigrationPlanner.To(id))).Should().ThrowAsync<MigrationLeaseLostException>();
    }
}

using UserStore.ContractTests.Stores;
using UserStore.Migrations;

namespace UserStore.ContractTests.Suites;

/// <summary>Runs, as far as they do not depend on tables: what is applied and undone, what the journal says, what is refused.</summary>
public abstract class MigrationRunnerContract(StoreFactory stores) : Contract(stores)
{
    private readonly MigrationBench _bench = new(stores);

    private IMigrationRunner Runner => _bench.NewRunner();

    [Fact]
    public async Task Everything_is_applied_once_in_the_order_of_the_ids()
    {
        _bench.Add("3_c", "1_a", "2_b");

        MigrationRun first = await Runner.RunAsync();
        MigrationRun second = await Runner.RunAsync();

        _bench.Ran.Should().Equal("+1_a", "+2_b", "+3_c");
        (first.Outcome, second.Outcome).Should().Be((MigrationOutcome.Completed, MigrationOutcome.Completed));
        first.Steps.Select(result => result.Step.MigrationId).Should().Equal("1_a", "2_b", "3_c");
        second.Steps.Should().BeEmpty();
        MigrationStatus status = await Runner.GetStatusAsync();
        status.Migrations.Should().OnlyContain(entry => entry.State == MigrationState.Applied && entry.Attempts == 1
            && entry.StartedAt != null && entry.FinishedAt != null && entry.Host!.Contains(Environment.MachineName));
        status.Pending.Should().BeEmpty();
        status.Lock.IsHeld.Should().BeFalse();
        await Runner.VerifyAsync();
    }

    [Fact]
    public async Task Steps_go_forward_and_back_by_what_was_applied_last()
    {
        _bench.Add("1_a", "2_b", "3_c");

        await Runner.RunAsync(MigrationPlanner.Step(2));
        await Runner.RunAsync(MigrationPlanner.Undo);
        await Runner.RunAsync(MigrationPlanner.Do);
        await Runner.RunAsync(MigrationPlanner.Redo);
        await Runner.RunAsync(MigrationPlanner.Step(-2));

        _bench.Ran.Should().Equal("+1_a", "+2_b", "-2_b", "+2_b", "-2_b", "+2_b", "-2_b", "-1_a");
        (await _bench.EntryAsync("2_b")).Should().BeEquivalentTo(
            new { State = MigrationState.Undone, Attempts = 6 }, options => options.ExcludingMissingMembers());
    }

    [Fact]
    public async Task To_goes_forward_and_back()
    {
        _bench.Add("1_a", "2_b", "3_c");

        await Runner.RunAsync(MigrationPlanner.To("2_b"));
        await Runner.RunAsync(MigrationPlanner.Latest);
        await Runner.RunAsync(MigrationPlanner.To("1_a"));

        _bench.Ran.Should().Equal("+1_a", "+2_b", "+3_c", "-3_c", "-2_b");
        await RefusedAsync(MigrationProblem.Missing, () => Runner.RunAsync(MigrationPlanner.To("2_x")), "2_x");
    }

    [Fact]
    public async Task Undo_follows_the_order_of_application()
    {
        _bench.Options.OutOfOrder = MigrationPolicy.Allow;
        _bench.Add("1_a", "3_c");
        await Runner.RunAsync();
        _bench.Add("2_b");
        await Runner.RunAsync();

        await Runner.RunAsync(MigrationPlanner.Step(-2));

        _bench.Ran.Skip(2).Should().Equal("+2_b", "-2_b", "-3_c");
    }

    [Fact]
    public async Task Rewind_and_reset_need_permission()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync(MigrationPlanner.Do);

        await RefusedAsync(MigrationProblem.NotPermitted, () => Runner.RunAsync(MigrationPlanner.Reset));
        await RefusedAsync(MigrationProblem.NotPermitted, () => Runner.RunAsync(MigrationPlanner.Rewind));
        _bench.Options.AllowReset = true;
        await Runner.RunAsync(MigrationPlanner.Reset);
        await Runner.RunAsync(MigrationPlanner.Rewind);

        _bench.Ran.Should().Equal("+1_a", "-1_a", "+1_a", "+2_b", "-2_b", "-1_a");
    }

    [Fact]
    public async Task Baseline_notes_without_running()
    {
        _bench.Add("1_a", "2_b", "3_c");

        await Runner.RunAsync(MigrationPlanner.Baseline("2_b"));
        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+3_c");
        (await Runner.GetStatusAsync()).Migrations.Select(entry => (entry.State, entry.Attempts)).Should().Equal(
            (MigrationState.Applied, 0), (MigrationState.Applied, 0), (MigrationState.Applied, 1));
    }

    [Fact]
    public async Task A_planner_of_ones_own_is_obeyed_within_the_rules()
    {
        _bench.Add("1_a", "2_b");

        await Runner.RunAsync(new OwnPlanner(new MigrationStep("1_a", MigrationAction.Apply)));
        await RefusedAsync(
            MigrationProblem.Missing, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("1_a", MigrationAction.Apply))), "1_a");
        await RefusedAsync(
            MigrationProblem.Missing, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("9_z", MigrationAction.Apply))), "9_z");
        await RefusedAsync(
            MigrationProblem.Missing, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("2_b", MigrationAction.Undo))), "2_b");

        _bench.Ran.Should().Equal("+1_a");
    }

    [Fact]
    public async Task More_steps_than_there_are_are_refused()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync(MigrationPlanner.Do);

        await RefusedAsync(MigrationProblem.StepOutOfRange, () => Runner.RunAsync(MigrationPlanner.Step(2)));
        await RefusedAsync(MigrationProblem.StepOutOfRange, () => Runner.RunAsync(MigrationPlanner.Step(-2)));
        await RefusedAsync(MigrationProblem.StepOutOfRange, () => Runner.RunAsync(MigrationPlanner.Step(int.MinValue)));

        _bench.Ran.Should().Equal("+1_a");
    }

    [Theory]
    [InlineData(MigrationPolicy.Deny)]
    [InlineData(MigrationPolicy.Warn)]
    [InlineData(MigrationPolicy.Allow)]
    public async Task Out_of_order_is_denied_warned_of_or_allowed(MigrationPolicy policy)
    {
        _bench.Options.OutOfOrder = policy;
        _bench.Add("1_a", "3_c");
        await Runner.RunAsync();
        _bench.Add("2_b");

        if (policy == MigrationPolicy.Deny)
            await RefusedAsync(MigrationProblem.OutOfOrder, () => Runner.RunAsync(), "2_b");
        else
            await Runner.RunAsync();

        _bench.Ran.Skip(2).Should().Equal(policy == MigrationPolicy.Deny ? [] : ["+2_b"]);
    }

    [Fact]
    public async Task Migrations_that_only_the_journal_knows_are_refused_unless_allowed()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();
        MigrationBench earlier = _bench.AsOtherVersion().Add("1_a");

        await RefusedAsync(MigrationProblem.Missing, () => earlier.NewRunner().RunAsync(), "2_b");
        (await earlier.NewRunner().GetStatusAsync()).Missing.Should().Equal("2_b");
        earlier.Options.Missing = MigrationPolicy.Warn;
        (await earlier.NewRunner().PlanAsync()).Warnings.Should().ContainSingle().Which.Should().Contain("2_b");
        (await earlier.NewRunner().RunAsync()).Steps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_changed_revision_is_refused_until_it_is_accepted()
    {
        _bench.Options.Migrations.Add("1_a", (_, _) => Task.CompletedTask, revision: "r1");
        await Runner.RunAsync();
        MigrationBench changed = _bench.AsOtherVersion();
        changed.Options.Migrations.Add("1_a", (_, _) => Task.CompletedTask, revision: "r2");

        await RefusedAsync(MigrationProblem.RevisionChanged, () => changed.NewRunner().RunAsync(), "1_a");
        await RefusedAsync(MigrationProblem.RevisionChanged, () => changed.NewRunner().VerifyAsync(), "1_a");
        MigrationEntry accepted = await changed.NewRunner().RepairAsync("1_a", MigrationRepair.AcceptRevision, "only a comment changed");
        await changed.NewRunner().RunAsync();

        accepted.Revision.Should().Be("r2");
        accepted.Repairs.Should().ContainSingle().Which.Reason.Should().Be("only a comment changed");
    }

    [Fact]
    public async Task What_cannot_be_undone_is_found_before_anything_is()
    {
        _bench.Options.Migrations.Add("1_a", (_, _) => Task.CompletedTask);
        _bench.Add("2_b", "3_c");
        await Runner.RunAsync();

        await RefusedAsync(MigrationProblem.NotUndoable, () => Runner.RunAsync(MigrationPlanner.Step(-3)), "1_a");

        _bench.Ran.Should().Equal("+2_b", "+3_c");
    }

    [Fact]
    public async Task Without_migrations_nothing_is_run()
        => await RefusedAsync(MigrationProblem.NoMigrations, () => Runner.RunAsync());

    [Fact]
    public async Task Two_migrations_with_one_id_are_refused()
    {
        _bench.Add("1_a", "1_a");

        (await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<InvalidMigrationException>()).Which.MigrationId.Should().Be("1_a");
    }

    [Fact]
    public async Task A_migration_that_throws_is_recorded_as_failed_and_tried_again()
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
    public async Task A_migration_that_was_cut_off_is_dirty_until_it_is_repaired()
    {
        _bench.Add("1_a", "2_b");
        await CutOffAsync("1_a");

        MigrationDirtyException dirty = (
            await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationDirtyException>()).Which;
        await _bench.Invoking(_ => Runner.PlanAsync()).Should().ThrowAsync<MigrationDirtyException>();
        await RefusedAsync(MigrationProblem.NotUpToDate, () => Runner.VerifyAsync(), "1_a", "2_b");
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
    public async Task What_was_cut_off_can_be_marked_as_applied_or_failed()
    {
        _bench.Add("1_a", "2_b");
        await CutOffAsync("1_a");
        await Runner.RepairAsync("1_a", MigrationRepair.MarkApplied, "completed by hand");
        await CutOffAsync("2_b");
        await Runner.RepairAsync("2_b", MigrationRepair.MarkFailed, "to be done anew");

        (await _bench.EntryAsync("2_b")).State.Should().Be(MigrationState.Failed);
        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+2_b");
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Applied);
    }

    [Fact]
    public async Task An_undo_that_was_cut_off_can_be_repeated()
    {
        _bench.Add("1_a");
        await Runner.RunAsync();
        await CutOffAsync("1_a", MigrationPlanner.Undo);

        await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationDirtyException>();
        MigrationEntry repaired = await Runner.RepairAsync("1_a", MigrationRepair.Retry, "the process was killed");
        await Runner.RunAsync(MigrationPlanner.Undo);

        repaired.State.Should().Be(MigrationState.Applied);
        _bench.Ran.Should().Equal("+1_a", "-1_a");
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Undone);
    }

    [Fact]
    public async Task A_repair_that_does_not_fit_is_refused()
    {
        _bench.Add("1_a");

        await _bench.Invoking(
            _ => Runner.RepairAsync("1_a", MigrationRepair.Retry, "why not")).Should().ThrowAsync<InvalidOperationException>();
        await RefusedAsync(MigrationProblem.Missing, () => Runner.RepairAsync("9_z", MigrationRepair.MarkApplied, "why not"), "9_z");
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
            cancelled = await IsCancelledAsync(token);
            throw new TimeoutException();
        });

        (await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationLeaseLostException>()).Which.MigrationId.Should().Be("1_a");

        cancelled.Should().BeTrue();
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Running);
    }

    [Fact]
    public async Task While_one_runner_works_another_skips_or_fails()
    {
        MigrationOutcome? skipped = null;
        _bench.Options.Migrations.Add("1_a", async (_, _) =>
        {
            MigrationBench other = _bench.AsOtherVersion().Add("1_a");
            other.Options.WhenLocked = WhenLocked.Skip;
            skipped = (await other.NewRunner().RunAsync(cancellationToken: CancellationToken.None)).Outcome;
            other.Options.WhenLocked = WhenLocked.Fail;
            await other.Invoking(_ => other.NewRunner().RunAsync()).Should().ThrowAsync<MigrationLockedException>();
            (await other.NewRunner().GetStatusAsync(CancellationToken.None)).Lock.Holder!.Host.Should().Contain(Environment.MachineName);
            await other.Invoking(_ => other.NewRunner().RepairAsync("1_a", MigrationRepair.MarkApplied, "why not"))
                .Should().ThrowAsync<MigrationLockedException>();
            await other.Invoking(_ => other.NewRunner().DestroyAsync()).Should().ThrowAsync<MigrationLockedException>();
        });

        await Runner.RunAsync();

        skipped.Should().Be(MigrationOutcome.Skipped);
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Applied);
    }

    [Fact]
    public async Task Runners_that_start_at_once_apply_each_migration_once()
    {
        string[] ids = ["1_a", "2_b", "3_c", "4_d", "5_e"];
        _bench.Add(ids);

        MigrationRun[] runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Runner.RunAsync())));

        _bench.Ran.Should().Equal(ids.Select(id => $"+{id}"));
        runs.Should().OnlyContain(run => run.Outcome == MigrationOutcome.Completed);
        runs.Sum(run => run.Steps.Count).Should().Be(5);
    }

    [Fact]
    public async Task A_dry_run_tells_the_plan_and_changes_nothing()
    {
        bool wasDryRun = false;
        _bench.Options.Migrations.Add("1_a", (context, _) => Task.FromResult(wasDryRun = context.IsDryRun), description: "tells");

        MigrationPlan plan = await Runner.PlanAsync();

        plan.Steps.Should().Equal(new MigrationStep("1_a", MigrationAction.Apply) { Description = "tells" });
        (plan.IsAdvisory, wasDryRun).Should().Be((true, true));
        (await _bench.EntryAsync("1_a")).Attempts.Should().Be(0);
        (await Runner.GetStatusAsync()).Lock.Fence.Should().Be(0);
    }

    [Fact]
    public async Task A_dry_run_refuses_what_it_cannot_record()
    {
        _bench.Options.Migrations.Add<WithStore>();

        MigrationPlanException refused = await RefusedAsync(MigrationProblem.NotRecordable, () => Runner.PlanAsync(), "1_with_store");

        refused.Message.Should().Contain("1_with_store").And.Contain("IUserStore");
    }

    [Fact]
    public async Task Reporters_are_told_and_one_that_throws_disturbs_nothing()
    {
        var reporter = new Recording();
        _bench.Options.Migrations.Add("1_a", (context, _) =>
        {
            context.Report(new MigrationProgress("counting", 1, 2, TimeSpan.FromSeconds(3)));
            return Task.CompletedTask;
        });

        MigrationRun run = await _bench.NewRunner(new Throwing(), reporter).RunAsync();

        run.Steps.Should().HaveCount(1);
        reporter.Told.Should().Equal("plan 1", "start 1_a", "counting 1 of 2, 00:00:03", "end 1_a True", "run Completed 1");
    }

    [Fact]
    public async Task Reporters_are_told_of_a_failure()
    {
        var reporter = new Recording();
        _bench.Options.Migrations.Add("1_a", (_, _) => throw new TimeoutException());

        await _bench.Invoking(_ => _bench.NewRunner(reporter).RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        reporter.Told.Should().Equal("plan 1", "start 1_a", "end 1_a False", "run Failed 0");
    }

    [Fact]
    public async Task Destroy_forgets_what_was_applied()
    {
        _bench.Add("1_a");
        await Runner.RunAsync();

        await Runner.DestroyAsync();
        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+1_a", "+1_a");
    }

    /// <summary>Leaves an entry as a process does that ends in the middle of a migration.</summary>
    private async Task CutOffAsync(string id, MigrationPlanner? planner = null)
    {
        MigrationBench other = _bench.AsOtherVersion();
        var cut = new TaskCompletionSource();
        Func<MigrationContext, CancellationToken, Task> step = async (_, token) =>
        {
            await _bench.NewRunner().UnlockAsync("ends without recording", CancellationToken.None);
            await IsCancelledAsync(token);
        };
        foreach (MigrationEntry entry in (await Runner.GetStatusAsync()).Migrations)
            other.Options.Migrations.Add(entry.Id, step, step);

        await other.Invoking(
            _ => other.NewRunner().RunAsync(planner ?? MigrationPlanner.To(id))).Should().ThrowAsync<MigrationLeaseLostException>();
    }

    private static async Task<bool> IsCancelledAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        return true;
    }

    private static async Task<MigrationPlanException> RefusedAsync(MigrationProblem problem, Func<Task> run, params string[] ids)
    {
        MigrationPlanException refused = (await run.Should().ThrowAsync<MigrationPlanException>()).Which;
        refused.Problem.Should().Be(problem);
        refused.MigrationIds.Should().Equal(ids);
        refused.IsTransient.Should().BeFalse();
        return refused;
    }

    private sealed class OwnPlanner(params MigrationStep[] steps) : MigrationPlanner
    {
        public override IEnumerable<MigrationStep> Plan(MigrationSituation situation) => steps;
    }

    [Migration("1_with_store")]
    private sealed class WithStore : Migration
    {
        public WithStore()
        {
        }

        public WithStore(IUserStore<User> store) => ArgumentNullException.ThrowIfNull(store);

        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    private sealed class Recording : IMigrationReporter
    {
        public List<string> Told { get; } = [];

        public void RunStarting(MigrationPlan plan) => Told.Add($"plan {plan.Steps.Count}");

        public void StepStarting(MigrationStep started) => Told.Add($"start {started.MigrationId}");

        public void Progressed(MigrationStep running, MigrationProgress progress)
            => Told.Add($"{progress.Activity} {progress.Done} of {progress.Total}, {progress.Remaining}");

        public void StepEnded(MigrationStepResult result) => Told.Add($"end {result.Step.MigrationId} {result.Failure is null}");

        public void RunEnded(MigrationRun run) => Told.Add($"run {run.Outcome} {run.Steps.Count}");
    }

    private sealed class Throwing : IMigrationReporter
    {
        public void RunStarting(MigrationPlan plan) => throw new InvalidOperationException();

        public void StepStarting(MigrationStep started) => throw new InvalidOperationException();

        public void Progressed(MigrationStep running, MigrationProgress progress) => throw new InvalidOperationException();

        public void StepEnded(MigrationStepResult result) => throw new InvalidOperationException();

        public void RunEnded(MigrationRun run) => throw new InvalidOperationException();
    }
}

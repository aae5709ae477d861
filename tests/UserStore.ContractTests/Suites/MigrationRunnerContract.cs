using UserStore.Migrations;

namespace UserStore.ContractTests.Suites;

/// <summary>Runs: each migration once, by one runner at a time, reported, or only planned.</summary>
public abstract class MigrationRunnerContract(StoreFactory stores) : Contract(stores)
{
    private readonly MigrationBench _bench = new(stores);

    private IMigrationRunner Runner => _bench.NewRunner();

    [Fact]
    public async Task Every_migration_is_applied_once_in_the_order_of_the_ids()
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
    public async Task A_runner_skips_or_fails_while_another_one_runs()
    {
        MigrationOutcome? skipped = null;
        _bench.Options.Migrations.Add("1_a", async (_, _) =>
        {
            MigrationBench other = _bench.AsOtherVersion().Add("1_a");
            other.Options.LockConflictBehavior = LockConflictBehavior.Skip;
            skipped = (await other.NewRunner().RunAsync(cancellationToken: CancellationToken.None)).Outcome;
            other.Options.LockConflictBehavior = LockConflictBehavior.Fail;
            await other.Invoking(_ => other.NewRunner().RunAsync()).Should().ThrowAsync<MigrationLockedException>();
            (await other.NewRunner().GetStatusAsync(CancellationToken.None)).Lock.Owner!.Host.Should().Contain(Environment.MachineName);
            await other.Invoking(_ => other.NewRunner().RepairAsync("1_a", MigrationRepair.MarkApplied, "why not"))
                .Should().ThrowAsync<MigrationLockedException>();
            await other.Invoking(_ => other.NewRunner().DestroyAsync()).Should().ThrowAsync<MigrationLockedException>();
        });

        await Runner.RunAsync();

        skipped.Should().Be(MigrationOutcome.Skipped);
        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Applied);
    }

    [Fact]
    public async Task Concurrent_runners_apply_each_migration_once()
    {
        string[] ids = ["1_a", "2_b", "3_c", "4_d", "5_e"];
        _bench.Add(ids);

        MigrationRun[] runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Runner.RunAsync())));

        _bench.Ran.Should().Equal(ids.Select(id => $"+{id}"));
        runs.Should().OnlyContain(run => run.Outcome == MigrationOutcome.Completed);
        runs.Sum(run => run.Steps.Count).Should().Be(5);
    }

    [Fact]
    public async Task A_dry_run_reports_the_plan_and_changes_nothing()
    {
        bool wasDryRun = false;
        _bench.Options.Migrations.Add("1_a", (context, _) => Task.FromResult(wasDryRun = context.IsDryRun), description: "counts");

        MigrationPlan plan = await Runner.PlanAsync();

        plan.Steps.Should().Equal(new MigrationStep("1_a", MigrationAction.Apply) { Description = "counts" });
        (plan.IsAdvisory, wasDryRun).Should().Be((true, true));
        (await _bench.EntryAsync("1_a")).Attempts.Should().Be(0);
        (await Runner.GetStatusAsync()).Lock.Fence.Should().Be(0);
    }

    [Fact]
    public async Task A_repair_takes_the_lock_of_an_owner_that_stopped_whatever_its_lease_is()
    {
        _bench.Add("1_a");
        await _bench.Open().Journal.EnsureAsync(default);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var stopped = new MigrationLockOwner("stopped", "stopped/1", now, now, TimeSpan.FromMinutes(5));
        await _bench.Open().Lock.TryReplaceAsync(null, new() { Fence = 1, Revision = 1, Owner = stopped }, default);

        await Runner.RepairAsync("1_a", MigrationRepair.MarkApplied, "done by hand");

        (await _bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Applied);
    }

    [Fact]
    public async Task A_dry_run_rejects_requests_that_it_cannot_record()
    {
        _bench.Options.Migrations.Add<WithStore>();

        MigrationPlanException rejected = await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.NotRecordable, () => Runner.PlanAsync(), "1_with_store");

        rejected.Message.Should().Contain("1_with_store").And.Contain("IUserStore");
    }

    [Fact]
    public async Task Reporters_are_notified_and_an_exception_of_one_has_no_effect()
    {
        var reporter = new Recording();
        _bench.Options.Migrations.Add("1_a", (context, _) =>
        {
            context.Report(new MigrationProgress("counting", 1, 2, TimeSpan.FromSeconds(3)));
            return Task.CompletedTask;
        });

        MigrationRun run = await _bench.NewRunner(new Throwing(), reporter).RunAsync();

        run.Steps.Should().HaveCount(1);
        reporter.Notifications.Should().Equal("plan 1", "start 1_a", "counting 1 of 2, 00:00:03", "end 1_a True", "run Completed 1");
    }

    [Fact]
    public async Task Reporters_are_notified_of_a_failure()
    {
        var reporter = new Recording();
        _bench.Options.Migrations.Add("1_a", (_, _) => throw new TimeoutException());

        await _bench.Invoking(_ => _bench.NewRunner(reporter).RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        reporter.Notifications.Should().Equal("plan 1", "start 1_a", "end 1_a False", "run Failed 0");
    }

    [Fact]
    public async Task Destroy_deletes_the_journal()
    {
        _bench.Add("1_a");
        IMigrationRunner runner = Runner;
        await runner.RunAsync();

        await Runner.DestroyAsync();
        await runner.RunAsync();

        _bench.Ran.Should().Equal("+1_a", "+1_a");
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
        public List<string> Notifications { get; } = [];

        public void RunStarting(MigrationPlan plan) => Notifications.Add($"plan {plan.Steps.Count}");

        public void StepStarting(MigrationStep started) => Notifications.Add($"start {started.MigrationId}");

        public void Progressed(MigrationStep running, MigrationProgress progress)
            => Notifications.Add($"{progress.Activity} {progress.Done} of {progress.Total}, {progress.Remaining}");

        public void StepEnded(MigrationStepResult result) => Notifications.Add($"end {result.Step.MigrationId} {result.Failure is null}");

        public void RunEnded(MigrationRun run) => Notifications.Add($"run {run.Outcome} {run.Steps.Count}");
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

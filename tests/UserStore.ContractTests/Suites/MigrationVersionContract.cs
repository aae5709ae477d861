using UserStore.Migrations;

namespace UserStore.ContractTests.Suites;

/// <summary>Two versions of a service with different migrations on one journal.</summary>
public abstract class MigrationVersionContract(StoreFactory stores) : Contract(stores)
{
    private readonly MigrationBench _bench = new(stores);

    private IMigrationRunner Runner => _bench.NewRunner();

    [Fact]
    public async Task Migrations_that_exist_only_in_the_journal_are_rejected_unless_allowed()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();
        MigrationBench earlier = _bench.AsOtherVersion().Add("1_a", "3_c");

        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.Missing, () => earlier.NewRunner().RunAsync(), "2_b");
        (await earlier.NewRunner().GetStatusAsync()).Missing.Should().Equal("2_b");
        earlier.Options.Missing = MigrationPolicy.Warn;
        (await earlier.NewRunner().PlanAsync()).Warnings.Should().ContainSingle().Which.Should().Contain("2_b");
        (await earlier.NewRunner().RunAsync()).Steps.Should().ContainSingle();
    }

    [Fact]
    public async Task An_earlier_version_that_has_nothing_to_do_starts()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();
        MigrationBench earlier = _bench.AsOtherVersion().Add("1_a");

        MigrationRun run = await earlier.NewRunner().RunAsync();
        await earlier.NewRunner().VerifyAsync();

        (run.Outcome, run.Steps.Count).Should().Be((MigrationOutcome.Completed, 0));
        (await earlier.NewRunner().PlanAsync()).Warnings.Should().ContainSingle().Which.Should().Contain("2_b");
        (await earlier.NewRunner().GetStatusAsync()).NextStep.Action.Should().Be(MigrationNextAction.None);
    }

    [Fact]
    public async Task An_earlier_version_can_be_verified_while_a_later_one_runs_its_migrations()
    {
        MigrationBench earlier = _bench.AsOtherVersion().Add("1_a");
        _bench.Add("1_a");
        _bench.Options.Migrations.Add("2_b", async (_, _) =>
        {
            await earlier.NewRunner().VerifyAsync(CancellationToken.None);
            (await earlier.NewRunner().PlanAsync(cancellationToken: CancellationToken.None)).Steps.Should().BeEmpty();
            await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotUpToDate, () => Runner.VerifyAsync(), "2_b");
            await _bench.NoteAsync("verified");
        });

        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+1_a", "verified");
    }

    [Theory]
    [InlineData(MigrationPolicy.Deny)]
    [InlineData(MigrationPolicy.Allow)]
    public async Task An_earlier_version_undoes_nothing_below_a_migration_that_it_does_not_have(MigrationPolicy missing)
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();
        MigrationBench earlier = _bench.AsOtherVersion().Add("1_a");
        (earlier.Options.Missing, earlier.Options.AllowReset) = (missing, true);

        MigrationPlanner[] planners =
            [MigrationPlanner.Undo, MigrationPlanner.Step(-1), MigrationPlanner.Redo, MigrationPlanner.Rewind, MigrationPlanner.Reset];
        foreach (MigrationPlanner planner in planners)
        {
            (MigrationPlanError expected, string id) = missing == MigrationPolicy.Deny
                ? (MigrationPlanError.Missing, "2_b")
                : (MigrationPlanError.LaterApplied, "1_a");
            await MigrationBench.ShouldBeRejectedAsync(expected, () => earlier.NewRunner().RunAsync(planner), id);
        }

        _bench.Ran.Should().Equal("+1_a", "+2_b");
        earlier.Ran.Should().BeEmpty();
    }

    [Fact]
    public async Task A_failed_migration_of_another_version_must_be_completed_by_it()
    {
        _bench.Add("1_a");
        await Runner.RunAsync();
        MigrationBench later = _bench.AsOtherVersion().Add("1_a");
        later.Options.Migrations.Add("3_c", (_, _) => Task.CompletedTask, (_, _) => throw new FormatException());
        await later.NewRunner().RunAsync();
        await later.Invoking(_ => later.NewRunner().RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationFailedException>();
        _bench.Add("2_b");
        (_bench.Options.Missing, _bench.Options.OutOfOrder) = (MigrationPolicy.Allow, MigrationPolicy.Allow);

        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.Unfinished, () => Runner.RunAsync(), "3_c");

        _bench.Ran.Should().Equal("+1_a");
    }

    [Fact]
    public async Task An_interrupted_migration_of_another_version_must_be_completed_by_it()
    {
        _bench.Add("1_a");
        await Runner.RunAsync();
        MigrationBench later = _bench.AsOtherVersion().Add("1_a");
        later.Options.Migrations.Add("2_b", async (_, token) =>
        {
            await Runner.UnlockAsync("the process ends without recording", CancellationToken.None);
            await MigrationBench.IsCancelledAsync(token);
        });
        await later.Invoking(_ => later.NewRunner().RunAsync()).Should().ThrowAsync<MigrationLeaseLostException>();

        await Runner.RunAsync();
        await _bench.Invoking(_ => Runner.RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationDirtyException>();

        (await Runner.GetStatusAsync()).NextStep.Should().BeEquivalentTo(
            new { Action = MigrationNextAction.RunOtherVersion, MigrationId = "2_b" });
        _bench.Ran.Should().Equal("+1_a");
    }
}

using UserStore.Migrations;

namespace UserStore.ContractTests.Suites;

/// <summary>The plan: what is applied and undone, in which order, and what is rejected before any migration runs.</summary>
public abstract class MigrationPlanContract(StoreFactory stores) : Contract(stores)
{
    private readonly MigrationBench _bench = new(stores);

    private IMigrationRunner Runner => _bench.NewRunner();

    [Fact]
    public async Task Steps_apply_and_undo_relative_to_the_last_applied_migration()
    {
        _bench.Add("1_a", "2_b", "3_c");

        await Runner.RunAsync(MigrationPlanner.Step(2));
        await Runner.RunAsync(MigrationPlanner.Undo);
        await Runner.RunAsync(MigrationPlanner.Next);
        await Runner.RunAsync(MigrationPlanner.Redo);
        await Runner.RunAsync(MigrationPlanner.Step(-2));

        _bench.Ran.Should().Equal("+1_a", "+2_b", "-2_b", "+2_b", "-2_b", "+2_b", "-2_b", "-1_a");
        (await _bench.EntryAsync("2_b")).Should().BeEquivalentTo(
            new { State = MigrationState.Undone, Attempts = 6 }, options => options.ExcludingMissingMembers());
    }

    [Fact]
    public async Task To_applies_and_undoes()
    {
        _bench.Add("1_a", "2_b", "3_c");

        await Runner.RunAsync(MigrationPlanner.To("2_b"));
        await Runner.RunAsync(MigrationPlanner.Latest);
        await Runner.RunAsync(MigrationPlanner.To("1_a"));

        _bench.Ran.Should().Equal("+1_a", "+2_b", "+3_c", "-3_c", "-2_b");
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.Missing, () => Runner.RunAsync(MigrationPlanner.To("2_x")), "2_x");
    }

    [Fact]
    public async Task Undo_reverses_the_order_of_application()
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
    public async Task Rewind_and_reset_require_permission()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync(MigrationPlanner.Next);

        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotPermitted, () => Runner.RunAsync(MigrationPlanner.Reset));
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotPermitted, () => Runner.RunAsync(MigrationPlanner.Rewind));
        _bench.Options.AllowReset = true;
        await Runner.RunAsync(MigrationPlanner.Reset);
        await Runner.RunAsync(MigrationPlanner.Rewind);

        _bench.Ran.Should().Equal("+1_a", "-1_a", "+1_a", "+2_b", "-2_b", "-1_a");
    }

    [Fact]
    public async Task Baseline_records_migrations_without_running_them()
    {
        _bench.Add("1_a", "2_b", "3_c");

        await Runner.RunAsync(MigrationPlanner.Baseline("2_b"));
        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+3_c");
        (await Runner.GetStatusAsync()).Migrations.Select(entry => (entry.State, entry.Attempts)).Should().Equal(
            (MigrationState.Applied, 0), (MigrationState.Applied, 0), (MigrationState.Applied, 1));
    }

    [Fact]
    public async Task A_custom_planner_is_followed_within_the_rules()
    {
        _bench.Add("1_a", "2_b");

        await Runner.RunAsync(new OwnPlanner(new MigrationStep("1_a", MigrationAction.Apply)));
        await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.Missing, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("1_a", MigrationAction.Apply))), "1_a");
        await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.Missing, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("9_z", MigrationAction.Apply))), "9_z");
        await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.Missing, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("2_b", MigrationAction.Undo))), "2_b");

        _bench.Ran.Should().Equal("+1_a");
    }

    [Fact]
    public async Task More_steps_than_exist_are_rejected()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync(MigrationPlanner.Next);

        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.StepOutOfRange, () => Runner.RunAsync(MigrationPlanner.Step(2)));
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.StepOutOfRange, () => Runner.RunAsync(MigrationPlanner.Step(-2)));
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.StepOutOfRange, () => Runner.RunAsync(MigrationPlanner.Step(int.MinValue)));

        _bench.Ran.Should().Equal("+1_a");
    }

    [Theory]
    [InlineData(MigrationPolicy.Deny)]
    [InlineData(MigrationPolicy.Warn)]
    [InlineData(MigrationPolicy.Allow)]
    public async Task Migrations_out_of_order_are_denied_reported_or_allowed(MigrationPolicy policy)
    {
        _bench.Options.OutOfOrder = policy;
        _bench.Add("1_a", "3_c");
        await Runner.RunAsync();
        _bench.Add("2_b");

        if (policy == MigrationPolicy.Deny)
            await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.OutOfOrder, () => Runner.RunAsync(), "2_b");
        else
            await Runner.RunAsync();

        _bench.Ran.Skip(2).Should().Equal(policy == MigrationPolicy.Deny ? [] : ["+2_b"]);
    }

    [Fact]
    public async Task A_changed_revision_is_rejected_until_it_is_accepted()
    {
        _bench.Options.Migrations.Add("1_a", (_, _) => Task.CompletedTask, revision: "r1");
        await Runner.RunAsync();
        MigrationBench changed = _bench.AsOtherVersion();
        changed.Options.Migrations.Add("1_a", (_, _) => Task.CompletedTask, revision: "r2");

        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.RevisionChanged, () => changed.NewRunner().RunAsync(), "1_a");
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.RevisionChanged, () => changed.NewRunner().VerifyAsync(), "1_a");
        MigrationEntry accepted = await changed.NewRunner().RepairAsync("1_a", MigrationRepair.AcceptRevision, "only a comment changed");
        await changed.NewRunner().RunAsync();

        accepted.Revision.Should().Be("r2");
        accepted.Repairs.Should().ContainSingle().Which.Reason.Should().Be("only a comment changed");
    }

    [Fact]
    public async Task Migrations_that_cannot_be_undone_are_detected_before_any_is_undone()
    {
        _bench.Options.Migrations.Add("1_a", (_, _) => Task.CompletedTask);
        _bench.Add("2_b", "3_c");
        await Runner.RunAsync();

        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotUndoable, () => Runner.RunAsync(MigrationPlanner.Step(-3)), "1_a");

        _bench.Ran.Should().Equal("+2_b", "+3_c");
    }

    [Fact]
    public async Task Without_migrations_nothing_runs()
        => await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NoMigrations, () => Runner.RunAsync());

    [Fact]
    public async Task Two_migrations_with_the_same_id_are_rejected()
    {
        _bench.Add("1_a", "1_a");

        (await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<InvalidMigrationException>()).Which.MigrationId.Should().Be("1_a");
    }

    private sealed class OwnPlanner(params MigrationStep[] steps) : MigrationPlanner
    {
        public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext situation) => steps;
    }
}

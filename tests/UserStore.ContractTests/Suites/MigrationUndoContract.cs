using UserStore.Migrations;

namespace UserStore.ContractTests.Suites;

/// <summary>What is undone, by which planner: nothing below what is applied or not completed, and no users without permission.</summary>
public abstract class MigrationUndoContract(StoreFactory stores) : Contract(stores)
{
    private readonly MigrationBench _bench = new(stores);

    private IMigrationRunner Runner => _bench.NewRunner();

    [Fact]
    public async Task Deleting_the_tables_of_the_store_requires_permission_with_every_planner()
    {
        _bench.Options.Migrations.AddCreateTables("1_tables", TableUndoBehavior.Delete);
        _bench.Add("2_b");
        await Runner.RunAsync();

        foreach (MigrationPlanner planner in new[] { MigrationPlanner.Step(-2), new OwnPlanner(Undo("2_b"), Undo("1_tables")) })
            await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotPermitted, () => Runner.RunAsync(planner), "1_tables");
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotPermitted, () => Runner.PlanAsync(MigrationPlanner.Step(-2)), "1_tables");
        _bench.Options.AllowReset = true;
        await Runner.RunAsync(MigrationPlanner.Step(-2));

        _bench.Ran.Should().Equal("+2_b", "-2_b");
        (await _bench.EntryAsync("1_tables")).State.Should().Be(MigrationState.Undone);

        static MigrationStep Undo(string id) => new(id, MigrationAction.Undo);
    }

    [Fact]
    public async Task A_migration_that_deletes_the_users_table_itself_requires_permission()
    {
        _bench.Options.Migrations
            .AddCreateTables("1_tables")
            .Add("2_b", (context, token) => context.DeleteTableAsync(context.UsersTable, token))
            .Add("3_c", (context, token) => context.Client.DeleteTableAsync(context.UsersTable, token));

        MigrationFailedException failed = (await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationFailedException>()).Which;
        await Runner.RepairAsync("2_b", MigrationRepair.MarkApplied, "skipped");
        await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationFailedException>();
        await _bench.Invoking(_ => Runner.PlanAsync()).Should().ThrowAsync<MigrationFailedException>();

        failed.InnerException.Should().BeOfType<MigrationPlanException>().Which.Error.Should().Be(MigrationPlanError.NotPermitted);
        failed.Message.Should().Contain("AllowReset");
    }

    [Fact]
    public async Task Nothing_is_undone_below_a_later_migration()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();

        await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.LaterApplied, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("1_a", MigrationAction.Undo))), "1_a");
    }

    [Fact]
    public async Task A_plan_cannot_pass_over_a_migration_whose_attempt_failed()
    {
        _bench.Options.OutOfOrder = MigrationPolicy.Allow;
        _bench.Add("1_a");
        _bench.Options.Migrations.Add("2_b", (_, _) => throw new FormatException());
        _bench.Add("3_c");
        await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.Unfinished, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("3_c", MigrationAction.Apply))), "2_b");
        await MigrationBench.ShouldBeRejectedAsync(
            MigrationPlanError.Unfinished, () => Runner.RunAsync(new OwnPlanner(new MigrationStep("1_a", MigrationAction.Undo))), "2_b");
    }

    [Fact]
    public async Task A_failed_undo_stays_the_next_to_undo()
    {
        bool isBroken = true;
        _bench.Add("1_a", "2_b");
        _bench.Options.Migrations.Add(
            "3_c",
            (_, _) => _bench.NoteAsync("+3_c"),
            (_, _) => isBroken ? throw new FormatException() : _bench.NoteAsync("-3_c"));
        await Runner.RunAsync();
        foreach (MigrationPlanner planner in new[]
        {
            MigrationPlanner.Undo, MigrationPlanner.Undo, MigrationPlanner.Step(-1), MigrationPlanner.Redo, MigrationPlanner.To("2_b"),
        })
        {
            (await _bench.Invoking(_ => Runner.RunAsync(planner)).Should().ThrowAsync<MigrationFailedException>()).Which.MigrationId.Should().Be("3_c");
        }

        MigrationNextStep next = (await Runner.GetStatusAsync()).NextStep;
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.Unfinished, () => Runner.RunAsync(MigrationPlanner.Baseline("3_c")), "3_c");
        isBroken = false;
        await Runner.RunAsync(MigrationPlanner.Undo);

        (next.Action, next.MigrationId).Should().Be((MigrationNextAction.Run, "3_c"));
        next.Description.Should().Contain("Undo");
        _bench.Ran.Should().Equal("+1_a", "+2_b", "+3_c", "-3_c");
        (await Runner.GetStatusAsync()).Migrations.Select(entry => entry.State)
            .Should().Equal(MigrationState.Applied, MigrationState.Applied, MigrationState.Undone);
    }

    [Fact]
    public async Task A_failed_undo_is_reversed_by_Latest()
    {
        _bench.Add("1_a");
        _bench.Options.Migrations.Add("2_b", (_, _) => _bench.NoteAsync("+2_b"), (_, _) => throw new FormatException());
        await Runner.RunAsync();
        await _bench.Invoking(_ => Runner.RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationFailedException>();

        await Runner.RunAsync();

        _bench.Ran.Should().Equal("+1_a", "+2_b", "+2_b");
        (await _bench.EntryAsync("2_b")).State.Should().Be(MigrationState.Applied);
    }

    [Fact]
    public async Task A_migration_that_failed_is_undone_before_those_below_it()
    {
        _bench.Add("1_a");
        _bench.Options.Migrations.Add("2_b", (_, _) => throw new FormatException(), (_, _) => _bench.NoteAsync("-2_b"));
        await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        await Runner.RunAsync(MigrationPlanner.Undo);
        await Runner.RunAsync(MigrationPlanner.Undo);

        _bench.Ran.Should().Equal("+1_a", "-2_b", "-1_a");
    }

    [Fact]
    public async Task A_failed_migration_that_cannot_be_undone_protects_those_below_it()
    {
        _bench.Add("1_a");
        _bench.Options.Migrations.Add("2_b", (_, _) => throw new FormatException());
        await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotUndoable, () => Runner.RunAsync(MigrationPlanner.Undo), "2_b");
        await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.NotUndoable, () => Runner.RunAsync(MigrationPlanner.Step(-2)), "2_b");
        await Runner.RepairAsync("2_b", MigrationRepair.Retry, "it changed nothing");
        await Runner.RunAsync(MigrationPlanner.Undo);

        _bench.Ran.Should().Equal("+1_a", "-1_a");
    }

    [Theory]
    [InlineData(new[] { MigrationRepair.MarkFailed })]
    [InlineData(new[] { MigrationRepair.MarkFailed, MigrationRepair.MarkApplied })]
    [InlineData(new[] { MigrationRepair.MarkFailed, MigrationRepair.Retry, MigrationRepair.MarkApplied })]
    public async Task A_repair_does_not_move_a_migration_above_those_that_were_applied_after_it(MigrationRepair[] repairs)
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();
        foreach (MigrationRepair repair in repairs)
            await Runner.RepairAsync("1_a", repair, "why not");

        await Runner.RunAsync(MigrationPlanner.Undo);

        _bench.Ran.Should().Equal("+1_a", "+2_b", "-2_b");
    }

    [Fact]
    public async Task A_migration_that_was_marked_as_failed_is_applied_again_in_its_place()
    {
        _bench.Add("1_a", "2_b");
        await Runner.RunAsync();
        await Runner.RepairAsync("1_a", MigrationRepair.MarkFailed, "it was wrong");

        await Runner.RunAsync();
        await Runner.RunAsync(MigrationPlanner.Step(-2));

        _bench.Ran.Should().Equal("+1_a", "+2_b", "+1_a", "-2_b", "-1_a");
    }

    [Fact]
    public async Task A_migration_that_fails_after_one_below_it_was_applied_again_is_undone_first()
    {
        bool isBroken = false;
        Func<string, Task> stepAsync = note => isBroken ? throw new FormatException() : _bench.NoteAsync(note);
        _bench.Options.AllowReset = true;
        _bench.Add("1_a");
        _bench.Options.Migrations.Add("2_b", (_, _) => stepAsync("+2_b"), (_, _) => stepAsync("-2_b"));
        await Runner.RunAsync();
        isBroken = true;
        await _bench.Invoking(_ => Runner.RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationFailedException>();
        await _bench.Invoking(_ => Runner.RunAsync()).Should().ThrowAsync<MigrationFailedException>();
        await Runner.RepairAsync("2_b", MigrationRepair.Retry, "it changed nothing");
        await _bench.Invoking(_ => Runner.RunAsync(MigrationPlanner.Reset)).Should().ThrowAsync<MigrationFailedException>();
        isBroken = false;

        await Runner.RunAsync(MigrationPlanner.Undo);

        _bench.Ran.Should().Equal("+1_a", "+2_b", "-1_a", "+1_a", "-2_b");
    }

    [Fact]
    public async Task Nothing_is_applied_or_undone_before_a_failed_undo_is_completed()
    {
        _bench.Options.OutOfOrder = MigrationPolicy.Allow;
        bool isBroken = true;
        _bench.Add("1_a");
        _bench.Options.Migrations.Add(
            "3_c", (_, _) => _bench.NoteAsync("+3_c"), (_, _) => isBroken ? throw new FormatException() : _bench.NoteAsync("-3_c"));
        await Runner.RunAsync();
        await _bench.Invoking(_ => Runner.RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationFailedException>();
        _bench.Add("2_b");

        foreach (MigrationPlanner planner in new[] { MigrationPlanner.Baseline("2_b"), new OwnPlanner(new MigrationStep("2_b", MigrationAction.Apply)) })
            await MigrationBench.ShouldBeRejectedAsync(MigrationPlanError.Unfinished, () => Runner.RunAsync(planner), "3_c");
        await Runner.RepairAsync("2_b", MigrationRepair.MarkApplied, "done by hand");
        await _bench.Invoking(_ => Runner.RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationFailedException>();
        isBroken = false;
        await Runner.RunAsync(MigrationPlanner.Next);

        _bench.Ran.Should().Equal("+1_a", "+3_c", "+3_c");
    }

    private sealed class OwnPlanner(params MigrationStep[] steps) : MigrationPlanner
    {
        public override IEnumerable<MigrationStep> Plan(MigrationPlanningContext context) => steps;
    }
}

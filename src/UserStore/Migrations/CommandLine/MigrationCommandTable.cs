using UserStore.CommandLine;

namespace UserStore.Migrations.CommandLine;

/// <summary>Lists the commands.</summary>
internal static class MigrationCommandTable
{
    private const string ResetDetails = "Requires MigrationOptions.AllowReset.";

    public static MigrationCommand Up { get; } = Run("up", "Applies all migrations that are not applied; the default.", _ => MigrationPlanner.Latest) with
    {
        IsForAllStores = true,
        Details = "Resumes a migration whose last attempt failed or was interrupted. With several stores, stops at the first that fails.",
        Examples = ["", "up --json", "up --store AppUser"],
    };

    public static IReadOnlyList<MigrationCommand> All { get; } =
    [
        Up,
        new("plan", "Shows what a command would do, without doing it.")
        {
            CheckTaken = static taken
                => taken is MigrationCommand { Planner: null } ? $"'{taken.Name}' has no plan, because it does not run migrations." : null,
            IsForAllStores = true,
            Details = "The command is up, to, step, undo, redo, rewind, reset or baseline, with its arguments; the default is up. A plan takes no lock and "
                + "sends no write.",
            Examples = ["plan", "plan to 20261121093000_add_city", "plan undo"],
            ExecuteAsync = async (target, context, token)
                => new PlanResult(await target.Runner.PlanAsync(MigrationCommand.PlannerOf(context.Invocation), token).ConfigureAwait(false)),
        },
        Run("to", "Undoes all migrations after this one, and applies all up to it.", arguments => MigrationPlanner.To(arguments[0])) with
        {
            Arguments = [MigrationArguments.Id],
            Examples = ["to 20261121093000_add_city"],
        },
        Run(
            "step",
            "Applies the next n migrations, or undoes the last ones.",
            arguments => MigrationPlanner.Step(MigrationArguments.CountOf(arguments[0]))) with
        {
            Arguments = [MigrationArguments.Count],
            Examples = ["step 1", "step -2"],
        },
        Run("undo", "Undoes the last migration, or completes an undo that failed.", _ => MigrationPlanner.Undo),
        Run("redo", "Undoes the last migration and applies it again.", _ => MigrationPlanner.Redo),
        Run("rewind", "Undoes all migrations.", _ => MigrationPlanner.Rewind) with { Details = ResetDetails },
        Run("reset", "Undoes all migrations and applies them again.", _ => MigrationPlanner.Reset) with { Details = ResetDetails },
        Run("baseline", "Records all migrations up to this one as applied, without running them.", arguments => MigrationPlanner.Baseline(arguments[0])) with
        {
            Arguments = [MigrationArguments.Id],
            Details = "For tables that already have the changes of these migrations.",
            Examples = ["baseline 20261121093000_add_city"],
        },
        new("status", "Shows the state of all migrations, the owner of the lock, and what to do next.")
        {
            IsForAllStores = true,
            Examples = ["status", "status --json"],
            ExecuteAsync = async (target, context, token) => new StatusResult(await target.Runner.GetStatusAsync(token).ConfigureAwait(false), context),
        },
        new("verify", "Fails unless all migrations are applied.")
        {
            IsForAllStores = true,
            Details = "Runs nothing. The exit code is 1 if a migration is not applied, or was applied with another revision.",
            ExecuteAsync = async (target, context, token) =>
            {
                await target.Runner.VerifyAsync(token).ConfigureAwait(false);
                return new MessageResult("All migrations are applied.", json => json.WriteBoolean("isUpToDate", true));
            },
        },
        new("tables", "Creates the tables of the store, or changes them as the options require.")
        {
            IsForAllStores = true,
            Details = "For options that were changed after a migration had created the tables. Runs no migration and takes no lock.",
            Examples = ["tables", "tables --store AppUser"],
            ExecuteAsync = async (target, context, token) =>
            {
                IReadOnlyList<string> tables = await target.EnsureTablesAsync(token).ConfigureAwait(false);
                return new MessageResult(
                    tables.Count == 0 ? "The store is in memory and has no tables." : $"The tables are as the options require: {string.Join(", ", tables)}.",
                    json => StatusJson.WriteStrings(json, "tables", tables));
            },
        },
        new("repair", "Corrects the journal entry of a migration.")
        {
            Arguments = [MigrationArguments.Id, MigrationArguments.Repair, MigrationArguments.Reason],
            Details = "Takes the lock, so that a migration that is running is not affected.",
            Examples = ["repair 20261121093000_add_city retry the pod was evicted"],
            ExecuteAsync = async (target, context, token) =>
            {
                IReadOnlyList<string> values = context.Invocation.Arguments;
                MigrationEntry entry = await target.Runner.RepairAsync(
                    values[0], MigrationArguments.RepairOf(values[1]), values[2], token).ConfigureAwait(false);
                return new MessageResult($"{entry.Id} is {entry.State}.", json => StatusJson.Write(json, "migration", entry));
            },
        },
        new("poison", "Lists the items that a migration could not change, with their keys.")
        {
            Arguments = [MigrationArguments.Id],
            Details = "Keys can be personal data.",
            Examples = ["poison 20261121093000_add_city"],
            ExecuteAsync = async (target, context, token)
                => new PoisonResult(await target.Runner.GetPoisonItemsAsync(context.Invocation.Arguments[0], token).ConfigureAwait(false)),
        },
        new("unlock", "Releases the lock by force.")
        {
            Arguments = [MigrationArguments.Reason],
            Details = "A lock whose owner has ended becomes free by itself; use this for a lock that another program left.",
            Examples = ["unlock the old deployment tool has crashed"],
            ExecuteAsync = async (target, context, token) =>
            {
                MigrationLockStatus before = await target.Runner.UnlockAsync(context.Invocation.Arguments[0], token).ConfigureAwait(false);
                return new MessageResult(
                    before.IsHeld ? $"Released the lock of {StatusResult.OwnerOf(before)}." : "The lock was free.",
                    json => StatusJson.Write(json, "lockBefore", before));
            },
        },
        new("hand-over", "Hands the journal over to the Go library migrations-dynamodb.")
        {
            Details = "Deletes the row of the lock, which that library takes for a held lock. The next run of this service creates the row again.",
            ExecuteAsync = async (target, context, token) =>
            {
                await target.Runner.HandOverAsync(token).ConfigureAwait(false);
                return new MessageResult(
                    "The row of the lock is deleted. Another program can acquire the lock.", json => json.WriteBoolean("isHandedOver", true));
            },
        },
        new("destroy", "Deletes the journal, the lock and the checkpoints.")
        {
            Confirmation = new(
                "--force",
                "'destroy' deletes the journal and lock tables, and with them the record of what was applied. The results of the migrations remain."),
            Examples = ["destroy --force"],
            ExecuteAsync = async (target, context, token) =>
            {
                await target.Runner.DestroyAsync(token).ConfigureAwait(false);
                return new MessageResult("The journal and the lock are deleted.", json => json.WriteBoolean("isDestroyed", true));
            },
        },
    ];

    private static MigrationCommand Run(string name, string summary, Func<IReadOnlyList<string>, MigrationPlanner> planner) => new(name, summary)
    {
        Planner = planner,
        StopsAtFailure = true,
        DescribeCancellation = DescribeCancellation,
        ExecuteAsync = async (target, context, token) => new RunResult(
            await target.Runner.RunAsync(MigrationCommand.PlannerOf(context.Invocation), token).ConfigureAwait(false), context),
    };

    private static string DescribeCancellation(CommandContext context)
    {
        string next = context.Invocation.Command == Up
            ? $"The next '{context.Spell("migrate")}' resumes it."
            : $"'{context.Spell("migrate status")}' shows what to do next.";
        return $"The lock is released, and a migration that was running is recorded as failed. {next}";
    }
}

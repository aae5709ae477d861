using System.Globalization;

namespace UserStore.Migrations.Running;

/// <summary>Executes the commands of the command line and writes their results.</summary>
internal sealed class MigrationCommands(IMigrationRunner runner, TextWriter output)
{
    private const string Usage = """
        migrate [up]                     apply all pending migrations
        migrate plan [up|to|step ...]    show what a run would do, without doing it
        migrate to <id>                  apply or undo migrations up to this one
        migrate step <n>                 apply the next n migrations, or undo the last -n
        migrate undo                     undo the last migration
        migrate redo                     undo the last migration and apply it again
        migrate rewind                   undo all migrations, if permitted
        migrate reset                    undo all migrations and apply them again, if permitted
        migrate baseline <id>            record all migrations up to this one as applied, without running them
        migrate status                   show the state of all migrations and the owner of the lock
        migrate verify                   fail unless all migrations are applied
        migrate repair <id> applied|failed|retry|revision <reason>
                                         correct the journal entry of a migration
        migrate unlock <reason>          release the lock by force
        """;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            switch (arguments)
            {
                case ["help"]:
                    await output.WriteLineAsync(Usage.AsMemory(), cancellationToken).ConfigureAwait(false);
                    return 0;
                case ["plan", .. var planned] when PlannerOf(planned) is { } planner:
                    await WriteAsync(await runner.PlanAsync(planner, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                    return 0;
                case ["status"]:
                    await WriteAsync(await runner.GetStatusAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                    return 0;
                case ["verify"]:
                    await runner.VerifyAsync(cancellationToken).ConfigureAwait(false);
                    await WriteLineAsync("All migrations are applied.").ConfigureAwait(false);
                    return 0;
                case ["repair", var id, var how, .. { Length: > 0 } reason] when RepairOf(how) is { } repair:
                    MigrationEntry entry = await runner.RepairAsync(
                        id, repair, string.Join(' ', reason), cancellationToken).ConfigureAwait(false);
                    await WriteLineAsync($"{entry.Id} is {entry.State}.").ConfigureAwait(false);
                    return 0;
                case ["unlock", .. { Length: > 0 } reason]:
                    MigrationLockStatus before = await runner.UnlockAsync(
                        string.Join(' ', reason), cancellationToken).ConfigureAwait(false);
                    await WriteLineAsync(before.IsHeld
                        ? $"Released the lock of {OwnerOf(before)}."
                        : "The lock was free.").ConfigureAwait(false);
                    return 0;
                case var planned when PlannerOf(planned) is { } planner:
                    await WriteAsync(await runner.RunAsync(planner, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                    return 0;
                default:
                    await output.WriteLineAsync(Usage.AsMemory(), cancellationToken).ConfigureAwait(false);
                    return 2;
            }
        }
        catch (Exception failure) when (failure is UserStoreException or InvalidOperationException or ArgumentException)
        {
            await WriteLineAsync($"{failure.GetType().Name}: {failure.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static MigrationPlanner? PlannerOf(string[] arguments) => arguments switch
    {
        [] or ["up"] => MigrationPlanner.Latest,
        ["to", var id] => MigrationPlanner.To(id),
        ["step", var count] when int.TryParse(
            count, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int steps) && steps != 0
            => MigrationPlanner.Step(steps),
        ["undo"] => MigrationPlanner.Undo,
        ["redo"] => MigrationPlanner.Redo,
        ["rewind"] => MigrationPlanner.Rewind,
        ["reset"] => MigrationPlanner.Reset,
        ["baseline", var id] => MigrationPlanner.Baseline(id),
        _ => null,
    };

    private static MigrationRepair? RepairOf(string how) => how switch
    {
        "applied" => MigrationRepair.MarkApplied,
        "failed" => MigrationRepair.MarkFailed,
        "retry" => MigrationRepair.Retry,
        "revision" => MigrationRepair.AcceptRevision,
        _ => null,
    };

    private async Task WriteAsync(MigrationRun run)
    {
        foreach (MigrationStepResult result in run.Steps)
        {
            await WriteLineAsync(
                $"{result.Step.Action} {result.Step.MigrationId}: done in {result.Duration.TotalSeconds:0.0} s").ConfigureAwait(false);
        }

        await WriteLineAsync(run switch
        {
            { Outcome: MigrationOutcome.Skipped } => "Another runner holds the lock. Nothing was done.",
            { Steps.Count: 0 } => "There is nothing to do.",
            _ => $"{run.Steps.Count} steps completed in {run.Duration.TotalSeconds:0.0} s.",
        }).ConfigureAwait(false);
    }

    private async Task WriteAsync(MigrationPlan plan)
    {
        foreach (string warning in plan.Warnings)
            await WriteLineAsync($"Warning: {warning}").ConfigureAwait(false);
        foreach (MigrationStep step in plan.Steps)
            await WriteLineAsync($"{step.Action} {step.MigrationId} {step.Description}").ConfigureAwait(false);
        foreach (RecordedRequest request in plan.Requests)
            await WriteLineAsync($"    {request}").ConfigureAwait(false);
        await WriteLineAsync(
            $"{plan.Steps.Count} steps, {plan.RequestCount} recorded writes. Nothing was done; a run creates its own plan.").ConfigureAwait(false);
    }

    private async Task WriteAsync(MigrationStatus status)
    {
        foreach (MigrationEntry entry in status.Migrations)
        {
            string missing = status.Missing.Contains(entry.Id) ? ", not in this service" : "";
            string when = entry.FinishedAt is { } finished ? $" {finished:u}" : entry.StartedAt is { } started ? $" since {started:u}" : "";
            string host = entry.Host is null ? "" : $" on {entry.Host}, attempt {entry.Attempts}";
            await WriteLineAsync($"{entry.State,-8} {entry.Id}{when}{host}{missing}").ConfigureAwait(false);
            if (entry.Error is not null)
                await WriteLineAsync($"         {entry.Error}").ConfigureAwait(false);
            foreach (MigrationRepairRecord repair in entry.Repairs)
            {
                await WriteLineAsync(
                    $"         {repair.Repair} from {repair.From} {repair.Timestamp:u} on {repair.Host}: {repair.Reason}").ConfigureAwait(false);
            }
        }

        await WriteLineAsync(status.Lock.IsHeld ? $"The lock is held by {OwnerOf(status.Lock)}." : "The lock is free.").ConfigureAwait(false);
        foreach (ForcedRelease release in status.Lock.Releases)
            await WriteLineAsync($"         released by force {release.Timestamp:u} on {release.Host}: {release.Reason}").ConfigureAwait(false);
    }

    private static string OwnerOf(MigrationLockStatus status) => status.Owner?.ToString() ?? "another program";

    private Task WriteLineAsync(string line) => output.WriteLineAsync(line);
}

using UserStore.Migrations;

namespace UserStore.Tests.Migrations.Exploration;

/// <summary>Explores the states of the runner: from each state that was reached, every operation of every version, undisturbed, with a failing
/// migration, ended after each of its requests, and suspended after each of them while another process runs.</summary>
/// <param name="newVersion">The migrations of the new version.</param>
/// <param name="oldVersion">The migrations of the old version.</param>
/// <param name="repairs">The repairs that people make.</param>
/// <param name="suspends">Whether processes are also suspended while others run.</param>
internal sealed class RunnerModel(string[] newVersion, string[] oldVersion, MigrationRepair[] repairs, bool suspends)
{
    private readonly HashSet<string> _seen = [];
    private readonly Queue<(ModelState State, string Path)> _open = new();

    public List<string> Violations { get; } = [];

    public int States => _seen.Count;

    /// <summary>Gets the number of states from which everything was tried.</summary>
    public int Explored { get; private set; }

    public int Runs { get; private set; }

    /// <param name="maxStates">The maximum number of states to explore, those first that take the fewest runs to reach.</param>
    public async Task ExploreAsync(int maxStates)
    {
        Add(new ModelState(), "start");
        while (Explored < maxStates && Violations.Count < 5 && _open.TryDequeue(out var next))
        {
            Explored++;
            await FollowNextStepsAsync(next.State, next.Path);
            if (next.State.Lock?.IsHeld == true)
                await CheckLockIsTakenAsync(next.State, next.Path);
            foreach (string[] version in new[] { newVersion, oldVersion })
            {
                foreach ((string name, Func<IMigrationRunner, Task> operation) in OperationsOf(version))
                    await ExploreAsync(next.State, $"{next.Path} > {(version == newVersion ? "new" : "old")} {name}", version, operation);
            }
        }
    }

    private IEnumerable<(string Name, Func<IMigrationRunner, Task> Run)> OperationsOf(string[] version)
    {
        foreach ((string name, MigrationPlanner planner) in Planners(version))
            yield return (name, runner => runner.RunAsync(planner));
        foreach (string id in newVersion)
        {
            foreach (MigrationRepair repair in repairs)
                yield return ($"{repair} {id}", runner => runner.RepairAsync(id, repair, "explored"));
        }

        yield return ("unlock", runner => runner.UnlockAsync("explored"));
    }

    private static IEnumerable<(string Name, MigrationPlanner Planner)> Planners(string[] version)
    {
        yield return ("latest", MigrationPlanner.Latest);
        yield return ("next", MigrationPlanner.Next);
        yield return ("undo", MigrationPlanner.Undo);
        yield return ("redo", MigrationPlanner.Redo);
        yield return ("step -2", MigrationPlanner.Step(-2));
        yield return ("rewind", MigrationPlanner.Rewind);
        yield return ("reset", MigrationPlanner.Reset);
        foreach (string id in version)
        {
            yield return ($"to {id}", MigrationPlanner.To(id));
            yield return ($"baseline {id}", MigrationPlanner.Baseline(id));
        }
    }

    private async Task ExploreAsync(ModelState state, string path, string[] version, Func<IMigrationRunner, Task> operation)
    {
        int requests = await RunAsync(state, path, version, operation);
        foreach (string id in version)
            await RunAsync(state, $"{path}, {id} fails", version, operation, failing: id);
        for (int request = 1; request <= requests; request++)
        {
            await RunAsync(state, $"{path}, ends after {request}", version, operation, stopAfter: request);
            if (!suspends)
                continue;
            foreach ((string[] Version, MigrationPlanner Planner, string Name) other in new[]
            {
                (newVersion, MigrationPlanner.Latest, "new latest"),
                (newVersion, MigrationPlanner.Undo, "new undo"),
                (oldVersion, MigrationPlanner.Latest, "old latest"),
            })
            {
                await RunAsync(
                    state,
                    $"{path}, suspended after {request} while {other.Name} runs",
                    version,
                    operation,
                    stopAfter: request,
                    meanwhile: (other.Version, runner => runner.RunAsync(other.Planner)));
            }
        }
    }

    /// <returns>The number of requests.</returns>
    private async Task<int> RunAsync(
        ModelState state,
        string path,
        string[] version,
        Func<IMigrationRunner, Task> operation,
        int? stopAfter = null,
        string? failing = null,
        (string[] Version, Func<IMigrationRunner, Task> Operation)? meanwhile = null)
    {
        Runs++;
        var tables = new ModelTables(state);
        var clock = new ModelClock();
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new ModelProcess(tables, clock, version, stopAfter, resumed.Task, failing);
        Task run = TryAsync(() => operation(process.Runner));
        Task first = await Task.WhenAny(run, process.Stopped).WaitAsync(TimeSpan.FromSeconds(30));
        if (first != run)
        {
            Interrupt(tables);
            if (meanwhile is var (otherVersion, otherOperation))
            {
                var other = new ModelProcess(tables, clock, otherVersion);
                await TryAsync(() => otherOperation(other.Runner));
                Violations.AddRange(other.Violations.Select(violation => $"{path}: {violation}"));
                resumed.SetResult();
                await run.WaitAsync(TimeSpan.FromSeconds(30));
            }
        }

        Violations.AddRange(process.Violations.Select(violation => $"{path}: {violation}"));
        CheckJournal(tables.State, path);
        Add(tables.State, path);
        return process.Requests;
    }

    // What the process did when it ended or was suspended is known only to the journal.
    private static void Interrupt(ModelTables tables) => tables.Change(state => state with
    {
        Interrupted = state.Interrupted.Union(state.Entries.Values.Where(entry => entry.IsInProgress).Select(entry => entry.Id)),
    });

    private void CheckJournal(ModelState state, string path)
    {
        foreach (MigrationEntry entry in state.Entries.Values.Where(entry => !state.Asserted.Contains(entry.Id)))
        {
            if (entry.State == MigrationState.Applied && !state.Effects.Contains((entry.Id, true)))
                Violations.Add($"{path}: {entry.Id} is Applied, but was not");
            if (entry.State is MigrationState.Pending or MigrationState.Undone && state.HasEffect(entry.Id))
                Violations.Add($"{path}: {entry.Id} is {entry.State}, but has an effect");
        }
    }

    /// <summary>Follows the next step that the status names, until all migrations are applied.</summary>
    private async Task FollowNextStepsAsync(ModelState state, string path)
    {
        foreach (string[] version in new[] { newVersion, oldVersion })
        {
            var tables = new ModelTables(state);
            string[] current = version;
            string steps = "";
            for (int i = 0; ; i++)
            {
                IMigrationRunner runner = new ModelProcess(tables, new ModelClock(), current).Runner;
                MigrationNextStep next = (await runner.GetStatusAsync()).NextStep;
                steps += $" {next.Action}";
                if (next.Action == MigrationNextAction.None)
                    break;
                if (next.Action == MigrationNextAction.RunOtherVersion)
                    current = newVersion;
                bool isDone = next.Action switch
                {
                    MigrationNextAction.Run or MigrationNextAction.Wait => await TryAsync(() => runner.RunAsync()) || next.Action == MigrationNextAction.Wait,
                    MigrationNextAction.Repair => await TryAsync(() => runner.RepairAsync(next.MigrationId!, MigrationRepair.Retry, "explored")),
                    MigrationNextAction.RunOtherVersion => true,
                    _ => false,
                };
                if (isDone && i < 8)
                    continue;
                Violations.Add($"{path}: the next steps lead nowhere:{steps}");
                return;
            }
        }
    }

    private async Task CheckLockIsTakenAsync(ModelState state, string path)
    {
        foreach (LockConflictBehavior behavior in Enum.GetValues<LockConflictBehavior>())
        {
            var clock = new ModelClock();
            long started = clock.GetTimestamp();
            IMigrationRunner runner = new ModelProcess(new ModelTables(state), clock, newVersion, behavior: behavior).Runner;
            MigrationOutcome? outcome = null;
            try
            {
                outcome = (await runner.RunAsync().WaitAsync(TimeSpan.FromSeconds(10))).Outcome;
            }
            catch (Exception found) when (found is MigrationDirtyException or MigrationPlanException)
            {
                // It holds the lock, and finds what prevents the run; see FollowNextStepsAsync.
            }
            catch (MigrationLockedException)
            {
                outcome = MigrationOutcome.Skipped;
            }

            if (outcome == MigrationOutcome.Skipped || clock.GetElapsedTime(started) > ModelProcess.Lease * 2)
                Violations.Add($"{path}: {behavior} does not take the lock of a process that ended");
        }
    }

    private static async Task<bool> TryAsync(Func<Task> run)
    {
        try
        {
            await run().WaitAsync(TimeSpan.FromSeconds(10));
            return true;
        }
        catch (Exception refused) when (refused is UserStoreException or InvalidOperationException)
        {
            return false;
        }
    }

    private void Add(ModelState state, string path)
    {
        if (_seen.Add(state.ToKey()))
            _open.Enqueue((state, path));
    }
}

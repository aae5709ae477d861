using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;
using UserStore.Modeling;

namespace UserStore.Tests.Migrations.Exploration;

/// <summary>A process with one version of the service, whose migrations change the state of the model and check the rules.</summary>
internal sealed class ModelProcess
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private static readonly StoreSchema Schema = new(UserModel.For<User>(new UserStoreOptions()), new UserStoreOptions());

    private readonly ModelTables _tables;
    private readonly ModelStorage _storage;
    private readonly string? _failing;
    private readonly List<string> _violations = [];

    /// <param name="tables">The tables.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="ids">The migrations of this version. Those that end with <c>!</c> require repair after an interruption.</param>
    /// <param name="stopAfter">The number of requests after which the process ends or is suspended; null for never.</param>
    /// <param name="resumed">Completes when the suspended process continues.</param>
    /// <param name="failing">The migration that fails in the middle; null for none.</param>
    /// <param name="behavior">What a run does when another one holds the lock.</param>
    public ModelProcess(
        ModelTables tables,
        TimeProvider clock,
        IEnumerable<string> ids,
        int? stopAfter = null,
        Task? resumed = null,
        string? failing = null,
        LockConflictBehavior behavior = LockConflictBehavior.Wait)
    {
        (_tables, _failing) = (tables, failing);
        _storage = new ModelStorage(tables, stopAfter, resumed ?? Task.Delay(Timeout.Infinite));
        var options = new MigrationOptions
        {
            Lease = Lease,
            LockConflictBehavior = behavior,
            AllowReset = true,
            Missing = MigrationPolicy.Allow,
            OutOfOrder = MigrationPolicy.Allow,
        };
        foreach (string id in ids)
        {
            options.Migrations.Add(
                id,
                (context, _) => ApplyAsync(id, context),
                (context, _) => UndoAsync(id, context),
                interruptionPolicy: RequiresRepair(id) ? InterruptionPolicy.RequireRepair : InterruptionPolicy.Automatic);
        }

        ServiceCollection services = [];
        var environment = new RunnerEnvironment("model/1", clock, NullLogger.Instance);
        Runner = new MigrationRunner(
            MigrationTarget.InMemory(new MigrationStoreAccess<User>(Schema, clock, NullLogger.Instance), _storage),
            options,
            services.BuildServiceProvider().GetRequiredService<IServiceScopeFactory>(),
            services,
            [],
            environment);
    }

    public IMigrationRunner Runner { get; }

    public Task Stopped => _storage.Stopped;

    public int Requests => _storage.Requests;

    public IReadOnlyList<string> Violations => _violations;

    public static bool RequiresRepair(string id) => id.EndsWith("-r", StringComparison.Ordinal);

    private async Task ApplyAsync(string id, MigrationContext context)
    {
        await _storage.DoAsync(state =>
        {
            Check(state, id, "applied");
            if (!state.Asserted.Contains(id) && state.Effects.Contains((id, true)) && RequiresRepair(id))
                _violations.Add($"{id} was applied twice");
            return (state.With(id, isComplete: false), true);
        });
        if (_failing == id)
            throw new FormatException();
        await context.Client.ListTablesAsync(); // like every request, this one fails after the lease was lost
        await _storage.DoAsync(state => (state.With(id, isComplete: true), true));
    }

    private async Task UndoAsync(string id, MigrationContext context)
    {
        await _storage.DoAsync(state =>
        {
            Check(state, id, "undone");
            foreach ((string other, _) in state.Effects.SkipWhile(effect => effect.Id != id).Skip(1))
            {
                if (string.CompareOrdinal(other, id) > 0 && !state.Asserted.Contains(other) && !state.Asserted.Contains(id))
                    _violations.Add($"{id} was undone below {other}");
            }

            return (state.HasEffect(id) ? state with { Effects = state.Effects.ConvertAll(effect => effect.Id == id ? (id, false) : effect) } : state, true);
        });
        if (_failing == id)
            throw new FormatException();
        await context.Client.ListTablesAsync(); // like every request, this one fails after the lease was lost
        await _storage.DoAsync(state => (state.Without(id), true));
    }

    private void Check(ModelState state, string id, string what)
    {
        if (RequiresRepair(id) && state.Interrupted.Contains(id))
            _violations.Add($"{id} was {what} again after an interruption that nobody repaired");
    }
}

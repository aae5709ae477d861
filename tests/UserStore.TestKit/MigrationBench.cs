using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;

namespace UserStore.TestKit;

/// <summary>Migrations under test: options, executed migrations, and any number of runners, each as in a separate process.</summary>
public sealed class MigrationBench(StoreFactory stores)
{
    private readonly Lock _lock = new();
    private readonly List<string> _ran = [];

    public MigrationOptions Options { get; } = new() { Lease = TimeSpan.FromSeconds(20), LockTimeout = TimeSpan.FromMinutes(10) };

    public UserStoreOptions StoreOptions { get; } = new();

    public IServiceCollection Services { get; } = new ServiceCollection();

    /// <summary>Gets the clock of all runners.</summary>
    public TimeProvider Time => stores.MigrationClock;

    internal RunnerEnvironment Host { get; } = new("test-host/1", stores.MigrationClock, NullLogger.Instance);

    /// <summary>Gets the executed migrations: <c>+1</c> for an apply, <c>-1</c> for an undo of migration 1.</summary>
    public IReadOnlyList<string> Ran
    {
        get
        {
            lock (_lock)
                return [.. _ran];
        }
    }

    /// <summary>Adds migrations that can be undone and record that they ran.</summary>
    public MigrationBench Add(params IReadOnlyList<string> ids) => Add(InterruptionPolicy.Automatic, ids);

    /// <summary>Adds migrations that can be undone, record that they ran, and have a policy for interruptions.</summary>
    public MigrationBench Add(InterruptionPolicy policy, params IReadOnlyList<string> ids)
    {
        foreach (string id in ids)
        {
            Options.Migrations.Add(
                id,
                (context, _) => NoteAsync($"+{context.Step.MigrationId}"),
                (context, _) => NoteAsync($"-{context.Step.MigrationId}"),
                interruptionPolicy: policy);
        }

        return this;
    }

    public Task NoteAsync(string what)
    {
        lock (_lock)
            _ran.Add(what);
        return Task.CompletedTask;
    }

    /// <summary>Creates a bench with the same journal and other options and migrations, as in another version of the service.</summary>
    public MigrationBench AsOtherVersion()
        => new(stores) { Origin = Origin ?? this, StoreOptions = { TableNamePrefix = StoreOptions.TableNamePrefix } };

    public IMigrationRunner NewRunner(params IReadOnlyList<IMigrationReporter> reporters) => new MigrationRunner(
        Open(),
        Options,
        Services.BuildServiceProvider().GetRequiredService<IServiceScopeFactory>(),
        Services,
        reporters,
        Host with { Name = RunnerEnvironment.ThisProcess });

    public async Task<MigrationEntry> EntryAsync(string id)
        => (await NewRunner().GetStatusAsync()).Migrations.Single(entry => entry.Id == id);

    /// <summary>Checks that a run is rejected before any migration runs, and the error.</summary>
    public static async Task<MigrationPlanException> ShouldBeRejectedAsync(MigrationPlanError problem, Func<Task> run, params string[] ids)
    {
        MigrationPlanException rejected = (await run.Should().ThrowAsync<MigrationPlanException>()).Which;
        rejected.Error.Should().Be(problem);
        rejected.MigrationIds.Should().Equal(ids);
        rejected.IsTransient.Should().BeFalse();
        return rejected;
    }

    /// <summary>Waits until a migration is cancelled.</summary>
    public static async Task<bool> IsCancelledAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        return true;
    }

    internal MigrationTarget Open() => stores.OpenMigrations(Origin ?? this);

    internal MigrationLock OpenLock(out IMigrationJournal journal)
    {
        MigrationTarget target = Open();
        journal = target.Journal;
        return new MigrationLock(target.Lock, Options, Host);
    }

    private MigrationBench? Origin { get; init; }
}

using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Planning;

namespace UserStore.Migrations.Running;

/// <summary>Runs the migrations of a plan with a client that records their writes.</summary>
internal sealed class DryRun(
    MigrationTarget target, MigrationOptions options, MigrationSource source, IServiceCollection services, RunnerEnvironment environment)
{
    /// <exception cref="MigrationPlanException">A migration could write past the client.</exception>
    /// <exception cref="MigrationFailedException">A migration failed.</exception>
    public async Task<MigrationPlan> RunAsync(MigrationPlan plan, CancellationToken cancellationToken)
    {
        MigrationStep[] steps = [.. plan.Steps.Where(step => step.Action != MigrationAction.Baseline)];
        foreach (MigrationStep step in steps)
            ThrowIfUnrecordable(step.MigrationId);

        var recorder = new Recorder(target.Client);
        foreach (MigrationStep step in steps)
        {
            using DelegatingClient client = CreateClient(recorder, step.MigrationId);
            var entry = new MigrationEntry { Id = step.MigrationId, IsUndo = step.Action == MigrationAction.Undo };
            var checkpoints = new AttemptCheckpoints(new NoCheckpoints(), lease: null, entry);
            var attempt = new MigrationAttempt(step, target, client, checkpoints, environment) { IsDryRun = true };
            var context = new MigrationContext(attempt, options.TableTimeout);
            using var scope = ReadOnlyScope.Enter();
            try
            {
                await (step.Action == MigrationAction.Undo
                    ? ((UndoableMigration)source[step.MigrationId]).DownAsync(context, cancellationToken)
                    : source[step.MigrationId].UpAsync(context, cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                ThrowIfRejected(scope, step.MigrationId);
                throw new MigrationFailedException(step, failure, isDryRun: true);
            }

            ThrowIfRejected(scope, step.MigrationId);
        }

        return recorder.AddTo(plan);
    }

    private DelegatingClient CreateClient(Recorder recorder, string migrationId)
    {
        DelegatingClient recording = recorder.CreateClient(migrationId);
        return new DelegatingClient((request, cancellationToken) =>
        {
            AttemptClients.ThrowIfForbidden(migrationId, request, target, options);
            return recording.SendAsync(request, cancellationToken);
        }, target.Client);
    }

    private void ThrowIfUnrecordable(string migrationId)
    {
        if (source.TypeOf(migrationId) is { } type && UnrecordedAccess.FindIn(type, services) is { } parameter)
            throw NotRecordable(migrationId, $"takes a {parameter.Name} in its constructor, whose writes a dry run cannot record");
        if (HeldClients.Guard(source[migrationId]) is { } held)
            throw NotRecordable(migrationId, $"holds a {held.Name}, whose writes a dry run can neither record nor reject");
    }

    private static void ThrowIfRejected(ReadOnlyScope scope, string migrationId)
    {
        if (scope.Rejected is { } operation)
            throw NotRecordable(migrationId, $"sent {operation} by another client than its own, which was rejected");
    }

    private static MigrationPlanException NotRecordable(string migrationId, string what) => new(
        MigrationPlanError.NotRecordable,
        [migrationId],
        $"Migration '{migrationId}' {what}. Use MigrationContext.Client or MigrationContext.OpenStore instead.");
}

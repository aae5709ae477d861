using Microsoft.Extensions.DependencyInjection;
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
            try
            {
                await (step.Action == MigrationAction.Undo
                    ? ((UndoableMigration)source[step.MigrationId]).DownAsync(context, cancellationToken)
                    : source[step.MigrationId].UpAsync(context, cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                throw new MigrationFailedException(step, failure);
            }
        }

        return recorder.AddTo(plan);
    }

    private DelegatingClient CreateClient(Recorder recorder, string migrationId)
    {
        DelegatingClient recording = recorder.CreateClient(migrationId);
        return new DelegatingClient((request, cancellationToken) =>
        {
            AttemptClients.ThrowIfForbidden(migrationId, request, target.Store.Schema, options);
            return recording.SendAsync(request, cancellationToken);
        });
    }

    private void ThrowIfUnrecordable(string migrationId)
    {
        if (source.TypeOf(migrationId) is { } type && UnrecordedAccess.FindIn(type, services) is { } service)
        {
            throw new MigrationPlanException(
                MigrationPlanError.NotRecordable,
                [migrationId],
                $"Migration '{migrationId}' takes a {service.Name} in its constructor, whose writes a dry run cannot record. "
                    + "Use MigrationContext.Client or MigrationContext.OpenStore instead.");
        }
    }
}

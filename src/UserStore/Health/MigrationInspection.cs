using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Planning;

namespace UserStore.Health;

/// <summary>Compares the journal with the migrations of the service, and changes nothing.</summary>
internal sealed class MigrationInspection(IMigrationJournal journal, MigrationOptions options, IServiceScopeFactory scopes)
{
    /// <summary>Returns which migrations are not applied, or null. Migrations that this service does not have are ignored: they belong to a newer
    /// version, which is being deployed while this one still serves.</summary>
    /// <exception cref="MigrationException">The migrations are not valid, or the journal cannot be read.</exception>
    /// <exception cref="UserStoreException">DynamoDB cannot be reached.</exception>
    public async Task<MigrationPlanException?> RunAsync(CancellationToken cancellationToken)
    {
        AsyncServiceScope scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var source = MigrationSource.Load(options.Migrations, scope.ServiceProvider);
            IReadOnlyList<MigrationEntry> entries = await journal.ReadAsync(cancellationToken).ConfigureAwait(false);
            return source.FindBehind(entries);
        }
    }
}

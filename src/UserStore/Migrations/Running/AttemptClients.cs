using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>Creates the clients of one attempt: they send nothing once the lease is lost, and delete no table of the store without
/// permission.</summary>
/// <param name="migrationId">The migration.</param>
/// <param name="target">The store.</param>
/// <param name="options">The options.</param>
/// <param name="lease">The lease.</param>
internal sealed class AttemptClients(string migrationId, MigrationTarget target, MigrationOptions options, Lease lease)
{
    private readonly DelegatingClient? _recording = target.InMemoryRecorder?.CreateClient(migrationId);

    /// <summary>Creates the client of the building blocks, whose requests can be repeated after an interruption.</summary>
    public DelegatingClient ForBuildingBlocks() => new(SendAsync);

    /// <summary>Creates the client of the migration itself.</summary>
    /// <param name="beforeFirstWrite">Called once, before the first request that writes is sent.</param>
    public DelegatingClient ForMigration(Func<Task> beforeFirstWrite)
    {
        var first = new Lazy<Task>(beforeFirstWrite);
        return new DelegatingClient(async (request, cancellationToken) =>
        {
            if (request.WrittenTables() is not null)
                await first.Value.ConfigureAwait(false);
            return await SendAsync(request, cancellationToken).ConfigureAwait(false);
        });
    }

    private Task<AmazonWebServiceResponse> SendAsync(AmazonWebServiceRequest request, CancellationToken cancellationToken)
    {
        lease.ThrowIfLost(migrationId);
        ThrowIfForbidden(migrationId, request, target.Store.Schema, options);
        return (_recording ?? target.Client!).SendAsync(request, cancellationToken);
    }

    /// <exception cref="MigrationPlanException">The request deletes a table of the store, which is not permitted.</exception>
    public static void ThrowIfForbidden(string migrationId, AmazonWebServiceRequest request, StoreSchema schema, MigrationOptions options)
    {
        if (request is DeleteTableRequest delete && !options.AllowReset && schema.Tables.Any(
            table => table.TableName == ResourceName.OfTable(delete.TableName)))
        {
            throw new MigrationPlanException(
                MigrationPlanError.NotPermitted,
                [migrationId],
                $"Migration '{migrationId}' would delete table '{delete.TableName}' of the store, which is not permitted. If that is intended, set "
                    + "MigrationOptions.AllowReset.");
        }
    }
}

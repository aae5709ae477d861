using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>Creates the clients of one attempt: they send nothing once the lease is lost, and delete no table of a store without
/// permission.</summary>
/// <param name="migrationId">The migration.</param>
/// <param name="target">The store.</param>
/// <param name="options">The options.</param>
/// <param name="lease">The lease.</param>
internal sealed class AttemptClients(string migrationId, MigrationTarget target, MigrationOptions options, Lease lease)
{
    private readonly DelegatingClient? _recording = target.InMemoryRecorder?.CreateClient(migrationId);

    /// <summary>Creates the client of the building blocks, whose requests can be repeated after an interruption.</summary>
    public DelegatingClient ForBuildingBlocks() => new(SendAsync, target.Client);

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
        }, target.Client);
    }

    private Task<AmazonWebServiceResponse> SendAsync(AmazonWebServiceRequest request, CancellationToken cancellationToken)
    {
        lease.ThrowIfLost(migrationId);
        ThrowIfForbidden(migrationId, request, target, options);
        return (_recording ?? target.Client!).SendAsync(request, cancellationToken);
    }

    /// <exception cref="MigrationPlanException">The request deletes a table of a store, which is not permitted, or one of the migrations.</exception>
    public static void ThrowIfForbidden(string migrationId, AmazonWebServiceRequest request, MigrationTarget target, MigrationOptions options)
    {
        if (request is not DeleteTableRequest { TableName: { } nameOrArn })
            return;
        string name = ResourceName.OfTable(nameOrArn);
        if (name == target.Tables?.Journal.TableName || name == target.Tables?.Lock.TableName)
            throw NotPermitted($"would delete table '{name}', which records the migrations. Use IMigrationRunner.DestroyAsync.");
        if (!options.AllowReset && target.StoreTables().Contains(name))
        {
            throw NotPermitted(
                $"would delete table '{name}' of a store, which is not permitted. If that is intended, set MigrationOptions.AllowReset.");
        }

        MigrationPlanException NotPermitted(string problem)
            => new(MigrationPlanError.NotPermitted, [migrationId], $"Migration '{migrationId}' {problem}");
    }
}

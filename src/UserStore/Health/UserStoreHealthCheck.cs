using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.Migrations;

namespace UserStore.Health;

/// <summary>Reports whether a store can be used: DynamoDB responds, tables and indexes match their definitions, and the migrations are
/// applied.</summary>
/// <param name="mapping">What maps the users.</param>
/// <param name="mappingProblem">Why the generated mapping does not map them, although the options ask for it.</param>
/// <param name="retention">The settings that keep data of users too long.</param>
/// <param name="tables">Inspects the tables; null for an in-memory store.</param>
/// <param name="migrations">Inspects the migrations; null if the store has none.</param>
internal sealed class UserStoreHealthCheck(
    UserMapping mapping, string? mappingProblem, IReadOnlyList<string> retention, TableInspection? tables, MigrationInspection? migrations) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = new Dictionary<string, object>(StringComparer.Ordinal);
        var failures = new List<Exception>();
        try
        {
            if (tables is not null)
            {
                foreach (UserStoreSchemaException difference in await tables.RunAsync(cancellationToken).ConfigureAwait(false))
                    Add(difference.IndexName is null ? difference.TableName : $"{difference.TableName}/{difference.IndexName}", difference);
            }

            if (migrations is not null && await migrations.RunAsync(cancellationToken).ConfigureAwait(false) is { } behind)
                Add("migrations", behind);
        }
        catch (MigrationException failure)
        {
            Add("migrations", failure);
        }
        catch (UserStoreException failure)
        {
            Add("DynamoDB", failure);
        }

        if (mappingProblem is not null)
            findings["mapping"] = mappingProblem;
        if (retention.Count > 0)
            findings["retention"] = string.Join(' ', retention);
        if (failures.Count == 0 && mappingProblem is not null)
            return HealthCheckResult.Degraded($"The store can be used, but the SDK's context maps its users. {mappingProblem}", data: findings);
        if (failures.Count == 0 && retention.Count > 0)
            return HealthCheckResult.Degraded($"The store can be used, but it keeps data too long. {findings["retention"]}", data: findings);
        return failures.Count == 0
            ? HealthCheckResult.Healthy(mapping == UserMapping.Generated
                ? "The store can be used. Its users are mapped by the generated mapping."
                : "The store can be used.")
            : new HealthCheckResult(
                context.Registration.FailureStatus, string.Join(' ', failures.Select(failure => failure.Message)), failures[0], findings);

        void Add(string subject, Exception failure)
        {
            findings[subject] = findings.TryGetValue(subject, out object? before) ? $"{before} {failure.Message}" : failure.Message;
            failures.Add(failure);
        }
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace UserStore.Health;

/// <summary>Reports that the store to be checked is not registered. A factory that throws would end the whole report instead.</summary>
internal sealed class MissingStoreHealthCheck(string problem) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, problem, new InvalidOperationException(problem)));
}

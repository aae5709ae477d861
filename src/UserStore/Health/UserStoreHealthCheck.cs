using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using UserStore.Migrations;
using UserStore.Migrations.Planning;
using UserStore.Migrations.Running;

namespace UserStore.Health;

/// <summary>Tells whether a store can be used: DynamoDB answers, the tables and indexes are as type and options say, and the migrations are
/// applied.</summary>
/// <typeparam name="TUser">The type of the users of the store.</typeparam>
/// <remarks>
/// <para>
/// Register it with <c>services.AddHealthChecks().AddCheck&lt;UserStoreHealthCheck&gt;("users")</c>; what is wrong is reported with the failure
/// status of that registration. All that is wrong is named, table by table, in the description and the data of the result, which hold names of
/// tables, indexes and migrations only.
/// </para>
/// <para>
/// Costs a <c>DescribeTable</c> for each table of the store, a <c>DescribeTimeToLive</c> for the users' table, and with migrations a
/// <c>DescribeTable</c> and a consistent scan of their journal. Questions about tables are repeated for at most 5 seconds, the journal is read
/// as the options of the store say. A store in memory has no tables: it is healthy when its migrations are applied. Migrations of a newer
/// version of the service do not matter to an older one. Tables of replications are not looked at;
/// <c>UserReplicator.CompareAsync</c> does that.
/// </para>
/// </remarks>
public class UserStoreHealthCheck<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IHealthCheck
    where TUser : User
{
    private readonly IServiceProvider _services;

    /// <summary>Initializes a new instance of the <see cref="UserStoreHealthCheck{TUser}"/> class.</summary>
    /// <param name="services">The services in which the store is registered.</param>
    /// <exception cref="InvalidOperationException">No store of <typeparamref name="TUser"/> is registered.</exception>
    public UserStoreHealthCheck(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _services = services;
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        MigrationTarget target = _services.GetKeyedService<MigrationTarget>(typeof(TUser))
            ?? throw new InvalidOperationException($"No store of {typeof(TUser)} is registered. Call AddUserStore first.");
        var findings = new Dictionary<string, object>(StringComparer.Ordinal);
        var failures = new List<Exception>();
        try
        {
            if (target.Client is not null)
            {
                var inspection = new TableInspection(target.Client, target.Store.Schema, _services.GetRequiredService<TimeProvider>());
                foreach (UserStoreSchemaException drift in await inspection.RunAsync(cancellationToken).ConfigureAwait(false))
                    Add(drift.IndexName is null ? drift.TableName : $"{drift.TableName}/{drift.IndexName}", drift);
            }

            if (await FindBehindAsync(target, cancellationToken).ConfigureAwait(false) is { } behind)
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

        return failures.Count == 0
            ? HealthCheckResult.Healthy("The store can be used.")
            : new HealthCheckResult(
                context.Registration.FailureStatus, string.Join(' ', failures.Select(failure => failure.Message)), failures[0], findings);

        void Add(string subject, Exception failure)
        {
            findings[subject] = findings.TryGetValue(subject, out object? before) ? $"{before} {failure.Message}" : failure.Message;
            failures.Add(failure);
        }
    }

    // Migrations that this service does not have are those of a newer version, which takes over while this one still serves.
    private async Task<MigrationPlanException?> FindBehindAsync(MigrationTarget target, CancellationToken cancellationToken)
    {
        if (_services.GetKeyedService<IMigrationRunner>(typeof(TUser)) is null)
            return null;
        AsyncServiceScope scope = _services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            MigrationOptions options = _services.GetRequiredService<IOptionsMonitor<MigrationOptions>>()
                .Get(UserStoreOptions.NameFor(typeof(TUser)));
            var source = MigrationSource.Load(options.Migrations, scope.ServiceProvider);
            IReadOnlyList<MigrationEntry> journal = await target.Journal.ReadAsync(cancellationToken).ConfigureAwait(false);
            return source.FindBehind(journal);
        }
    }
}

/// <summary>Tells whether a store of <see cref="User"/> can be used.</summary>
/// <param name="services">The services in which the store is registered.</param>
/// <inheritdoc cref="UserStoreHealthCheck{TUser}" path="/remarks"/>
public sealed class UserStoreHealthCheck(IServiceProvider services) : UserStoreHealthCheck<User>(services);

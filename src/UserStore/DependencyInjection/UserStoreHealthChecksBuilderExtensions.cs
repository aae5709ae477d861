using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.Health;
using UserStore.Migrations;
using UserStore.Migrations.Running;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers health checks of user stores.</summary>
/// <remarks>
/// <para>
/// A store is healthy if DynamoDB responds, its tables and indexes match the user type and the options, and its migrations are applied. Otherwise
/// description and data of the result contain every problem, with the names of tables, indexes and migrations only. Migrations of a newer version
/// of the service are ignored. Tables of replications are not checked; <c>UserReplicator.CompareAsync</c> checks their content.
/// </para>
/// <para>
/// A check costs a <c>DescribeTable</c> for each table of the store, a <c>DescribeTimeToLive</c> for the users' table and, with migrations, a
/// <c>DescribeTable</c> and a consistent scan of their journal. Requests about tables are retried for at most 5 seconds, the others according to
/// <see cref="UserStoreOptions.Retry"/>. An in-memory store has no tables: it is healthy when its migrations are applied.
/// </para>
/// </remarks>
public static class UserStoreHealthChecksBuilderExtensions
{
    private const string DefaultName = "users";

    /// <summary>Adds a health check of the store of <see cref="User"/>.</summary>
    /// <param name="builder">The health checks of the application.</param>
    /// <param name="name">The name of the health check.</param>
    /// <param name="failureStatus">The status to report on failure; <see cref="HealthStatus.Unhealthy"/> if null.</param>
    /// <param name="tags">Tags to filter health checks by.</param>
    /// <param name="timeout">The timeout of a check; none if null.</param>
    /// <returns>The builder.</returns>
    /// <inheritdoc cref="UserStoreHealthChecksBuilderExtensions" path="/remarks"/>
    public static IHealthChecksBuilder AddUserStore(
        this IHealthChecksBuilder builder,
        string name = DefaultName,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
        => builder.AddUserStore<User>(name, failureStatus, tags, timeout);

    /// <summary>Adds a health check of the store of a user type.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="builder">The health checks of the application.</param>
    /// <param name="name">The name of the health check. Each one needs a name of its own.</param>
    /// <param name="failureStatus">The status to report on failure; <see cref="HealthStatus.Unhealthy"/> if null.</param>
    /// <param name="tags">Tags to filter health checks by.</param>
    /// <param name="timeout">The timeout of a check; none if null.</param>
    /// <returns>The builder.</returns>
    /// <inheritdoc cref="UserStoreHealthChecksBuilderExtensions" path="/remarks"/>
    public static IHealthChecksBuilder AddUserStore<TUser>(
        this IHealthChecksBuilder builder,
        string name = DefaultName,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(name, static provider => Create(provider, typeof(TUser)), failureStatus, tags, timeout));
    }

    private static IHealthCheck Create(IServiceProvider provider, Type userType)
    {
        if (provider.GetKeyedService<RegisteredStore>(userType) is not { } store)
            return new MissingStoreHealthCheck(DescribeMissing(provider, userType));

        TableInspection? tables = store.Connection is null ? null : new TableInspection(store.Connection, store.Schema);
        MigrationInspection? migrations = provider.GetKeyedService<IMigrationRunner>(userType) is null ? null : new MigrationInspection(
            provider.GetRequiredKeyedService<MigrationTarget>(userType).Journal,
            provider.GetRequiredService<IOptionsMonitor<MigrationOptions>>().Get(UserStoreOptions.NameFor(userType)),
            provider.GetRequiredService<IServiceScopeFactory>());
        bool hasCleanup = provider.GetRequiredService<StoreRegistry>().HasReservationCleanup(userType);
        string[] retention = store.Connection is null ? [] : [.. RetentionInspection.Run(store.Schema, hasCleanup)];
        return new UserStoreHealthCheck(store.Mapping, store.MappingProblem, retention, tables, migrations);
    }

    private static string DescribeMissing(IServiceProvider provider, Type userType)
    {
        Type[] others = [.. provider.GetService<StoreRegistry>()?.UserTypes ?? []];
        string generic = userType == typeof(User) ? "" : $"<{userType.Name}>";
        string problem = $"No store of {userType} is registered. Call services.AddUserStore{generic}()";
        return others.Length == 0
            ? $"{problem}."
            : $"{problem}, or check a registered store with "
                + $"{string.Join(" or ", others.Select(other => $"AddHealthChecks().AddUserStore{(other == typeof(User) ? "" : $"<{other.Name}>")}()"))}.";
    }
}

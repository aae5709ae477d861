using Microsoft.Extensions.DependencyInjection.Extensions;
using UserStore.Migrations;
using UserStore.SpectreConsole;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the console reporter.</summary>
public static class SpectreMigrationReporterExtensions
{
    /// <summary>Registers a reporter that shows the progress of migrations on the console.</summary>
    /// <param name="services">The services of the application.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSpectreMigrationReporter(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMigrationReporter, SpectreMigrationReporter>());
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection.Extensions;
using UserStore.Migrations;
using UserStore.SpectreConsole;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the reporter that draws on the console.</summary>
public static class SpectreMigrationReporterExtensions
{
    /// <summary>Shows on the console how migrations go on.</summary>
    /// <param name="services">The services of the application.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSpectreMigrationReporter(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMigrationReporter, SpectreMigrationReporter>());
        return services;
    }
}

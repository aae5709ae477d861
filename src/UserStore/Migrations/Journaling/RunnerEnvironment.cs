using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace UserStore.Migrations.Journaling;

/// <summary>Represents the process in which migrations run.</summary>
/// <param name="Name">The name of the process in the journal and the lock.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The logger of migrations.</param>
internal sealed record RunnerEnvironment(string Name, TimeProvider Time, ILogger Logger)
{
    /// <summary>Gets the logger of the exceptions of migrations; see <see cref="MigrationLog.CausesCategory"/>.</summary>
    public ILogger Causes { get; init; } = NullLogger.Instance;

    /// <summary>Gets the name of this machine and process.</summary>
    public static string ThisProcess { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";
}

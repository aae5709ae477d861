using Microsoft.Extensions.Logging;

namespace UserStore.Migrations.Journaling;

/// <summary>Where migrations run: what journal and lock call this process, its clock, and its log.</summary>
internal sealed record RunnerEnvironment(string Name, TimeProvider Time, ILogger Logger)
{
    /// <summary>Gets the name of this machine and process.</summary>
    public static string ThisProcess { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";
}

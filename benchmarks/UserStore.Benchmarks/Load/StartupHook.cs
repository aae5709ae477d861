using UserStore.Benchmarks.Load;

/// <summary>Called by the runtime when the service starts, because <c>DOTNET_STARTUP_HOOKS</c> names this assembly.</summary>
/// <remarks>The name, and the lack of a namespace, are what the runtime looks for.</remarks>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(MetricSampler.FileVariable) is { Length: > 0 } file)
            MetricSampler.Start(file);
    }
}

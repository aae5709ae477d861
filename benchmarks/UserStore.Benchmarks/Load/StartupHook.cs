using UserStore.Benchmarks.Load;

/// <summary>Called by the runtime at the start of the service, which <c>DOTNET_STARTUP_HOOKS</c> tells to do so.</summary>
/// <remarks>The name, and the lack of a namespace, are what the runtime looks for.</remarks>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(MetricSampler.FileVariable) is { Length: > 0 } file)
            MetricSampler.Start(file);
    }
}

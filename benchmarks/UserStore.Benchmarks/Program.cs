using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using UserStore.Benchmarks;
using UserStore.Benchmarks.Load;

switch (args)
{
    case ["batches"]:
        return await BatchMeasurements.RunAsync();
    case ["telemetry"]:
        await TelemetryMeasurements.RunAsync();
        return 0;
    case ["service", var seconds]:
        return await ServiceLoad.RunAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), "artifacts/load");
    case ["service", var seconds, var pictures]:
        return await ServiceLoad.RunAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), pictures);
    case ["mapping", .. var names]:
        return await MappingMeasurements.RunAsync(names);
    case ["listing"]:
        return await ListingMeasurements.RunAsync();
    case ["replication"]:
        return await ReplicationMeasurements.RunAsync();
    case ["encryption"]:
        return await EncryptionMeasurements.RunAsync();
}

IConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(15).WithWarmupCount(5))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .WithOptions(ConfigOptions.DisableOptimizationsValidator);
BenchmarkSwitcher.FromAssembly(typeof(CallBenchmarks).Assembly).Run(args, config);
return 0;

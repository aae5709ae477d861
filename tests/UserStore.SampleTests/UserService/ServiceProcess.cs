using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace UserStore.SampleTests.UserService;

/// <summary>The service as a process of its own, as a person starts it.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] StorageVariables = ["DYNAMODB_ENDPOINT", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"];

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _output;

    private ServiceProcess(Process process)
    {
        Process = process;
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginErrorReadLine();
        _output = process.StandardOutput.ReadToEndAsync();
    }

    public Process Process { get; }

    public HttpClient Http { get; } = new(new ApiObserver()) { Timeout = Patience };

    /// <summary>Gets what the service wrote to standard error.</summary>
    public IReadOnlyList<string> Log => [.. _errors];

    /// <summary>Starts the service and waits until it has reported its last line of the start.</summary>
    public static async Task<ServiceProcess> StartAsync(string dataFile, Action<IDictionary<string, string?>>? environment = null)
    {
        ServiceProcess service = Launch(["--urls=http://127.0.0.1:0", $"--DataFile={dataFile}"], environment);
        service.Http.BaseAddress = await service._address.Task.WaitAsync(Patience)
            ?? throw new InvalidOperationException($"The service did not start: {string.Join('\n', service.Log)}");
        return service;
    }

    /// <summary>Runs a command, or a start that fails, to its end.</summary>
    public static async Task<(int ExitCode, string Output, IReadOnlyList<string> Errors)> RunAsync(
        string[] arguments, string? dataFile = null)
    {
        await using ServiceProcess service = Launch(arguments, environment => environment["DataFile"] = dataFile);
        await service.Process.WaitForExitAsync().WaitAsync(Patience);
        return (service.Process.ExitCode, await service._output, service.Log);
    }

    /// <summary>Starts the service, and does not wait until it has started.</summary>
    public static ServiceProcess Launch(string[] arguments, Action<IDictionary<string, string?>>? environment)
    {
        // An absolute path, because the environment can lack PATH. A shell ignores SIGINT in what it starts in the background, which would inherit that.
        string dotnet = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo("/usr/bin/env", [
            "--default-signal=INT", dotnet, Path.Combine(AppContext.BaseDirectory, "UserService.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string variable in StorageVariables)
            start.Environment.Remove(variable);
        environment?.Invoke(start.Environment);
        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>Stops the service as Ctrl+C does.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-INT", $"{Process.Id}"]);
        await Process.WaitForExitAsync().WaitAsync(Patience);
    }

    public async Task<(string? Kind, string? Location)> LocateAsync()
    {
        var storage = await Http.GetFromJsonAsync<Dictionary<string, string?>>("/storage");
        return (storage!["kind"], storage["location"]);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!Process.HasExited)
            Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _address.TrySetResult(null);
            return;
        }

        _errors.Enqueue(line);
        Match? address = _errors.Select(each => Address().Match(each)).FirstOrDefault(match => match.Success);
        if (address is not null && LastLine().IsMatch(line))
            _address.TrySetResult(new Uri(address.Groups[1].Value));
    }

    [GeneratedRegex(@"Open (http://127\.0\.0\.1:\d+) in a browser")]
    private static partial Regex Address();

    // With the settings' own DynamoDB, there is no advice how to use another.
    [GeneratedRegex("--help lists all settings|of DynamoDB, ")]
    private static partial Regex LastLine();
}

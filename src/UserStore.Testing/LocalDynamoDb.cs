using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Testing;

/// <summary>A DynamoDB server for tests: one that <c>DYNAMODB_ENDPOINT</c> names, else one started on this machine and stopped with its
/// owner.</summary>
/// <remarks>
/// The started server is <c>dynoxide</c>: the executable on <c>PATH</c>, else the pinned npm package of this platform, installed once into
/// a cache of the user. It listens on a free loopback port and keeps everything in memory. It ends with <see cref="DisposeAsync"/>; on
/// Linux and macOS also when its owner crashes, on Windows only when its owner ends in order.
/// </remarks>
public sealed class LocalDynamoDb : IAsyncDisposable
{
    private const string EndpointVariable = "DYNAMODB_ENDPOINT";
    private const int MaxStarts = 5;

    // The second process waits for the end of its owner, whose end of the pipe closes however it ends, and then ends the server.
    private const string WatchedStart = """exec 3<&0; (read -r line <&3; kill -9 $$ 2>/dev/null) & exec "$0" "$@" </dev/null 3<&-""";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process? _process;
    private int _disposed;

    private LocalDynamoDb(Uri endpoint, string description, Process? process)
    {
        (Endpoint, Description, _process) = (endpoint, description, process);
        if (process is not null)
            AppDomain.CurrentDomain.ProcessExit += OnOwnerExit;
    }

    /// <summary>Gets the address of the server.</summary>
    public Uri Endpoint { get; }

    /// <summary>Gets what the server is, for people.</summary>
    public string Description { get; }

    /// <summary>Returns a running server.</summary>
    /// <param name="cancellationToken">Abandons the start.</param>
    /// <returns>The server, ready for requests.</returns>
    /// <exception cref="LocalDynamoDbException">There is no server to be had; the message says what to install.</exception>
    public static async Task<LocalDynamoDb> StartAsync(CancellationToken cancellationToken = default)
        => Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint
            ? At(endpoint)
            : await StartOwnAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Makes a client of this server.</summary>
    /// <param name="configure">Changes the client's settings, if given.</param>
    /// <returns>A client with credentials for local use, the caller's to dispose. Like the clients that UserStore makes, it has no retries
    /// of its own: <see cref="UserStoreOptions.Retry"/> rules.</returns>
    public AmazonDynamoDBClient CreateClient(Action<AmazonDynamoDBConfig>? configure = null)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = Endpoint.ToString(), AuthenticationRegion = "us-east-1" };
        configure?.Invoke(config);
        return Endpoint.IsLoopback
            ? new UserStoreClient(new BasicAWSCredentials("local", "local"), config)
            : new UserStoreClient(config);
    }

    /// <summary>Stops the server if it was started here.</summary>
    /// <returns>A task that completes when the server has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_process is null || Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        AppDomain.CurrentDomain.ProcessExit -= OnOwnerExit;
        await StopAsync(_process).ConfigureAwait(false);
    }

    internal static LocalDynamoDb At(string endpoint)
        => Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? new LocalDynamoDb(address, $"the server at {address} that {EndpointVariable} names", process: null)
            : throw new LocalDynamoDbException(
                $"{EndpointVariable} is '{endpoint}', but must be an absolute address such as http://localhost:8000.");

    internal static async Task<LocalDynamoDb> StartOwnAsync(CancellationToken cancellationToken)
    {
        string executable = await DynoxideExecutable.LocateAsync(cancellationToken).ConfigureAwait(false);
        for (int attempt = 1; ; attempt++)
        {
            // Between finding a free port and the server's own use of it, another process may take it.
            int port = FindFreePort();
            Process process = Launch(executable, port);
            try
            {
                if (await IsReadyAsync(process, port, cancellationToken).ConfigureAwait(false))
                    return new LocalDynamoDb(new Uri($"http://127.0.0.1:{port}"), $"dynoxide at http://127.0.0.1:{port}", process);
            }
            catch
            {
                await StopAsync(process).ConfigureAwait(false);
                throw;
            }

            await StopAsync(process).ConfigureAwait(false);
            if (attempt == MaxStarts)
            {
                throw new LocalDynamoDbException(
                    $"The server '{executable}' does not start. "
                        + $"Start it by hand to see why, or set {EndpointVariable} to the address of another one.");
            }
        }
    }

    private static Process Launch(string executable, int port)
    {
        string[] command = [executable, "--host", "127.0.0.1", "--port", $"{port}"];
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(executable, command[1..])
            : new ProcessStartInfo("/bin/sh", ["-c", WatchedStart, .. command]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;

        Process process = Process.Start(start) ?? throw new LocalDynamoDbException($"The server '{executable}' cannot be started.");
        process.BeginOutputReadLine(); // a full pipe would stop the server
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<bool> IsReadyAsync(Process process, int port, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (!process.HasExited && Stopwatch.GetElapsedTime(started) < StartTimeout)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port, cancellationToken).ConfigureAwait(false);
                return !process.HasExited;
            }
            catch (SocketException)
            {
                await Task.Delay(PollInterval, cancellationToken).ConfigureAwait(false);
            }
        }

        return false;
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task StopAsync(Process process)
    {
        using (process)
        {
            process.StandardInput.Close();
            using var timeout = new CancellationTokenSource(OperatingSystem.IsWindows() ? TimeSpan.Zero : StopTimeout);
            try
            {
                await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void OnOwnerExit(object? sender, EventArgs e)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _process!.Kill(entireProcessTree: true);
    }
}

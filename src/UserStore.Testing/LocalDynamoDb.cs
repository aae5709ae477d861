using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DependencyInjection;
using UserStore.DynamoDb.Sending;

namespace UserStore.Testing;

/// <summary>Represents a DynamoDB server for tests: the server that <c>DYNAMODB_ENDPOINT</c> specifies, or otherwise a server that is
/// started on this machine and stopped with the process that started it.</summary>
/// <remarks>
/// A loopback address that the AWS SDK is configured to use counts like <c>DYNAMODB_ENDPOINT</c> if that variable is not set:
/// <c>AWS_ENDPOINT_URL_DYNAMODB</c>, <c>AWS_ENDPOINT_URL</c>, or <c>endpoint_url</c> of the profile. Other addresses there are ignored, because they
/// may be those of tables that are in use.
/// The started server is <c>dynoxide</c>: the executable on <c>PATH</c>, or otherwise the pinned npm package for this platform, which is
/// installed once into a cache directory of the user. The server listens on a free loopback port and keeps all data in memory, or in the file that
/// <see cref="LocalDynamoDbOptions.DataFile"/> specifies. <see cref="DisposeAsync"/> stops it. On Linux and macOS, it also stops when the process
/// that started it crashes; on Windows, only when that process exits normally.
/// </remarks>
public sealed class LocalDynamoDb : IAsyncDisposable
{
    private const string EndpointVariable = DynamoDbClients.EndpointVariable;
    private const int MaxStarts = 5;

    // The server and its watcher get a session of their own where the system can create one: Ctrl+C in a terminal, or a signal to the group of the
    // owner, then ends the owner before the server.
    private const string StartInOwnSession = """exec $(command -v setsid) /bin/sh -c "$@" """;

    // The watcher waits until the owner ends, which always closes the pipe, and then stops the server. The server of a data file gets time to
    // complete the file.
    private const string WatchedStart = """
        exec 3<&0
        (
          trap '' HUP INT TERM
          read -r line <&3
          if [ "$USERSTORE_STOP_SIGNAL" = TERM ]; then
            kill -TERM $$
            i=0
            while [ $i -lt 20 ] && kill -0 $$; do sleep 0.1; i=$((i + 1)); done
          fi
          kill -KILL $$
        ) >/dev/null 2>&1 &
        exec "$0" "$@" </dev/null 3<&-
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process? _process;
    private readonly FileStream? _dataFileLock;
    private int _disposed;

    private LocalDynamoDb(Uri endpoint, string description, Process? process = null, string? dataFile = null, FileStream? dataFileLock = null)
    {
        (Endpoint, Description, DataFile) = (endpoint, description, dataFile);
        (_process, _dataFileLock) = (process, dataFileLock);
        if (process is not null)
            AppDomain.CurrentDomain.ProcessExit += OnOwnerExit;
    }

    /// <summary>Gets the address of the server.</summary>
    public Uri Endpoint { get; }

    /// <summary>Gets a human-readable description of the server.</summary>
    public string Description { get; }

    /// <summary>Gets the path of the file that stores the data of the server.</summary>
    /// <value>The absolute path of <see cref="LocalDynamoDbOptions.DataFile"/>, or <see langword="null"/> if the data is kept in memory, or if
    /// another server is used.</value>
    public string? DataFile { get; }

    /// <summary>Starts a server, or connects to the one that <c>DYNAMODB_ENDPOINT</c> or the configuration of the AWS SDK specifies.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The server, ready for requests.</returns>
    /// <exception cref="LocalDynamoDbException">No server is available. The message states what to install.</exception>
    public static Task<LocalDynamoDb> StartAsync(CancellationToken cancellationToken = default)
        => StartAsync(new LocalDynamoDbOptions(), cancellationToken);

    /// <summary>Starts a server, or connects to the one that <c>DYNAMODB_ENDPOINT</c> or the configuration of the AWS SDK specifies.</summary>
    /// <param name="options">Specifies where the server that is started stores its data.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The server, ready for requests.</returns>
    /// <exception cref="LocalDynamoDbException">No server is available: the message states what to install. Or the data file is in use by another
    /// process, or is not a data file.</exception>
    public static async Task<LocalDynamoDb> StartAsync(LocalDynamoDbOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint)
            return At(endpoint);
        return Uri.TryCreate(DynamoDbClients.SdkServiceUrl(), UriKind.Absolute, out Uri? address) && address.IsLoopback
            ? new LocalDynamoDb(address, $"the server at {address} that the configuration of the AWS SDK specifies")
            : await StartOwnAsync(options.DataFile, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates a client for this server.</summary>
    /// <param name="configure">Changes the configuration of the client; <see langword="null"/> for no changes.</param>
    /// <returns>A client with credentials for local use, which the caller must dispose. Like the clients that UserStore creates, it does not
    /// retry by itself: <see cref="UserStoreOptions.Retry"/> applies.</returns>
    public AmazonDynamoDBClient CreateClient(Action<AmazonDynamoDBConfig>? configure = null)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = Endpoint.ToString(), AuthenticationRegion = "us-east-1" };
        configure?.Invoke(config);
        return Endpoint.IsLoopback
            ? new UserStoreClient(new BasicAWSCredentials("local", "local"), config)
            : new UserStoreClient(config);
    }

    /// <summary>Stops the server if this instance started it.</summary>
    /// <returns>A task that completes when the server has stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_process is null || Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        AppDomain.CurrentDomain.ProcessExit -= OnOwnerExit;
        await StopAsync(_process).ConfigureAwait(false);
        if (_dataFileLock is not null)
            await _dataFileLock.DisposeAsync().ConfigureAwait(false);
    }

    internal static LocalDynamoDb At(string endpoint)
        => Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? new LocalDynamoDb(address, $"the server at {address} that {EndpointVariable} specifies")
            : throw new LocalDynamoDbException(
                $"{EndpointVariable} is '{endpoint}', but must be an absolute address such as http://localhost:8000.");

    internal static async Task<LocalDynamoDb> StartOwnAsync(string? dataFile, CancellationToken cancellationToken)
    {
        string executable = await DynoxideExecutable.LocateAsync(cancellationToken).ConfigureAwait(false);
        if (dataFile is null)
            return await StartOwnAsync(executable, dataFile: null, dataFileLock: null, cancellationToken).ConfigureAwait(false);

        string path = Path.GetFullPath(dataFile);
        FileStream dataFileLock = DataFileLock.Acquire(path);
        try
        {
            return await StartOwnAsync(executable, path, dataFileLock, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await dataFileLock.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<LocalDynamoDb> StartOwnAsync(
        string executable, string? dataFile, FileStream? dataFileLock, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            // Another process can take the port before the server uses it.
            int port = FindFreePort();
            var errors = new ConcurrentQueue<string>();
            Process process = Launch(executable, port, dataFile, errors);
            try
            {
                if (await IsReadyAsync(process, port, cancellationToken).ConfigureAwait(false))
                {
                    var endpoint = new Uri($"http://127.0.0.1:{port}");
                    string description = $"dynoxide at http://127.0.0.1:{port}" + (dataFile is null ? "" : $" with the data file '{dataFile}'");
                    return new LocalDynamoDb(endpoint, description, process, dataFile, dataFileLock);
                }
            }
            catch
            {
                await StopAsync(process).ConfigureAwait(false);
                throw;
            }

            await StopAsync(process).ConfigureAwait(false); // reads the errors to their end
            if (attempt == MaxStarts)
            {
                throw new LocalDynamoDbException(
                    $"The server '{executable}' does not start{(dataFile is null ? "" : $" with the data file '{dataFile}'")}: "
                        + $"{errors.FirstOrDefault() ?? "it reported no error."} "
                        + $"Correct the cause, or set {EndpointVariable} to the address of another server.");
            }
        }
    }

    private static Process Launch(string executable, int port, string? dataFile, ConcurrentQueue<string> errors)
    {
        string[] command = [executable, "--host", "127.0.0.1", "--port", $"{port}", .. dataFile is null ? [] : new[] { "--db-path", dataFile }];
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(executable, command[1..])
            : new ProcessStartInfo("/bin/sh", ["-c", StartInOwnSession, "sh", WatchedStart, .. command]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["USERSTORE_STOP_SIGNAL"] = dataFile is null ? "KILL" : "TERM";

        Process process = Process.Start(start) ?? throw new LocalDynamoDbException($"The server '{executable}' cannot be started.");
        process.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data) && errors.IsEmpty)
                errors.Enqueue(line.Data.Trim());
        };
        process.BeginOutputReadLine(); // a full pipe would block the server
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

using System.Runtime.InteropServices;

namespace UserStore.CommandLine;

/// <summary>Cancels a command at the first SIGINT or SIGTERM, so that it can record its end. A second signal ends the process, unless it follows at
/// once.</summary>
internal sealed class TerminationSignals : IDisposable
{
    // Programs such as timeout of coreutils send a signal to the process and then to its group, so that it arrives twice.
    internal static readonly TimeSpan RepetitionTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TextWriter _error;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cancellation;
    private readonly PosixSignalRegistration[] _registrations;
    private long _receivedAt;
    private bool _isDisposed;

    public TerminationSignals(TextWriter error, TimeProvider time, CancellationToken cancellationToken)
    {
        _error = error;
        _time = time;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _cancellation.Token;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token { get; }

    /// <summary>Gets the signal that was received.</summary>
    public PosixSignal? Received { get; private set; }

    /// <summary>Gets the exit code by which shells recognize the signal: 128 and its number.</summary>
    public int? ExitCode => Received switch
    {
        null => null,
        PosixSignal.SIGINT => 130,
        _ => 143,
    };

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
            _cancellation.Dispose();
        }
    }

    internal void Handle(PosixSignalContext context)
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            if (Received is not null)
            {
                context.Cancel = _time.GetElapsedTime(_receivedAt) < RepetitionTime;
                return;
            }

            context.Cancel = true;
            Received = context.Signal;
            _receivedAt = _time.GetTimestamp();
            _error.WriteLine($"Received {context.Signal}. Cancelling; a second signal ends the process at once.");
            _ = _cancellation.CancelAsync();
        }
    }
}

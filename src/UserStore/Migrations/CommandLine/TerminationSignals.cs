using System.Runtime.InteropServices;

namespace UserStore.Migrations.CommandLine;

/// <summary>Cancels a command at the first SIGINT or SIGTERM, so that it can record its end. A second signal ends the process.</summary>
internal sealed class TerminationSignals : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TextWriter _error;
    private readonly CancellationTokenSource _cancellation;
    private readonly PosixSignalRegistration[] _registrations;
    private bool _isDisposed;

    public TerminationSignals(TextWriter error, CancellationToken cancellationToken)
    {
        _error = error;
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

    private void Handle(PosixSignalContext context)
    {
        lock (_lock)
        {
            if (_isDisposed || Received is not null)
                return;
            context.Cancel = true;
            Received = context.Signal;
            _error.WriteLine($"Received {context.Signal}. Cancelling; a second signal ends the process at once.");
            _ = _cancellation.CancelAsync();
        }
    }
}

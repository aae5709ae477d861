namespace UserStore.Testing;

/// <summary>Faults that a test asks the in-memory store for, by name. They are what a caller sees when retries have not helped. Unless told
/// otherwise, a faulty call changes nothing in the store.</summary>
public sealed class StoreFaults
{
    private readonly Lock _lock = new();
    private readonly Queue<FaultKind> _reads = new();
    private readonly Queue<FaultKind> _writes = new();
    private TimeSpan _delay;
    private Func<string, string?, bool>? _isUnavailable;

    internal StoreFaults()
    {
    }

    /// <summary>Gets or sets how long every call takes, by the clock of the store.</summary>
    /// <value>Not negative. The default is zero.</value>
    public TimeSpan Delay
    {
        get
        {
            lock (_lock)
                return _delay;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            lock (_lock)
                _delay = value;
        }
    }

    /// <summary>Gets or sets which calls end as <see cref="UserStoreUnavailableException"/> for as long as this is set: by the name of the
    /// member, such as <c>FindAsync</c>, and the id of the user, if the call is about one.</summary>
    /// <value>The default is <see langword="null"/>: none.</value>
    public Func<string, string?, bool>? IsUnavailable
    {
        get
        {
            lock (_lock)
                return _isUnavailable;
        }

        set
        {
            lock (_lock)
                _isUnavailable = value;
        }
    }

    /// <summary>Lets the next writes end as <see cref="UserStoreThrottledException"/>.</summary>
    /// <param name="count">How many.</param>
    public void ThrottleNextWrite(int count = 1) => Add(_writes, FaultKind.Throttle, count);

    /// <summary>Lets the next reads end as <see cref="UserStoreThrottledException"/>.</summary>
    /// <param name="count">How many.</param>
    public void ThrottleNextRead(int count = 1) => Add(_reads, FaultKind.Throttle, count);

    /// <summary>Lets the next writes end as <see cref="UserStoreUnavailableException"/>.</summary>
    /// <param name="count">How many.</param>
    public void FailNextWrite(int count = 1) => Add(_writes, FaultKind.Outage, count);

    /// <summary>Lets the next reads end as <see cref="UserStoreUnavailableException"/>.</summary>
    /// <param name="count">How many.</param>
    public void FailNextRead(int count = 1) => Add(_reads, FaultKind.Outage, count);

    /// <summary>Lets the next writes end as <see cref="UserStoreUnavailableException"/>, because a transaction was running on the same
    /// user.</summary>
    /// <param name="count">How many.</param>
    public void ConflictNextWrite(int count = 1) => Add(_writes, FaultKind.Conflict, count);

    /// <summary>Lets the next writes be applied and then end as <see cref="UserWriteOutcomeUnknownException"/>. A write that the store
    /// refuses ends as that refusal.</summary>
    /// <param name="count">How many.</param>
    public void LoseNextResponse(int count = 1) => Add(_writes, FaultKind.LostResponse, count);

    /// <summary>Forgets all faults and the delay.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _reads.Clear();
            _writes.Clear();
            _delay = TimeSpan.Zero;
            _isUnavailable = null;
        }
    }

    /// <summary>Returns the fault that a call meets, if it meets one.</summary>
    internal StoreFault? Next(string operation, bool isWrite, string? userId)
    {
        FaultKind kind;
        lock (_lock)
        {
            if (!(isWrite ? _writes : _reads).TryDequeue(out kind))
            {
                return _isUnavailable?.Invoke(operation, userId) == true
                    ? new StoreFault(new UserStoreUnavailableException($"{operation} got no answer, as the test asked."))
                    : null;
            }
        }

        return kind switch
        {
            FaultKind.Throttle => new StoreFault(new UserStoreThrottledException($"{operation} was throttled, as the test asked.")),
            FaultKind.Conflict => new StoreFault(
                new UserStoreUnavailableException($"{operation} met a running transaction, as the test asked.")),
            FaultKind.LostResponse when userId is not null => new StoreFault(new UserWriteOutcomeUnknownException(userId), IsAfterCall: true),
            _ => new StoreFault(new UserStoreUnavailableException($"{operation} got no answer, as the test asked.")),
        };
    }

    private void Add(Queue<FaultKind> queue, FaultKind kind, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_lock)
        {
            for (int i = 0; i < count; i++)
                queue.Enqueue(kind);
        }
    }

    private enum FaultKind
    {
        Throttle,
        Outage,
        Conflict,
        LostResponse,
    }
}

/// <summary>How a call ends that meets a fault.</summary>
internal sealed record StoreFault(UserStoreException Error, bool IsAfterCall = false);

namespace UserStore.Testing;

/// <summary>Injects faults into the calls of an in-memory store. The faults are those that a caller receives after all retries have
/// failed. Unless stated otherwise, a call with a fault changes nothing in the store.</summary>
public sealed class StoreFaults
{
    private readonly Lock _lock = new();
    private readonly Queue<FaultKind> _reads = new();
    private readonly Queue<FaultKind> _writes = new();
    private TimeSpan _delay;
    private Func<string, UserKey?, bool>? _isUnavailable;

    internal StoreFaults()
    {
    }

    /// <summary>Gets or sets the duration of every call, measured by the clock of the store.</summary>
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

    /// <summary>Gets or sets the predicate that selects calls that fail with <see cref="UserStoreUnavailableException"/>. It receives the
    /// name of the member, such as <c>FindAsync</c>, and the key of the user, or null if the call has none.</summary>
    /// <value>The default is <see langword="null"/>: no calls.</value>
    public Func<string, UserKey?, bool>? IsUnavailable
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

    /// <summary>Makes the next writes fail with <see cref="UserStoreThrottledException"/>.</summary>
    /// <param name="count">The number of writes.</param>
    public void ThrottleNextWrite(int count = 1) => Add(_writes, FaultKind.Throttle, count);

    /// <summary>Makes the next reads fail with <see cref="UserStoreThrottledException"/>.</summary>
    /// <param name="count">The number of reads.</param>
    public void ThrottleNextRead(int count = 1) => Add(_reads, FaultKind.Throttle, count);

    /// <summary>Makes the next writes fail with <see cref="UserStoreUnavailableException"/>.</summary>
    /// <param name="count">The number of writes.</param>
    public void FailNextWrite(int count = 1) => Add(_writes, FaultKind.Outage, count);

    /// <summary>Makes the next reads fail with <see cref="UserStoreUnavailableException"/>.</summary>
    /// <param name="count">The number of reads.</param>
    public void FailNextRead(int count = 1) => Add(_reads, FaultKind.Outage, count);

    /// <summary>Makes the next writes fail with <see cref="UserStoreUnavailableException"/>, as if a transaction on the same user were in
    /// progress.</summary>
    /// <param name="count">The number of writes.</param>
    public void ConflictNextWrite(int count = 1) => Add(_writes, FaultKind.Conflict, count);

    /// <summary>Applies the next writes and then makes them fail with <see cref="UserWriteOutcomeUnknownException"/>. A write that the store
    /// rejects fails with the exception of that rejection.</summary>
    /// <param name="count">The number of writes.</param>
    /// <remarks>On DynamoDB, a rejection after a lost response can also be the inner exception of a
    /// <see cref="UserWriteOutcomeUnknownException"/>.</remarks>
    public void LoseNextResponse(int count = 1) => Add(_writes, FaultKind.LostResponse, count);

    /// <summary>Removes all faults and the delay.</summary>
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

    /// <summary>Returns the fault to inject into a call, or null.</summary>
    internal StoreFault? Next(string operation, bool isWrite, UserKey? key)
    {
        FaultKind kind;
        lock (_lock)
        {
            if (!(isWrite ? _writes : _reads).TryDequeue(out kind))
            {
                return _isUnavailable?.Invoke(operation, key) == true
                    ? new StoreFault(new UserStoreUnavailableException($"{operation} received no response: an injected fault."))
                    : null;
            }
        }

        return kind switch
        {
            FaultKind.Throttle => new StoreFault(new UserStoreThrottledException($"{operation} was throttled: an injected fault.")),
            FaultKind.Conflict => new StoreFault(
                new UserStoreUnavailableException($"{operation} conflicted with another transaction: an injected fault.")),
            FaultKind.LostResponse when key is { } written => new StoreFault(new UserWriteOutcomeUnknownException(written), IsAfterCall: true),
            _ => new StoreFault(new UserStoreUnavailableException($"{operation} received no response: an injected fault.")),
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

/// <summary>Represents a fault to inject into a call.</summary>
internal sealed record StoreFault(UserStoreException Error, bool IsAfterCall = false);

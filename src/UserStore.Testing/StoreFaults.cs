namespace UserStore.Testing;

/// <summary>Faults that a test asks the in-memory store for, by name. A faulty call changes nothing in the store.</summary>
public sealed class StoreFaults
{
    private readonly Lock _lock = new();
    private readonly Queue<Func<string, UserStoreException>> _reads = new();
    private readonly Queue<Func<string, UserStoreException>> _writes = new();
    private TimeSpan _delay;

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

    /// <summary>Lets the next writes end as <see cref="UserStoreThrottledException"/>.</summary>
    /// <param name="count">How many.</param>
    public void ThrottleNextWrite(int count = 1) => Add(_writes, Throttled, count);

    /// <summary>Lets the next reads end as <see cref="UserStoreThrottledException"/>.</summary>
    /// <param name="count">How many.</param>
    public void ThrottleNextRead(int count = 1) => Add(_reads, Throttled, count);

    /// <summary>Lets the next writes end as <see cref="UserStoreUnavailableException"/>.</summary>
    /// <param name="count">How many.</param>
    public void FailNextWrite(int count = 1) => Add(_writes, Unavailable, count);

    /// <summary>Lets the next reads end as <see cref="UserStoreUnavailableException"/>.</summary>
    /// <param name="count">How many.</param>
    public void FailNextRead(int count = 1) => Add(_reads, Unavailable, count);

    /// <summary>Forgets all faults and the delay.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _reads.Clear();
            _writes.Clear();
            _delay = TimeSpan.Zero;
        }
    }

    internal UserStoreException? Next(string operation, bool isWrite)
    {
        lock (_lock)
            return (isWrite ? _writes : _reads).TryDequeue(out Func<string, UserStoreException>? fault) ? fault(operation) : null;
    }

    private static UserStoreThrottledException Throttled(string operation) => new($"{operation} was throttled, as the test asked.");

    private static UserStoreUnavailableException Unavailable(string operation) => new($"{operation} got no answer, as the test asked.");

    private void Add(Queue<Func<string, UserStoreException>> queue, Func<string, UserStoreException> fault, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_lock)
        {
            for (int i = 0; i < count; i++)
                queue.Enqueue(fault);
        }
    }
}

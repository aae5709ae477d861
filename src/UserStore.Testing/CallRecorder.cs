namespace UserStore.Testing;

/// <summary>Records the latest calls, up to a given number.</summary>
internal sealed class CallRecorder(int capacity)
{
    private readonly Queue<RecordedCall> _calls = new();
    private readonly Lock _lock = new();

    public void Add(string operation, UserKey? key, DateTimeOffset at, Exception? error)
    {
        if (capacity == 0)
            return;
        lock (_lock)
        {
            if (_calls.Count == capacity)
                _calls.Dequeue();
            _calls.Enqueue(new RecordedCall(operation, key, at, error));
        }
    }

    public IReadOnlyList<RecordedCall> Snapshot()
    {
        lock (_lock)
            return [.. _calls];
    }
}

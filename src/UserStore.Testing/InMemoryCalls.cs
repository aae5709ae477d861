namespace UserStore.Testing;

/// <summary>Runs the calls of a store one at a time, injects faults and records the calls.</summary>
internal sealed class InMemoryCalls(StoreFaults faults, CallRecorder recorder, TimeProvider time)
{
    private readonly Lock _lock = new();

    public async Task<T> RunAsync<T>(string operation, bool isWrite, UserKey? key, Func<T> body, CancellationToken cancellationToken)
    {
        Exception? error = null;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (faults.Delay is { Ticks: > 0 } delay)
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            StoreFault? fault = faults.Next(operation, isWrite, key);
            if (fault is { IsAfterCall: false })
                throw fault.Error;
            T result = Run(body);
            return fault is null ? result : throw fault.Error;
        }
        catch (Exception failure)
        {
            error = failure;
            throw;
        }
        finally
        {
            recorder.Add(operation, key, time.GetUtcNow(), error);
        }
    }

    /// <summary>Runs an internal operation atomically, without faults and without recording it.</summary>
    public T Run<T>(Func<T> body)
    {
        lock (_lock)
            return body();
    }
}

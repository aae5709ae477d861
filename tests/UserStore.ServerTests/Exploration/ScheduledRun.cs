using System.Net;
using System.Text.Json;
using System.Threading.Channels;

namespace UserStore.ServerTests.Exploration;

/// <summary>Runs the calls of one scenario: decides which call starts, which request is delivered and what happens to it, one step at a
/// time.</summary>
internal sealed class ScheduledRun(Schedule schedule, int maxFaults, IReadOnlyList<ScheduledCall> calls, Func<Task>? burst)
{
    private const int MaxSteps = 200; // no call needs so many

    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    private static readonly string[] Reads = ["GetItem", "Query", "TransactGetItems", "DescribeTable"];

    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();
    private readonly Dictionary<ScheduledCall, PendingRequest> _pending = [];
    private readonly List<PendingRequest> _late = [];
    private readonly List<string> _log = [];
    private readonly Lock _lock = new();
    private int _faults;
    private bool _burstIsDone = burst is null;

    /// <summary>Gets the steps, for the message about a run that failed.</summary>
    public IReadOnlyList<string> Log => _log;

    /// <summary>Gets a value indicating whether the third writer wrote.</summary>
    public bool HadBurst { get; private set; }

    /// <summary>Runs the calls to their end, and delivers all late requests.</summary>
    public async Task RunAsync()
    {
        for (int step = 0; step < MaxSteps; step++)
        {
            await WaitUntilQuietAsync();
            List<(string Name, Func<Task> Take)> alternatives = [.. Alternatives()];
            if (alternatives.Count == 0)
                return;
            (string name, Func<Task> take) = alternatives[schedule.Choose(alternatives.Count)];
            _log.Add(name);
            await take();
        }

        throw new InvalidOperationException("The calls do not end.");
    }

    /// <summary>Holds a request of a call until its turn comes.</summary>
    public async Task<HttpResponseMessage> ReceiveAsync(ScheduledCall call, string operation, string body, Func<Task<HttpResponseMessage>> send)
    {
        var request = new PendingRequest(call, operation, body, send);
        lock (_lock)
            _pending.Add(call, request);
        _changes.Writer.TryWrite(true);
        return await request.Response.Task;
    }

    private IEnumerable<(string Name, Func<Task> Take)> Alternatives()
    {
        foreach (PendingRequest request in calls.Where(_pending.ContainsKey).Select(call => _pending[call]))
            yield return ($"{request}: delivered", () => DeliverAsync(request, Delivery.Delivered));
        foreach (ScheduledCall call in calls.Where(call => call.Task is null))
            yield return ($"{call.Name} starts", () => StartAsync(call));
        foreach (PendingRequest request in _late.ToList())
        {
            yield return ($"{request}: arrives late", async () =>
            {
                _late.Remove(request);
                (await SendAsync(request)).Dispose();
            }
            );
        }

        if (!_burstIsDone && calls.Any(call => call.Task is not null))
        {
            yield return ("others write", () =>
            {
                _burstIsDone = HadBurst = true;
                return burst!();
            }
            );
        }

        if (_faults == maxFaults)
            yield break;
        foreach (PendingRequest request in calls.Where(_pending.ContainsKey).Select(call => _pending[call]))
        {
            Delivery[] faults = Reads.Contains(request.Operation)
                ? [Delivery.LostBefore]
                : [Delivery.LostAfter, Delivery.LostBefore, Delivery.Delayed, Delivery.Duplicated];
            foreach (Delivery fault in faults)
                yield return ($"{request}: {fault}", () => DeliverAsync(request, fault));
        }
    }

    private Task StartAsync(ScheduledCall call)
    {
        call.Start(this);
        _ = call.Task!.ContinueWith(_ => _changes.Writer.TryWrite(true), TaskScheduler.Default);
        return Task.CompletedTask;
    }

    private async Task DeliverAsync(PendingRequest request, Delivery delivery)
    {
        lock (_lock)
            _pending.Remove(request.Call);
        if (delivery != Delivery.Delivered)
        {
            _faults++;
            request.Call.HadFault |= delivery != Delivery.Duplicated;
        }

        HttpResponseMessage? response = delivery is Delivery.LostBefore or Delivery.Delayed ? null : await SendAsync(request);
        if (delivery == Delivery.Duplicated && response!.StatusCode != HttpStatusCode.OK)
            (await SendAsync(request)).Dispose(); // nobody could know that a refused request is sent again later
        else if (delivery is Delivery.Delayed or Delivery.Duplicated)
            _late.Add(request);
        if (delivery is Delivery.Delivered or Delivery.Duplicated)
        {
            request.Response.SetResult(response!);
        }
        else
        {
            response?.Dispose();
            request.Response.SetException(new HttpRequestException(HttpRequestError.ResponseEnded, "The connection broke."));
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(PendingRequest request)
    {
        HttpResponseMessage response = await request.Send();
        if (response.StatusCode == HttpStatusCode.OK && !Reads.Contains(request.Operation))
            request.Call.CountApplied(request.Body);
        return response;
    }

    // Every call that was started and has not ended waits for a request.
    private async Task WaitUntilQuietAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                if (calls.All(call => call.Task is null || call.Task.IsCompleted || _pending.ContainsKey(call)))
                    return;
            }

            await _changes.Reader.ReadAsync().AsTask().WaitAsync(MaxSilence);
        }
    }

    private sealed record PendingRequest(ScheduledCall Call, string Operation, string Body, Func<Task<HttpResponseMessage>> Send)
    {
        public TaskCompletionSource<HttpResponseMessage> Response { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override string ToString() => $"{Call.Name} {Operation}";
    }
}

/// <summary>One call of a scenario, with what became of it.</summary>
internal sealed class ScheduledCall(string name, Func<Task> call, ScheduledWire wire)
{
    private readonly HashSet<string> _tokens = [];

    public string Name => name;

    /// <summary>Gets the call; null before it started.</summary>
    public Task? Task { get; private set; }

    /// <summary>Gets how often a write of the call was applied.</summary>
    public int Applied { get; private set; }

    /// <summary>Gets or sets a value indicating whether a response of the call was lost.</summary>
    public bool HadFault { get; set; }

    public Exception? Failure => Task!.Exception?.InnerException;

    public void Start(ScheduledRun run)
    {
        wire.Attach(run, this);
        Task = System.Threading.Tasks.Task.Run(call);
    }

    // The server applies a transaction of one token once.
    public void CountApplied(string body)
    {
        using JsonDocument request = JsonDocument.Parse(body);
        if (!request.RootElement.TryGetProperty("ClientRequestToken", out JsonElement token) || _tokens.Add(token.GetString()!))
            Applied++;
    }
}

using System.Collections.Concurrent;
using Amazon.Runtime;

namespace UserStore.ServerTests.Exploration;

/// <summary>The wire of one client, whose requests wait for a schedule to decide about them.</summary>
internal sealed class ScheduledWire : HttpClientFactory
{
    private static readonly SocketsHttpHandler Network = new();

    private ScheduledRun? _run;
    private ScheduledCall? _call;

    public void Attach(ScheduledRun run, ScheduledCall call) => (_run, _call) = (run, call);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this), disposeHandler: false);

    private sealed class Handler(ScheduledWire wire) : HttpMessageHandler
    {
        private static readonly HttpMessageInvoker Server = new(Network, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            byte[] body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            return await wire._run!.ReceiveAsync(
                wire._call!, operation, System.Text.Encoding.UTF8.GetString(body), () => Server.SendAsync(Copy(request, body), CancellationToken.None));
        }

        // A request that is delivered late outlives the call that sent it.
        private static HttpRequestMessage Copy(HttpRequestMessage request, byte[] body)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = new ByteArrayContent(body) };
            foreach ((string name, IEnumerable<string> values) in request.Headers)
                copy.Headers.TryAddWithoutValidation(name, values);
            foreach ((string name, IEnumerable<string> values) in request.Content!.Headers)
                copy.Content.Headers.TryAddWithoutValidation(name, values);
            return copy;
        }
    }
}

/// <summary>A clock that advances only when it is read, so that runs can be repeated and no two write ids are equal by chance. Pauses between
/// attempts take no time, and attempts never time out.</summary>
internal sealed class ScheduledClock : TimeProvider
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ConcurrentDictionary<TimeSpan, ScheduledClock> Clocks = [];

    private long _microseconds;

    private ScheduledClock(TimeSpan skew)
        => _microseconds = (Start + skew - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Returns the clock of all processes that deviate equally. Their write ids rise in the order in which they are created.</summary>
    public static ScheduledClock Of(TimeSpan skew) => Clocks.GetOrAdd(skew, static skew => new ScheduledClock(skew));

    // An id that must exceed another one is a microsecond above it.
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMicroseconds(Interlocked.Add(ref _microseconds, 2));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => System.CreateTimer(callback, state, dueTime <= LongestPause && dueTime >= TimeSpan.Zero ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period);
}

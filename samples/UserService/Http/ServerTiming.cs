using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using UserStore;

namespace UserService.Http;

/// <summary>Reports the requests to DynamoDB that a response required, in its header Server-Timing, from the spans of the library.</summary>
internal sealed class ServerTiming : IEndpointFilter, IDisposable
{
    private const int MaxEntries = 20;

    // The spans of a request end in its own flow of execution, whether or not the request is traced.
    private readonly AsyncLocal<ConcurrentQueue<string>?> _entries = new();
    private readonly ActivityListener _listener;

    public ServerTiming()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == UserStoreTelemetry.ActivitySourceName,
            // Other listeners can ask for more. What only this one asks for is not marked as recorded, and so is not exported.
            Sample = (ref _) => _entries.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
            ActivityStopped = request => _entries.Value?.Enqueue(EntryOf(request)),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var entries = new ConcurrentQueue<string>();
        HttpResponse response = context.HttpContext.Response;
        response.OnStarting(() =>
        {
            string[] all = [.. entries];
            IEnumerable<string> rest = all.Length > MaxEntries ? [$"more;desc=\"{all.Length - MaxEntries} more requests\""] : [];
            if (all.Length > 0)
                response.Headers["Server-Timing"] = string.Join(", ", all.Take(MaxEntries).Concat(rest));
            return Task.CompletedTask;
        });
        _entries.Value = entries; // This method is asynchronous: its caller does not see the value.
        return await next(context);
    }

    public void Dispose() => _listener.Dispose();

    private static string EntryOf(Activity request)
    {
        string? table = request.GetTagItem("db.collection.name") as string
            ?? (request.GetTagItem("aws.dynamodb.table_names") is string[] tables ? string.Join(' ', tables) : null);
        int attempts = 1 + (request.GetTagItem("userstore.retries") is int retries ? retries : 0);
        string capacity = request.GetTagItem("aws.dynamodb.consumed_capacity") is string[] units
            ? string.Create(CultureInfo.InvariantCulture, $";capacity={units.Sum(CapacityOf)}")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{request.GetTagItem("db.operation.name")};dur={request.Duration.TotalMilliseconds:F2};table=\"{table}\";attempts={attempts}{capacity}");
    }

    private static double CapacityOf(string json)
    {
        using JsonDocument capacity = JsonDocument.Parse(json);
        return capacity.RootElement.GetProperty("CapacityUnits").GetDouble();
    }
}

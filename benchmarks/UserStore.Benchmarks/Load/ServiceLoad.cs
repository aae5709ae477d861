using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using UserStore.Testing;

namespace UserStore.Benchmarks.Load;

/// <summary>
/// Runs many concurrent clients against the sample service, which is a separate process over the local server: reads, lists, creates, deletes,
/// and counters that all clients increment by reading and writing under If-Match. In some phases, requests to the server receive faults. Draws what the metrics
/// of the service show, and fails on a response of 5xx, a lost update, or memory growth.
/// </summary>
internal static partial class ServiceLoad
{
    private const int Clients = 32;
    private const int Counters = 16;
    private const int StoredUsers = 500;
    private const double MaxGrowth = 1.3; // Of the memory, from one third of the duration to the end.

    private static readonly ConcurrentDictionary<string, ConcurrentBag<double>> Latencies = [];
    private static readonly ConcurrentDictionary<HttpStatusCode, int> Statuses = [];
    private static readonly int[] Increments = new int[Counters];

    /// <returns>The exit code; 0 on success.</returns>
    public static async Task<int> RunAsync(TimeSpan time, string pictures)
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using var wire = new FaultyWire();
        await using FaultyProxy proxy = FaultyProxy.Start(wire, server.Endpoint);
        string metrics = Path.GetTempFileName();
        using Process service = Start(proxy.Endpoint, metrics);
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients }) { BaseAddress = await AddressOfAsync(service) };
            await PrepareAsync(http);
            using var end = new CancellationTokenSource(time);
            DateTimeOffset start = DateTimeOffset.UtcNow;
            Task<List<long>> memory = WatchAsync(service, end.Token);
            Task faults = LoadPhase.InjectAsync(wire, time);
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => RunClientAsync(http, client, end.Token)));
            await faults;
            IReadOnlyList<MetricSample> samples = MetricSampler.Read(metrics);
            new LoadPlots(samples, start, time).Write(pictures);
            return await ReportAsync(http, await memory, samples, time);
        }
        finally
        {
            service.Kill(entireProcessTree: true);
            await service.WaitForExitAsync();
            File.Delete(metrics);
        }
    }

    private static Process Start(Uri endpoint, string metrics)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "UserService.dll"));
        start.ArgumentList.Add("--urls=http://127.0.0.1:0");
        start.ArgumentList.Add("--RateLimit:PerSecond=0");
        start.Environment["DYNAMODB_ENDPOINT"] = endpoint.ToString();
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(MetricSampler).Assembly.Location;
        start.Environment[MetricSampler.FileVariable] = metrics;
        return Process.Start(start)!;
    }

    private static async Task<Uri> AddressOfAsync(Process service)
    {
        while (await service.StandardError.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } found)
            {
                _ = service.StandardError.ReadToEndAsync(); // So that the service never blocks on its log output.
                return new Uri(found.Value);
            }
        }

        throw new InvalidOperationException("The service did not start.");
    }

    private static async Task PrepareAsync(HttpClient http)
    {
        IEnumerable<string> lines = Enumerable.Range(0, StoredUsers).Select(
            i => $$"""{"userId":"load-{{i}}","name":"0","email":"load.{{i}}@example.test","status":"{{(i % 5 == 0 ? "pending" : "active")}}"}""");
        using var content = new StringContent(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage response = await http.PostAsync("/users/import", content);
        response.EnsureSuccessStatusCode();
        if (!(await response.Content.ReadAsStringAsync()).Contains($"\"written\":{StoredUsers},\"failed\":0", StringComparison.Ordinal))
            throw new InvalidOperationException("The users of the load could not be stored.");
    }

    private static async Task RunClientAsync(HttpClient http, int client, CancellationToken end)
    {
        var random = new Random(client);
        for (int round = 0; !end.IsCancellationRequested; round++)
        {
            int user = random.Next(StoredUsers);
            switch (random.Next(100))
            {
                case < 45:
                    await SendAsync(http, "get", HttpMethod.Get, $"/users/load-{user}");
                    break;
                case < 55:
                    await SendAsync(http, "by email", HttpMethod.Get, $"/users/by-email/load.{user}@example.test");
                    break;
                case < 65:
                    await SendAsync(http, "list by status", HttpMethod.Get, "/users?status=active&pageSize=20");
                    break;
                case < 80:
                    await CreateAndDeleteAsync(http, $"load-{client}-{round}");
                    break;
                default:
                    await IncreaseAsync(http, random.Next(Counters));
                    break;
            }
        }
    }

    private static async Task CreateAndDeleteAsync(HttpClient http, string id)
    {
        await SendAsync(http, "create", HttpMethod.Post, "/users", $$"""{"userId":"{{id}}","name":"Fake","email":"{{id}}@example.test"}""");
        await SendAsync(http, "delete", HttpMethod.Delete, $"/users/{id}");
    }

    private static async Task IncreaseAsync(HttpClient http, int counter)
    {
        while (true)
        {
            (_, JsonElement user) = await SendAsync(http, "get", HttpMethod.Get, $"/users/load-{counter}");
            if (user.ValueKind != JsonValueKind.Object)
                return;
            int next = int.Parse(user.GetProperty("name").GetString()!) + 1;
            (HttpStatusCode status, _) = await SendAsync(
                http, "patch", HttpMethod.Patch, $"/users/load-{counter}", $$"""{"name":"{{next}}"}""", user.GetProperty("etag").GetString());
            if (status == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref Increments[counter]);
                return;
            }

            if (status != HttpStatusCode.PreconditionFailed)
                return;
        }
    }

    private static async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(
        HttpClient http, string name, HttpMethod method, string path, string? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        long begin = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await http.SendAsync(request);
        if ((int)response.StatusCode >= 500)
            Console.WriteLine($"  {name}: {await response.Content.ReadAsStringAsync()}");
        JsonElement json = response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<JsonElement>() : default;
        Latencies.GetOrAdd(name, _ => []).Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        Statuses.AddOrUpdate(response.StatusCode, 1, (_, count) => count + 1);
        return (response.StatusCode, json);
    }

    private static async Task<List<long>> WatchAsync(Process service, CancellationToken end)
    {
        var samples = new List<long>();
        while (!end.IsCancellationRequested)
        {
            service.Refresh();
            samples.Add(service.WorkingSet64);
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        }

        return samples;
    }

    private static async Task<int> ReportAsync(HttpClient http, List<long> memory, IReadOnlyList<MetricSample> samples, TimeSpan time)
    {
        int requests = Statuses.Values.Sum();
        Console.WriteLine($"{Clients} clients, {time.TotalSeconds:F0} s: {requests:N0} requests, {requests / time.TotalSeconds:N0} a second");
        foreach ((string name, ConcurrentBag<double> all) in Latencies.OrderBy(one => one.Key))
        {
            double[] sorted = [.. all.Order()];
            Console.WriteLine(
                $"  {name,-15} {sorted.Length,8:N0}   median {sorted[sorted.Length / 2],6:F1} ms   99 % {sorted[sorted.Length * 99 / 100],6:F1} ms");
        }

        Console.WriteLine($"  responses: {string.Join(", ", Statuses.OrderBy(one => one.Key).Select(one => $"{(int)one.Key} x {one.Value:N0}"))}");
        int lost = 0;
        for (int counter = 0; counter < Counters; counter++)
        {
            JsonElement user = await http.GetFromJsonAsync<JsonElement>($"/users/load-{counter}");
            lost += Math.Abs(int.Parse(user.GetProperty("name").GetString()!) - Increments[counter]);
        }

        long early = memory[memory.Count / 3];
        double growth = memory[^1] / (double)early;
        int failures = Statuses.Where(one => (int)one.Key >= 500).Sum(one => one.Value);
        Console.WriteLine($"  {Increments.Sum():N0} increments of {Counters} counters, {lost} lost; {failures} responses of 5xx");
        Console.WriteLine($"  memory: {early >> 20} MB after a third of the time, {memory[^1] >> 20} MB at the end ({growth:F2} times, limit: {MaxGrowth})");
        double retries = samples.Sum(sample => sample.Retries);
        double throttles = samples.Sum(sample => sample.Throttles);
        Console.WriteLine($"  {samples.Sum(sample => sample.DynamoDb.Count):N0} requests to DynamoDB, {retries:N0} retries, {throttles:N0} throttles");
        return retries > 0 && throttles > 0 && lost == 0 && failures == 0 && growth <= MaxGrowth ? 0 : 1;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}

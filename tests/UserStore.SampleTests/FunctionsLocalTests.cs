using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace UserStore.SampleTests;

/// <summary>Tests the program that runs both functions on a local server.</summary>
public sealed class FunctionsLocalTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly HttpClient Http = new();

    private readonly ConcurrentQueue<string> _output = [];
    private Process _program = null!;
    private Uri _address = null!;

    [Fact]
    public async Task The_five_calls_create_five_users_without_zip_codes_in_the_target()
    {
        (string Email, string State, string City, string Zipcode)[] users =
        [
            ("fake-1@example.test", "New York", "Brooklyn", "11208"),
            ("fake-2@example.test", "New York", "Staten Island", "10314"),
            ("fake-3@example.test", "Ohio", "Cincinnati", "45201"),
            ("fake-4@example.test", "Ohio", "Cleveland", "44101"),
            ("fake-5@example.test", "California", "Los Angeles", "90003"),
        ];
        foreach ((string email, string state, string city, string zipcode) in users)
        {
            (await PostAsync(
                $$"""{"email":"{{email}}", "state":"{{state}}","city":"{{city}}","zipcode": "{{zipcode}}"}""")).Should().Be(HttpStatusCode.Created);
        }

        string[] target = await TableAsync("UsersByPlace", 5);
        foreach ((string email, string state, string city, _) in users)
            target.Should().ContainSingle(line => line.Contains($"email={email},") && line.Contains($"state={state}") && line.Contains($"city={city},"));
        target.Should().OnlyContain(line => line.Contains("active=True") && !line.Contains("zipcode"));
        (await TableAsync("Users", 5)).Should().OnlyContain(line => line.Contains("active=True") && line.Contains("zipcode="));

        (await PostAsync("""{"email":"fake-6@example.test","state":"Ohio","city":"Cleveland","zipcode":"44102"}""")).Should().Be(HttpStatusCode.Created);
        (await TableAsync("UsersByPlace", 6)).Where(line => line.Contains("city=Cleveland,")).Should().HaveCount(2, "two users live in one city");

        (await PostAsync("""{"email":"fake-6@example.test"}""")).Should().Be(HttpStatusCode.Conflict);
        (await PostAsync("""{"email":6}""")).Should().Be(HttpStatusCode.BadRequest);
    }

    public async Task InitializeAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Functions.Local.dll"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _program = Process.Start(start)!;
        _program.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _program.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _program.BeginOutputReadLine();
        _program.BeginErrorReadLine();
        Match listening = await UntilAsync(() => _output.Select(line => Regex.Match(line, "^Listening on ([^,]+),")).FirstOrDefault(match => match.Success));
        _address = new Uri(listening.Groups[1].Value);
    }

    public async Task DisposeAsync()
    {
        _program.Kill(entireProcessTree: true);
        await _program.WaitForExitAsync();
        _program.Dispose();
    }

    private async Task<HttpStatusCode> PostAsync(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        using HttpResponseMessage response = await Http.PostAsync(_address, content);
        return response.StatusCode;
    }

    // Returns the last printed items of a table when there are as many as expected.
    private Task<string[]> TableAsync(string table, int count) => UntilAsync(() =>
    {
        string[] lines = [.. _output];
        int title = Array.FindLastIndex(lines, line => line.EndsWith($"-{table}: {count}", StringComparison.Ordinal));
        string[] items = title < 0 ? [] : [.. lines.Skip(title + 1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))];
        return items.Length == count ? items : null;
    });

    private async Task<T> UntilAsync<T>(Func<T?> look)
        where T : class
    {
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < Patience)
        {
            if (look() is { } found)
                return found;
            await Task.Delay(50);
        }

        throw new TimeoutException($"The program has printed only:\n{string.Join('\n', _output)}");
    }
}

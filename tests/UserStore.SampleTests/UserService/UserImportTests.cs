using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace UserStore.SampleTests.UserService;

public sealed class UserImportTests : UserServiceTest
{
    private static readonly byte[] BeginningOfAnImport = Encoding.ASCII.GetBytes(
        "POST /users/import HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "6\r\nwrong\n\r\n");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_import_reports_its_progress_and_every_line_that_was_not_written(bool onServer)
    {
        await using RunningService service = await RunningService.StartAsync(onServer);
        List<string> lines = [.. Enumerable.Range(1000, 500).Select(LineOf)];
        lines[9] = "not json";
        lines[19] = """{"name":"No Email"}""";
        lines[29] = LineOf(1000);
        lines[39] = """{"name":"Taken","email":"import.1001@example.test"}""";
        lines[49] = "";

        List<JsonElement> events = await ImportAsync(service, string.Join("\r\n", lines));

        JsonElement end = events[^1];
        (Text(end, "event"), Text(end, "endedBy")).Should().Be(("end", "Completed"));
        (end.GetProperty("written").GetInt32(), end.GetProperty("failed").GetInt32()).Should().Be((495, 4));
        var rejected = events.Where(line => Text(line, "event") == "not-written")
            .ToDictionary(line => line.GetProperty("line").GetInt32(), line => Text(line.GetProperty("problem"), "type"));
        rejected.Should().HaveCount(4);
        (rejected[10], rejected[20]).Should().Be(("urn:user-service:invalid-request", "urn:user-service:invalid-request"));
        (rejected.GetValueOrDefault(30) ?? rejected.GetValueOrDefault(1)).Should().Be("urn:user-service:invalid-request", "the id occurs twice");
        (rejected.GetValueOrDefault(40) ?? rejected.GetValueOrDefault(2)).Should().Be("urn:user-service:email-in-use", "the order is not defined");
        events.Should().Contain(line => Text(line, "event") == "progress");
    }

    [Fact]
    public async Task An_import_responds_while_it_still_reads_the_request()
    {
        await using RunningService service = await RunningService.StartAsync();
        // HttpClient reads no response before the request is complete.
        using var connection = new TcpClient();
        await connection.ConnectAsync(service.Http.BaseAddress!.Host, service.Http.BaseAddress.Port);
        await using NetworkStream stream = connection.GetStream();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var response = new StreamReader(stream);

        await stream.WriteAsync(BeginningOfAnImport);
        string early = await ReadToAsync("not-written");
        string line = LineOf(1000);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line.Length:x}\r\n{line}\r\n0\r\n\r\n"));
        string late = await ReadToAsync("\"end\"");

        early.Should().Contain("\"line\":1");
        late.Should().Contain("\"written\":1");

        async Task<string> ReadToAsync(string text)
        {
            while (await response.ReadLineAsync(limit.Token) is { } next)
            {
                if (next.Contains(text, StringComparison.Ordinal))
                    return next;
            }

            throw new EndOfStreamException();
        }
    }

    [Fact]
    public async Task A_client_that_disconnects_during_an_import_causes_no_error()
    {
        using var log = new FakeLoggerProvider();
        await using (RunningService service = await RunningService.StartAsync(configure: services => services.AddSingleton<ILoggerProvider>(log)))
        {
            using (var connection = new TcpClient())
            {
                await connection.ConnectAsync(service.Http.BaseAddress!.Host, service.Http.BaseAddress.Port);
                NetworkStream stream = connection.GetStream();
                await stream.WriteAsync(BeginningOfAnImport);
                await stream.ReadExactlyAsync(new byte[100]);
                connection.Client.Close(0); // sends a reset
            }

            (await service.SendAsync(HttpMethod.Get, "/users/fake-1")).Response.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        log.Collector.GetSnapshot().Where(logged => logged.Level >= LogLevel.Error).Should().BeEmpty("the service has stopped, and with it every request");
    }

    [Fact]
    public async Task A_line_over_the_limit_ends_an_import_with_the_limit()
    {
        await using RunningService service = await RunningService.StartAsync();

        List<JsonElement> events = await ImportAsync(service, LineOf(1000) + "\n{\"name\":\"" + new string('x', 200_000));

        JsonElement end = events[^1];
        (Text(end, "endedBy"), end.GetProperty("written").GetInt32()).Should().Be(("SequenceFailed", 1));
        end.GetProperty("problem").GetProperty("errors").GetProperty("body")[0].GetString().Should().Contain("65536 bytes");
    }

    [Fact]
    public async Task A_line_that_was_not_written_is_reported_with_the_id_of_its_user()
    {
        await using RunningService service = await RunningService.StartAsync();

        List<JsonElement> events = await ImportAsync(service, """{"userId":"fake-1","name":"Again","email":"again@example.test"}""");

        JsonElement line = events.Single(each => Text(each, "event") == "not-written");
        (Text(line, "userId"), Text(line.GetProperty("problem"), "type")).Should().Be(("fake-1", "urn:user-service:user-exists"));
    }

    [Fact]
    public async Task A_byte_order_mark_and_blank_lines_are_no_errors()
    {
        await using RunningService service = await RunningService.StartAsync();

        List<JsonElement> events = await ImportAsync(service, $"\uFEFF{LineOf(1000)}\r\n \t\r\n\n{LineOf(1001)}\n  ");

        (events[^1].GetProperty("written").GetInt32(), events[^1].GetProperty("failed").GetInt32()).Should().Be((2, 0));
    }

    [Fact]
    public async Task An_import_ends_with_its_result_when_the_service_stops()
    {
        await using RunningService service = await RunningService.StartAsync();
        using var connection = new TcpClient();
        await connection.ConnectAsync(service.Http.BaseAddress!.Host, service.Http.BaseAddress.Port);
        await using NetworkStream stream = connection.GetStream();
        using var response = new StreamReader(stream);
        await stream.WriteAsync(BeginningOfAnImport);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await ReadToAsync("not-written");

        Task stopped = service.StopAsync();

        (await ReadToAsync("\"end\"")).Should().Contain("\"endedBy\":\"Cancelled\"");
        connection.Close();
        await stopped;

        async Task<string> ReadToAsync(string text)
        {
            while (await response.ReadLineAsync(limit.Token) is { } next)
            {
                if (next.Contains(text, StringComparison.Ordinal))
                    return next;
            }

            throw new EndOfStreamException();
        }
    }
}

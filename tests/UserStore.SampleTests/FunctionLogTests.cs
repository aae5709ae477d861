using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserStore.Replication;

namespace UserStore.SampleTests;

/// <summary>The lines that the functions write to standard output.</summary>
public sealed class FunctionLogTests : IDisposable
{
    private readonly string _marker = $"fake-{Guid.NewGuid():N}";
    private readonly TextWriter _console = Console.Out;
    private readonly SlowConsole _lines;

    public FunctionLogTests()
    {
        _lines = new SlowConsole(_marker);
        Console.SetOut(_lines);
    }

    [Fact]
    public async Task A_record_that_cannot_be_handled_has_left_a_line_of_JSON_when_the_function_returns()
    {
        await using ServiceProvider services = Services.Build(options => options.ServiceUrl = "http://127.0.0.1:1");
        var function = new ReplicateUsers(services.GetRequiredService<UserChangeDispatcher<PlacedUser>>());
        using var input = new MemoryStream(Encoding.UTF8.GetBytes($$$"""
            {"Records":[{"eventName":"MODIFY","eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":"17",
            "StreamViewType":"NEW_IMAGE","Keys":{"user_id":{"S":"{{{_marker}}}"}},
            "NewImage":{"user_id":{"S":"{{{_marker}}}"},"email":{"S":"ada@example.test"},"city":{"S":"Dayton"} } } }]}
            """));

        using var response = new StreamReader(await function.HandleAsync(input));
        string[] lines = [.. _lines.Marked];

        (await response.ReadToEndAsync()).Should().Be("""{"batchItemFailures":[{"itemIdentifier":"17"}]}""");
        JsonElement line = JsonDocument.Parse(lines.Should().ContainSingle().Subject).RootElement;
        line.GetProperty("EventId").GetInt32().Should().Be(301);
        line.GetProperty("LogLevel").GetString().Should().Be("Error");
        line.GetProperty("Category").GetString().Should().Be("UserStore.Replication.UserChangeDispatcher");
        line.GetProperty("Timestamp").GetDateTimeOffset().Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        line.GetProperty("State").GetProperty("SequenceNumber").GetString().Should().Be("17");
        line.GetProperty("State").GetProperty("UserKey").GetString().Should().Be(_marker);
        lines[0].Should().NotContain("ada").And.NotContain("Dayton").And.NotContain("\n");
    }

    [Fact]
    public async Task A_user_that_cannot_be_created_has_left_a_line_of_JSON_when_the_function_returns()
    {
        await using ServiceProvider services = Services.Build(options =>
        {
            options.ServiceUrl = "http://127.0.0.1:1"; // nobody listens there
            options.TableNamePrefix = _marker;
            options.Retry.Timeout = TimeSpan.Zero;
        });
        var function = new CreateUser(
            services.GetRequiredService<IUserStore<PlacedUser>>(), services.GetRequiredService<ILogger<CreateUser>>());
        using var input = new MemoryStream("""{"body":"{\"email\":\"ada@example.test\"}"}"""u8.ToArray());

        using var response = new StreamReader(await function.HandleAsync(input));
        string[] lines = [.. _lines.Marked];

        (await response.ReadToEndAsync()).Should().Contain("503");
        JsonElement[] logged = [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
        logged.Select(line => line.GetProperty("EventId").GetInt32()).Should().Equal(102, 1);
        logged[1].GetProperty("State").GetProperty("Error").GetString().Should().Be(nameof(UserStoreUnavailableException));
        string.Concat(lines).Should().NotContain("ada");
    }

    public void Dispose()
    {
        Console.SetOut(_console);
        _lines.Dispose();
    }

    /// <summary>A console that takes its time, so that a line that another thread writes is not there when a function returns.</summary>
    private sealed class SlowConsole(string marker) : TextWriter
    {
        public ConcurrentQueue<string> Marked { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => Write(value);

        public override void Write(string? value)
        {
            if (value?.Contains(marker, StringComparison.Ordinal) != true)
                return;
            Thread.Sleep(200);
            Marked.Enqueue(value);
        }
    }
}

using System.Diagnostics;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.CommandLine;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.Tests.Migrations.CommandLine;

/// <summary>A service in a separate process, whose command line receives signals, or whose output is piped.</summary>
public sealed class MigrationSignalTests : IAsyncLifetime
{
    private const int Users = 200;

    private readonly string _prefix = $"signal-{Guid.NewGuid():N}-";
    private LocalDynamoDb _server = null!;
    private AmazonDynamoDBClient _client = null!;
    private ServiceProvider _provider = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _client = _server.CreateClient();
        _provider = new ServiceCollection()
            .AddSingleton<IAmazonDynamoDB>(_client)
            .AddUserStore(options => options.TableNamePrefix = _prefix)
            .AddMigrations(options => options.Migrations.Add("1_fills", static (_, _) => Task.CompletedTask))
            .Services.BuildServiceProvider();
        await _provider.GetRequiredService<IUserStore>().EnsureTablesAsync();
        foreach (int[] ids in Enumerable.Range(0, Users).Chunk(25))
        {
            await _client.BatchWriteItemAsync(new Dictionary<string, List<WriteRequest>>
            {
                [_prefix + "Users"] = [.. ids.Select(id => new WriteRequest(new PutRequest(new()
                {
                    ["user_id"] = new($"fake-{id}"),
                    ["name"] = new($"Fake User {id}"),
                    ["version"] = new() { N = "1" },
                })))],
            });
        }
    }

    public async Task DisposeAsync()
    {
        foreach (string table in (await _client.ListTablesAsync()).TableNames.Where(table => table.StartsWith(_prefix, StringComparison.Ordinal)))
            await _client.DeleteTableAsync(table);
        await _provider.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("INT", 130, "waits")]
    [InlineData("TERM", 143, "waits")]
    [InlineData("INT", 130, "waits-in-host")]
    [InlineData("TERM", 143, "waits-in-host")]
    public async Task A_signal_in_the_middle_of_a_backfill_cancels_it_in_order_and_the_next_run_completes_it(string signal, int exitCode, string kind)
    {
        using Process cancelled = Start(kind, "migrate");
        await cancelled.ReadToLineAsync(cancelled.StandardOutput, "waiting");
        await cancelled.SignalAsync(signal);
        (int code, string output, string error) = await EndAsync(cancelled);

        code.Should().Be(exitCode);
        output.Should().BeEmpty("results, of which there are none, are written to standard output");
        error.Should().Contain($"Received SIG{signal}.").And.Contain(
            $"Cancelled by SIG{signal}. The lock is released, and a migration that was running is recorded as failed. The next 'migrate' resumes it.");
        MigrationStatus status = await _provider.GetRequiredService<IMigrationRunner>().GetStatusAsync();
        status.Migrations.Should().ContainSingle().Which.State.Should().Be(MigrationState.Failed);
        status.Lock.IsHeld.Should().BeFalse();

        using Process next = Start("completes", "migrate");
        (code, output, error) = await EndAsync(next);

        code.Should().Be(0, error);
        output.Should().Contain("Completed, 1 step completed");
        List<Dictionary<string, AttributeValue>> items = [];
        await foreach (ScanResponse page in _client.Paginators.Scan(new ScanRequest(_prefix + "Users")).Responses)
            items.AddRange(page.Items);
        items.Should().HaveCount(Users).And.OnlyContain(item => item["fills"].N == "1");
    }

    [Fact]
    public async Task A_second_signal_ends_a_migration_that_ignores_its_cancellation()
    {
        using Process program = Start("ignores", "migrate");
        await program.ReadToLineAsync(program.StandardOutput, "waiting");
        await program.SignalAsync("INT");
        await program.ReadToLineAsync(program.StandardError, "Received SIGINT. Cancelling; a second signal ends the process at once.");
        Func<Task> end = () => program.WaitForExitAsync().WaitAsync(TerminationSignals.RepetitionTime + TimeSpan.FromMilliseconds(100));
        await end.Should().ThrowAsync<TimeoutException>("it ignores the first signal");

        await program.SignalAsync("INT");

        (await EndAsync(program)).Code.Should().Be(130);
    }

    [Fact]
    public async Task Piped_output_has_plain_lines_on_standard_error_and_one_document_on_standard_output()
    {
        using Process program = Start("completes", "migrate", "--json");
        (int code, string output, string error) = await EndAsync(program);

        code.Should().Be(0, error);
        JsonDocument.Parse(output).RootElement.GetProperty("steps").GetArrayLength().Should().Be(1);
        error.Should().NotContain("\e").And.Contain("Apply 1_fills: started").And.Contain("Apply 1_fills: done in").And.Contain(
            "Migrations: Completed, 1 step completed");
    }

    [Fact]
    public async Task Other_arguments_start_the_service()
    {
        using Process program = Start("completes", "serve");

        (await EndAsync(program)).Code.Should().Be(255);
    }

    private Process Start(string kind, params string[] command) => TestProgram.Start(["service", _prefix, kind, .. command], environment =>
    {
        environment["DYNAMODB_ENDPOINT"] = _server.Endpoint.ToString();
        environment["TERM"] = "xterm-256color";
    });

    private static async Task<(int Code, string Output, string Error)> EndAsync(Process program)
    {
        Task<string> output = program.StandardOutput.ReadToEndAsync();
        string error = await program.StandardError.ReadToEndAsync().WaitAsync(TestProgram.Patience);
        await program.WaitForExitAsync().WaitAsync(TestProgram.Patience);
        return (program.ExitCode, await output, error);
    }
}

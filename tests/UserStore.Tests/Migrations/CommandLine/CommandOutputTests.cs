using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UserStore.Migrations;

namespace UserStore.Tests.Migrations.CommandLine;

public sealed class CommandOutputTests
{
    [Fact]
    public async Task A_failed_migration_is_described_with_its_cause_on_standard_error_only()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Failing);

        (int? code, string output, string error) = await bench.RunAsync("migrate");

        (code, output).Should().Be((1, ""));
        error.Should().StartWith("Cause: System.FormatException: ada@example.test").And.ContainAll(
            "System.InvalidOperationException: the real cause", $"at {typeof(CommandBench).FullName}");
        error.TrimEnd().Split('\n')[^1].Should().StartWith("MigrationFailedException: Migration '1_breaks' could not be applied.", "the remedy is read last");
    }

    [Fact]
    public async Task The_status_of_a_failed_migration_has_its_type_and_where_to_find_the_cause_and_the_next_step()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Failing);
        await bench.RunAsync("migrate");
        MigrationStatus status = await bench.Provider.GetRequiredService<IMigrationRunner>().GetStatusAsync();

        (int? code, string output, string error) = await bench.RunAsync("migrate status");

        (code, error).Should().Be((0, ""));
        MigrationEntry entry = status.Migrations[0];
        output.Should().ContainAll(
            "Failed   1_breaks",
            "FormatException <- InvalidOperationException",
            $"Cause: standard error of the migrate command of {entry.FinishedAt:u} on {entry.Host}, or log event 221",
            $"Next step: {status.NextStep.Description}",
            "         migrate").And.NotContainAny("migrate undo", "ada@example.test", "the real cause");
    }

    [Fact]
    public async Task A_plan_counts_one_step_and_one_write_as_one()
    {
        CommandBench bench = new CommandBench().AddStore(options => options.Migrations.Add("1_writes", (context, token) => context.Client.PutItemAsync(
            new PutItemRequest(context.UsersTable, new() { ["user_id"] = new("fake-1") }), token)));

        (int? code, string output, _) = await bench.RunAsync("migrate plan");

        code.Should().Be(0);
        output.Should().Contain("1 step, 1 recorded write. Nothing was done");
    }

    [Fact]
    public async Task Json_is_one_document_with_stable_names_for_results_and_errors()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);

        JsonElement plan = await JsonAsync(bench, "migrate plan --json");
        JsonElement behind = await JsonAsync(bench, "migrate verify --json", code: 1);
        JsonElement run = await JsonAsync(bench, "migrate step 1 --json");
        JsonElement status = await JsonAsync(bench, "migrate status --json");

        NamesOf(plan).Should().Equal("command", "store", "warnings", "steps", "requestCount", "requests");
        NamesOf(behind).Should().Equal("command", "store", "error");
        NamesOf(behind.GetProperty("error")).Should().Equal("type", "message", "isTransient", "migrationId", "reason", "migrationIds");
        behind.GetProperty("error").GetProperty("reason").GetString().Should().Be("NotUpToDate");
        NamesOf(run).Should().Equal("command", "store", "outcome", "durationSeconds", "steps");
        NamesOf(run.GetProperty("steps")[0]).Should().Equal("migrationId", "action", "description", "durationSeconds", "poisonItems");
        NamesOf(status).Should().Equal("command", "store", "migrations", "lock", "nextStep");
        NamesOf(status.GetProperty("migrations")[0]).Should().Equal(
            "id", "description", "state", "revision", "attempts", "startedAt", "finishedAt", "host", "error", "poisonItems", "repairs", "isMissing");
        NamesOf(status.GetProperty("lock")).Should().Equal("isHeld", "fence", "owner", "releases");
        NamesOf(status.GetProperty("nextStep")).Should().Equal("action", "migrationId", "description", "commands");
        status.GetProperty("nextStep").GetProperty("commands")[0].GetString().Should().Be("migrate");
        (status.GetProperty("command").GetString(), status.GetProperty("store").GetString()).Should().Be(("status", "User"));
        (await JsonAsync(bench, "migrate --json")).GetProperty("outcome").GetString().Should().Be("Completed");
        (await JsonAsync(bench, "migrate verify --json")).GetProperty("isUpToDate").GetBoolean().Should().BeTrue();
        (await JsonAsync(bench, "migrate repair 2_b failed why --json")).GetProperty("migration").GetProperty("state").GetString().Should().Be("Failed");
        (await JsonAsync(bench, "migrate unlock why --json")).GetProperty("lockBefore").GetProperty("isHeld").GetBoolean().Should().BeFalse();
        (await JsonAsync(bench, "migrate --json")).GetProperty("steps").GetArrayLength().Should().Be(1);
        (await JsonAsync(bench, "migrate hand-over --json")).GetProperty("isHandedOver").GetBoolean().Should().BeTrue();
        (await JsonAsync(bench, "migrate destroy --force --json")).GetProperty("isDestroyed").GetBoolean().Should().BeTrue();
        (await JsonAsync(bench, "migrate status upp --json", code: 2)).GetProperty("error").GetProperty("type").GetString().Should().Be("InvalidArguments");
    }

    [Fact]
    public async Task Json_contains_no_message_of_a_migrations_exception()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Failing);

        (int? code, string output, string error) = await bench.RunAsync("migrate --json");
        string status = (await bench.RunAsync("migrate status --json")).Output;

        code.Should().Be(1);
        JsonElement failure = JsonDocument.Parse(output).RootElement.GetProperty("error");
        (failure.GetProperty("type").GetString(), failure.GetProperty("migrationId").GetString()).Should().Be((nameof(MigrationFailedException), "1_breaks"));
        (output + status).Should().NotContain("ada@example.test").And.NotContain("the real cause");
        error.Should().Contain("ada@example.test", "the operator sees the cause");
    }

    [Fact]
    public async Task Invalid_options_are_a_sentence_on_standard_error()
    {
        CommandBench bench = new CommandBench().AddStore(options => options.Lease = TimeSpan.FromSeconds(0.1));

        (int? code, string output, string error) = await bench.RunAsync("migrate status");

        (code, output).Should().Be((1, ""));
        error.Should().Contain("Lease is 00:00:00.1000000, but must be between").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_service_that_cannot_be_constructed_is_a_sentence_on_standard_error()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);
        bench.Services.AddSingleton<IMigrationReporter, Unconstructable>();

        (int? code, _, string error) = await bench.RunAsync("migrate status");

        code.Should().Be(1);
        error.Should().StartWith("InvalidOperationException: ").And.Contain(nameof(Unconstructable));
    }

    [Fact]
    public async Task An_unexpected_exception_has_its_stack_on_standard_error_and_no_message_in_json()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);
        bench.Services.AddSingleton<IMigrationReporter>(_ => throw new TimeoutException("ada@example.test"));

        (int? code, string output, string error) = await bench.RunAsync("migrate status --json");

        code.Should().Be(1);
        error.Should().StartWith("TimeoutException: ada@example.test").And.Contain("   at ");
        output.Should().NotContain("ada@example.test");
    }

    [Fact]
    public async Task A_cancelled_token_of_the_caller_cancels_the_command_of_a_host()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        using var cancellation = new CancellationTokenSource();
        builder.Services.AddUserStore().AddMigrations(options => options.Migrations.Add("1_cancels", async (_, token) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        }));
        builder.Services.AddInMemoryUserStore();
        using IHost host = builder.Build();

        Func<Task> command = () => host.RunMigrationCommandAsync(["migrate"], TextWriter.Null, TextWriter.Null, cancellation.Token);

        await command.Should().ThrowAsync<OperationCanceledException>();
        MigrationStatus status = await host.Services.GetRequiredService<IMigrationRunner>().GetStatusAsync();
        (status.Migrations[0].State, status.Lock.IsHeld).Should().Be((MigrationState.Failed, false));
    }

    [Fact]
    public async Task Destroy_deletes_the_journal_only_by_force()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);
        await bench.RunAsync("migrate");

        (int? code, string output, string error) = await bench.RunAsync("migrate destroy");
        (code, output).Should().Be((2, ""));
        error.Should().Contain("deletes the journal and lock tables").And.Contain("Nothing was done.");
        (await bench.RunAsync("migrate verify")).Code.Should().Be(0);

        (await bench.RunAsync("migrate destroy --force")).Output.Should().Contain("The journal and the lock are deleted.");
        (await bench.RunAsync("migrate verify")).Code.Should().Be(1);
    }

    [Fact]
    public async Task Hand_over_deletes_the_row_of_the_lock()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);
        await bench.RunAsync("migrate");

        (await bench.RunAsync("migrate hand-over")).Should().Be(
            (0, $"The row of the lock is deleted. Another program can acquire the lock.{Environment.NewLine}", ""));
        (await bench.RunAsync("migrate undo")).Code.Should().Be(0);
        (int? code, _, string error) = await bench.RunAsync("migrate hand-over");

        code.Should().Be(1);
        error.Should().Contain("MigrationPlanException: The journal contains migrations that are not applied");
    }

    private static async Task<JsonElement> JsonAsync(CommandBench bench, string arguments, int code = 0)
    {
        (int? actual, string output, string error) = await bench.RunAsync(arguments);
        actual.Should().Be(code, $"{arguments}: {error}");
        return JsonDocument.Parse(output).RootElement;
    }

    private static IEnumerable<string> NamesOf(JsonElement element) => element.EnumerateObject().Select(property => property.Name);

    private sealed class Unconstructable(CommandOutputTests missing) : IMigrationReporter
    {
        public override string ToString() => $"{missing}";
    }
}

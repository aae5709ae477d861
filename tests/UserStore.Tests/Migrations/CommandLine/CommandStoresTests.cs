using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;

namespace UserStore.Tests.Migrations.CommandLine;

/// <summary>Commands of a service with two stores.</summary>
public sealed class CommandStoresTests
{
    private readonly CommandBench _bench = new CommandBench().AddStore(CommandBench.Succeeding).AddStore<Member>(
        options => options.Migrations.Add("1_members", (_, _) => Task.CompletedTask, (_, _) => Task.CompletedTask));

    [Fact]
    public async Task Commands_without_a_store_act_on_all_in_the_order_of_registration()
    {
        string line = Environment.NewLine;
        foreach (string command in new[] { "plan", "up", "status", "verify" })
        {
            (int? code, string output, string error) = await _bench.RunAsync($"migrate {command}");

            (code, error).Should().Be((0, ""));
            output.Should().StartWith($"Store User:{line}").And.Contain($"{line}{line}Store Member:{line}");
        }

        JsonElement[] stores = [.. JsonDocument.Parse((await _bench.RunAsync("migrate status --json")).Output).RootElement.EnumerateArray()];
        stores.Select(store => store.GetProperty("store").GetString()).Should().Equal("User", "Member");
    }

    [Theory]
    [InlineData("Member")]
    [InlineData("member")]
    [InlineData("UserStore.Tests.Migrations.CommandLine.CommandStoresTests+Member")]
    public async Task A_named_store_is_the_only_one(string name)
    {
        (int? code, string output, string error) = await _bench.RunAsync($"migrate --json --store {name}");

        (code, error).Should().Be((0, ""));
        JsonDocument.Parse(output).RootElement.GetProperty("steps")[0].GetProperty("migrationId").GetString().Should().Be("1_members");
        (await _bench.Provider.GetRequiredService<IMigrationRunner>().GetStatusAsync()).Pending.Should().HaveCount(2);
        (await _bench.RunAsync($"migrate undo --store {name}")).Code.Should().Be(0);
    }

    [Theory]
    [InlineData("to 1_a")]
    [InlineData("step 1")]
    [InlineData("undo")]
    [InlineData("redo")]
    [InlineData("rewind")]
    [InlineData("reset")]
    [InlineData("baseline 1_a")]
    [InlineData("repair 1_a failed why")]
    [InlineData("unlock why")]
    [InlineData("hand-over")]
    [InlineData("destroy --force")]
    public async Task Other_commands_require_a_store(string command)
    {
        (int? code, string output, string error) = await _bench.RunAsync($"migrate {command}");

        (code, output).Should().Be((2, ""));
        error.Should().Contain("Name one with '--store'. Stores with migrations: User, Member.");
    }

    [Fact]
    public async Task An_unknown_store_is_named_with_the_known_ones()
    {
        (int? code, _, string error) = await _bench.RunAsync("migrate status --store Membr");

        code.Should().Be(2);
        error.Should().Contain("Unknown store 'Membr'. Did you mean 'Member'? Stores with migrations: User, Member.");
    }

    [Fact]
    public async Task Up_stops_at_the_first_store_that_fails_and_the_others_are_still_shown_by_status_and_verify()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Failing).AddStore<Member>(CommandBench.Succeeding);

        (int? code, string output, string error) = await bench.RunAsync("migrate");

        (code, output).Should().Be((1, ""));
        error.Should().Contain("Store User: MigrationFailedException").And.Contain(
            "Store Member: Nothing was done, because the command ended at an earlier store.");
        (await bench.RunAsync("migrate status")).Output.Should().Contain("Failed   1_breaks").And.Contain("migrate --store User")
            .And.Contain("Pending  2_b").And.Contain("migrate --store Member");

        await bench.RunAsync("migrate --store Member");
        (code, output, error) = await bench.RunAsync("migrate verify");

        code.Should().Be(1, "the worst exit code counts");
        error.Should().StartWith("Store User: MigrationPlanException").And.NotContain("Member");
        output.Should().Contain("Store Member:").And.Contain("All migrations are applied.");
        JsonElement[] stores = [.. JsonDocument.Parse((await bench.RunAsync("migrate verify --json")).Output).RootElement.EnumerateArray()];
        stores[0].TryGetProperty("error", out _).Should().BeTrue();
        stores[1].GetProperty("isUpToDate").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task A_store_whose_options_are_invalid_does_not_hide_the_status_of_the_others()
    {
        CommandBench bench = new CommandBench().AddStore(options => options.Lease = TimeSpan.Zero).AddStore<Member>(CommandBench.Succeeding);

        (int? code, string output, string error) = await bench.RunAsync("migrate status");

        code.Should().Be(1);
        error.Should().StartWith("Store User: OptionsValidationException: ").And.Contain("Lease is");
        output.Should().Contain("Pending  1_a");
    }

    [Fact]
    public async Task A_service_without_migrations_is_told_what_is_missing()
    {
        var bench = new CommandBench();
        bench.Services.AddUserStore();

        (int? code, _, string error) = await bench.RunAsync("migrate");

        code.Should().Be(1);
        error.Should().Contain("No store of this service has migrations. Call AddMigrations.");
    }

    public sealed record Member : User;
}

using Microsoft.Extensions.DependencyInjection;
using UserStore.CommandLine;
using UserStore.Migrations;
using UserStore.Migrations.CommandLine;

namespace UserStore.Tests.Migrations.CommandLine;

public sealed class CommandParsingTests
{
    [Theory]
    [InlineData("migrate help")]
    [InlineData("migrate --help")]
    [InlineData("migrate -h")]
    [InlineData("MIGRATE Help")]
    public async Task Help_lists_all_commands_and_exit_codes_on_standard_output(string arguments)
    {
        (int? code, string output, string error) = await new CommandBench().AddStore(CommandBench.Succeeding).RunAsync(arguments);

        (code, error).Should().Be((0, ""));
        output.Should().ContainAll(MigrationCommandTable.All.Select(command => $"{command.Name}")).And.ContainAll(
            MigrationCommandTable.All.Select(command => command.Summary)).And.ContainAll("--store", "--json", "130", "143");
    }

    [Fact]
    public async Task Help_on_a_command_has_its_usage_arguments_and_examples()
    {
        foreach (Command command in MigrationCommandTable.All)
        {
            CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);
            (int? code, string output, string error) = await bench.RunAsync($"migrate help {command.Name}");

            (code, error).Should().Be((0, ""));
            output.Should().Contain($"Usage: migrate {command.Name}").And.Contain(command.Summary)
                .And.ContainAll([.. command.Arguments.Select(argument => argument.Description), .. command.Examples, "--json"]);
            (await bench.RunAsync($"migrate {command.Name} --help")).Should().Be((code, output, error));
            (await bench.RunAsync($"migrate {command.Name} -h")).Output.Should().Be(output);
        }
    }

    [Fact]
    public async Task Help_needs_neither_valid_options_nor_migrations()
    {
        (await new CommandBench().AddStore(options => options.Lease = TimeSpan.FromSeconds(0.1)).RunAsync("migrate help")).Code.Should().Be(0);
        (await new CommandBench().RunAsync("migrate help undo")).Code.Should().Be(0);
    }

    [Fact]
    public void Every_example_is_valid() => MigrationCommandTable.All.SelectMany(command => command.Examples)
        .Should().AllSatisfy(example => CommandParser.Parse(new MigrationCommandSet(), example.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .IsHelp.Should().BeFalse());

    [Theory]
    [InlineData("migrate upp", "Unknown command 'upp'. Did you mean 'up'?", "Usage: migrate [command]")]
    [InlineData("migrate satus --json", "Unknown command 'satus'. Did you mean 'status'?", "Usage: migrate [command]")]
    [InlineData("migrate help handover", "Unknown command 'handover'. Did you mean 'hand-over'?", "Usage: migrate [command]")]
    [InlineData("migrate sideways", "Unknown command 'sideways'.", "migrate help")]
    [InlineData("migrate plan upp", "Unknown command 'upp'. Did you mean 'up'?", "Usage: migrate [command]")]
    [InlineData("migrate plan status", "'status' has no plan, because it does not run migrations.", "Usage: migrate plan [command]")]
    [InlineData("migrate to", "'to' requires the argument <id>.", "Usage: migrate to <id>")]
    [InlineData("migrate plan to", "'to' requires the argument <id>.", "Usage: migrate plan [command]")]
    [InlineData("migrate to seven", "'seven' is not valid for <id>.", "Usage: migrate to <id>")]
    [InlineData("migrate to 1_a 2_b", "Unexpected argument '2_b'.", "Usage: migrate to <id>")]
    [InlineData("migrate status now", "Unexpected argument 'now'.", "Usage: migrate status")]
    [InlineData("migrate step many", "'many' is not valid for <n>. It must be an integer other than 0.", "Usage: migrate step <n>")]
    [InlineData("migrate step 0", "'0' is not valid for <n>.", "Usage: migrate step <n>")]
    [InlineData("migrate repair 1_a aplied why", "'aplied' is not valid for <repair>. It must be applied, failed, retry or revision. Did you mean 'applied'?",
        "Usage: migrate repair <id> <repair> <reason>...")]
    [InlineData("migrate repair 1_a retry", "'repair' requires the argument <reason>...", "Usage: migrate repair")]
    [InlineData("migrate unlock", "'unlock' requires the argument <reason>...", "Usage: migrate unlock <reason>...")]
    [InlineData("migrate --jsn", "Unknown option '--jsn'. Did you mean '--json'?", "Usage: migrate up")]
    [InlineData("migrate status -v", "Unknown option '-v'.", "Usage: migrate status")]
    [InlineData("migrate status --store", "Option '--store' requires a value: <name>.", "Usage: migrate status")]
    [InlineData("migrate status --json --json", "Option '--json' is given twice.", "Usage: migrate status")]
    [InlineData("migrate status --json=yes", "Option '--json' takes no value.", "Usage: migrate status")]
    [InlineData("migrate up --force", "'up' has no option '--force'.", "Usage: migrate up")]
    [InlineData("migrate destroy", "Nothing was done. To do it, add '--force'.", "Usage: migrate destroy --force")]
    public async Task Invalid_arguments_are_named_with_the_usage_of_the_command(string arguments, string message, string usage)
    {
        (int? code, string output, string error) = await new CommandBench().AddStore(CommandBench.Succeeding).RunAsync(arguments);

        code.Should().Be(2);
        error.Should().Contain(message).And.Contain(usage);
        if (!arguments.Contains("--json", StringComparison.Ordinal))
            output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_reason_that_is_too_long_is_an_invalid_argument()
    {
        (int? code, _, string error) = await new CommandBench().AddStore(CommandBench.Succeeding).RunAsync($"migrate unlock {new string('x', 1001)}");

        code.Should().Be(2);
        error.Should().Contain("is not valid for <reason>...");
    }

    [Theory]
    [InlineData("Migrate Status")]
    [InlineData("MIGRATE STATUS --JSON")]
    [InlineData("migrate --store user status")]
    [InlineData("migrate status --store=UserStore.User")]
    [InlineData("migrate plan STEP 1")]
    public async Task The_case_of_commands_and_the_place_of_options_do_not_matter(string arguments)
        => (await new CommandBench().AddStore(CommandBench.Succeeding).RunAsync(arguments)).Code.Should().Be(0);

    [Theory]
    [InlineData("serve")]
    [InlineData("migrations")]
    [InlineData("--migrate")]
    [InlineData("serve migrate")]
    public async Task Other_arguments_are_not_a_command(string arguments)
        => (await new CommandBench().RunAsync(arguments)).Should().Be(((int?)null, "", ""));

    [Fact]
    public async Task Words_after_two_hyphens_are_no_options()
    {
        CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);

        await bench.RunAsync("migrate");
        (int? code, _, string error) = await bench.RunAsync("migrate repair 1_a failed -- --force was set, see -v");

        code.Should().Be(0, error);
        MigrationStatus status = await bench.Provider.GetRequiredService<IMigrationRunner>().GetStatusAsync();
        status.Migrations[0].Repairs.Should().ContainSingle().Which.Reason.Should().Be("--force was set, see -v");
    }
}

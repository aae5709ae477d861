using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using UserStore.CommandLine;
using UserStore.Privacy.CommandLine;
using UserStore.TestKit.UserTypes;

namespace UserStore.Tests.Privacy.CommandLine;

public sealed class PrivacyParsingTests
{
    private const string Usage = "Usage: privacy ";

    [Theory]
    [InlineData("privacy help")]
    [InlineData("privacy --help")]
    [InlineData("PRIVACY -h")]
    public async Task Help_lists_all_commands(string arguments)
    {
        (int? code, string output, string error) = await new PrivacyBench().RunAsync(arguments);

        (code, error).Should().Be((0, ""));
        output.Should().StartWith("Usage: privacy <command> [options]").And.ContainAll("--store <name>", "--json", "130", "143").And.ContainAll(
            PrivacyCommandTable.All.SelectMany(command => new[] { command.Name, command.Summary }));
    }

    [Fact]
    public async Task Help_on_a_command_has_its_usage_arguments_options_and_examples()
    {
        foreach (Command command in PrivacyCommandTable.All)
        {
            (int? code, string output, _) = await new PrivacyBench().RunAsync($"privacy help {command.Name}");

            code.Should().Be(0);
            output.Should().StartWith($"{Usage}{CommandHelp.SignatureOf(command)}").And.ContainAll(
                [.. command.Arguments.Select(each => each.Description), .. command.OwnOptions.Select(each => each.Description), .. command.Examples]);
        }
    }

    [Fact]
    public void Every_example_is_valid() => PrivacyCommandTable.All.SelectMany(command => command.Examples)
        .Should().AllSatisfy(example => CommandParser.Parse(new PrivacyCommandSet(), example.Split(' ')).IsHelp.Should().BeFalse());

    [Theory]
    [InlineData("privacy", "'privacy' requires a command.", $"{Usage}<command> [options]")]
    [InlineData("privacy erse 42", "Unknown command 'erse'. Did you mean 'erase'?", $"{Usage}<command>")]
    [InlineData("privacy export", "'export' requires the argument <key>.", $"{Usage}export <key> [--output <file>] [--store <name>] [--json]")]
    [InlineData("privacy export 42 43", "Unexpected argument '43'.", $"{Usage}export")]
    [InlineData("privacy export 42 --output", "Option '--output' requires a value: <file>.", $"{Usage}export")]
    [InlineData("privacy export 42 --yes", "'export' has no option '--yes'.", $"{Usage}export")]
    [InlineData("privacy erase 42", "nothing can restore it. Nothing was done. To do it, add '--yes'.", $"{Usage}erase <key>... --yes")]
    [InlineData("privacy erase --yes", "'erase' requires the argument <key>...", $"{Usage}erase")]
    [InlineData("privacy verify", "'verify' requires the argument <receipts>.", $"{Usage}verify <receipts>")]
    [InlineData("privacy sweep now", "Unexpected argument 'now'.", $"{Usage}sweep")]
    [InlineData("privacy restrict 42 --output x", "'restrict' has no option '--output'.", $"{Usage}restrict")]
    public async Task Invalid_arguments_are_named_with_the_usage_and_nothing_is_done(string arguments, string message, string usage)
    {
        PrivacyBench bench = new PrivacyBench().AddStore<User>();
        IUserStore<User> users = bench.Provider.GetRequiredService<IUserStore<User>>();
        await users.CreateAsync(new User { UserId = "42" });

        (int? code, string output, string error) = await bench.RunAsync(arguments);

        (code, output).Should().Be((2, ""));
        error.Should().Contain(message).And.Contain(usage);
        (await users.FindAsync("42")).Should().NotBeNull();
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("migrate help")]
    [InlineData("--privacy")]
    public async Task Other_arguments_are_not_a_command(string arguments)
        => (await new PrivacyBench().RunAsync(arguments)).Should().Be(((int?)null, "", ""));

    [Fact]
    public async Task Each_part_of_a_key_is_an_argument_or_is_separated_by_a_tab_in_a_line()
    {
        PrivacyBench bench = new PrivacyBench().AddStore<Member>();
        IUserStore<Member> members = bench.Provider.GetRequiredService<IUserStore<Member>>();
        foreach ((string tenant, string id) in new[] { ("acme", "1"), ("acme", "2"), ("acme/3", "4 5"), ("-x", "6") })
            await members.CreateAsync(new Member { Tenant = tenant, Id = id });

        (await bench.RunAsync("privacy export acme 1")).Output.Should().Contain("\"acme\"");
        (await bench.RunAsync("privacy erase acme 1 acme 2 --yes")).Code.Should().Be(0);
        (await bench.RunAsync("privacy erase --yes -- -x 6")).Code.Should().Be(0);
        (await bench.RunAsync("privacy erase - --yes", "\nacme/3\t4 5\r\n")).Code.Should().Be(0);

        (await members.ListAsync().ToListAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("privacy erase acme 1 acme --yes", "", "A key has 2 parts, Tenant and Id, not 1.")]
    [InlineData("privacy restrict acme", "", "A key has 2 parts, Tenant and Id, not 1.")]
    [InlineData("privacy export acme 1 2", "", "Unexpected argument '2'.")]
    [InlineData("privacy erase - --yes", "acme\t1\nacme 1\n", "Line 2: A key has 2 parts, Tenant and Id, not 1.")]
    [InlineData("privacy erase - --yes", "acme\t1\nacme\t1\t1\n", "Line 2: A key has 2 parts, Tenant and Id, not 3.")]
    [InlineData("privacy erase - --yes", "acme\t1\nacme\t\n", "Line 2: 'acme/' is not a valid key: Id must not be empty")]
    public async Task An_incomplete_key_is_an_invalid_argument_and_no_user_is_erased(string arguments, string input, string message)
    {
        PrivacyBench bench = new PrivacyBench().AddStore<Member>();
        IUserStore<Member> members = bench.Provider.GetRequiredService<IUserStore<Member>>();
        await members.CreateAsync(new Member { Tenant = "acme", Id = "1" });

        (int? code, string output, string error) = await bench.RunAsync(arguments, input);

        (code, output).Should().Be((2, ""));
        error.Should().Contain(message);
        (await members.FindAsync(UserKey.Of("acme", "1"))).Should().NotBeNull();
    }

    [Theory]
    [InlineData("", 1, "Standard input has no key, so no user was erased.")]
    [InlineData("\n \n", 1, "Standard input has no key, so no user was erased.")]
    [InlineData("42\nacme\t42\n", 2, "Line 2: A key has 1 part, UserId, not 2.")]
    public async Task Standard_input_without_a_key_or_with_another_kind_of_key_erases_nobody(string input, int expected, string message)
    {
        PrivacyBench bench = new PrivacyBench().AddStore<User>();
        IUserStore<User> users = bench.Provider.GetRequiredService<IUserStore<User>>();
        await users.CreateAsync(new User { UserId = "42" });

        (int? code, string output, string error) = await bench.RunAsync("privacy erase - --yes", input);

        (code, output).Should().Be((expected, ""));
        error.Should().Contain(message);
        (await users.FindAsync("42")).Should().NotBeNull();
    }

    [Fact]
    public async Task A_service_with_several_stores_names_them_and_sweeps_all()
    {
        PrivacyBench bench = new PrivacyBench().AddStore<User>().AddStore<Member>();

        (int? code, _, string error) = await bench.RunAsync("privacy erase 42 --yes");
        (int? erased, string receipt, _) = await bench.RunAsync("privacy erase acme 42 --yes --store member");
        (int? swept, string output, _) = await bench.RunAsync("privacy sweep");

        code.Should().Be(2);
        error.Should().Contain("'erase' acts on one store, and the service has several. Name one with '--store'. Stores: User, Member.");
        erased.Should().Be(0);
        JsonDocument.Parse(receipt).RootElement.GetProperty("tableName").GetString().Should().Be("Directory");
        swept.Should().Be(0);
        output.Should().Contain("Store User:").And.Contain("Store Member:");
    }

    [Fact]
    public async Task A_service_without_a_store_is_a_failure_that_names_what_is_missing()
    {
        (int? code, _, string error) = await new PrivacyBench().RunAsync("privacy sweep");

        code.Should().Be(1);
        error.Should().Contain("The service has no store. Call AddUserStore.");
    }

    [Theory]
    [InlineData("privacy erase 42 --yes", "Users cannot be erased")]
    [InlineData("privacy verify -", "Erasures cannot be verified")]
    [InlineData("privacy sweep", "Erased users cannot be found")]
    public async Task A_store_without_a_hash_key_is_a_failure_that_names_what_cannot_be_done(string command, string refusal)
    {
        string receipt = (await new PrivacyBench().AddStore<User>().RunAsync("privacy erase 42 --yes")).Output;
        PrivacyBench inMemory = new PrivacyBench().AddStore<User>(canErase: false);
        PrivacyBench server = new PrivacyBench().AddServerStore("none-", canErase: false);

        (int? code, string output, string error) = await inMemory.RunAsync(command, receipt);
        (int? failed, string nothing, string message) = await server.RunAsync(command, receipt);

        (code, failed, output, nothing).Should().Be((1, 1, "", ""));
        error.Should().Be(
            $"InvalidOperationException: {refusal} without a hash key: set InMemoryUserStoreOptions.Privacy.HashKey.{Environment.NewLine}");
        message.Should().Be($"InvalidOperationException: {refusal} without a hash key: set UserStoreOptions.Privacy.HashKey.{Environment.NewLine}");
    }

    [Fact]
    public async Task A_cancelled_token_ends_a_command_that_waits_for_its_input()
    {
        PrivacyBench bench = new PrivacyBench().AddStore<User>();
        using var cancellation = new CancellationTokenSource();
        using var input = new EndlessReader(cancellation.Cancel);

        Func<Task> command = () => bench.Provider.RunPrivacyCommandAsync(
            ["privacy", "erase", "-", "--yes"], input, TextWriter.Null, TextWriter.Null, cancellation.Token);

        await command.Should().ThrowAsync<OperationCanceledException>();
    }

    private sealed class EndlessReader(Action onRead) : TextReader
    {
        private readonly ManualResetEventSlim _disposed = new();

        public override string? ReadLine()
        {
            onRead();
            _disposed.Wait();
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            _disposed.Set();
            base.Dispose(disposing);
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UserStore.Migrations;
using UserStore.Tests.Documentation;

namespace UserStore.Tests.Migrations;

/// <summary>Registration, host startup and command line, in memory.</summary>
public sealed class MigrationRegistrationTests
{
    private readonly List<string> _ran = [];

    [Fact]
    public async Task A_host_runs_migrations_before_other_services_start()
    {
        HostApplicationBuilder builder = NewHost(MigrationStartupMode.Run);
        builder.Services.AddHostedService(_ => new Noting(_ran));
        using IHost host = builder.Build();

        await host.StartAsync();

        _ran.Should().Equal("+1_a", "+2_b", "service");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_host_that_only_verifies_does_not_start_until_all_migrations_are_applied()
    {
        using IHost host = NewHost(MigrationStartupMode.Verify).Build();

        MigrationPlanException rejected = (await host.Invoking(one => one.StartAsync()).Should().ThrowAsync<MigrationPlanException>()).Which;
        (rejected.Error, _ran.Count).Should().Be((MigrationPlanError.NotUpToDate, 0));
        rejected.MigrationIds.Should().Equal("1_a", "2_b");
        await host.Services.GetRequiredService<IMigrationRunner>().RunAsync();

        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task A_host_without_configuration_runs_no_migrations()
    {
        using IHost host = NewHost(MigrationStartupMode.Off).Build();

        await host.StartAsync();

        _ran.Should().BeEmpty();
        await host.StopAsync();
    }

    [Fact]
    public async Task A_host_whose_migration_fails_does_not_start()
    {
        HostApplicationBuilder builder = NewHost(MigrationStartupMode.Run);
        builder.Services.AddUserStore().AddMigrations(options => options.Migrations.Add("3_c", (_, _) => throw new TimeoutException()));
        using IHost host = builder.Build();

        (await host.Invoking(one => one.StartAsync()).Should().ThrowAsync<MigrationFailedException>()).Which.MigrationId.Should().Be("3_c");
    }

    [Fact]
    public async Task Stores_of_two_types_have_separate_migrations()
    {
        ServiceCollection services = [];
        services.AddUserStore().AddMigrations(options => Add(options, "1_a"));
        services.AddUserStore<AppUser>().AddMigrations(options => Add(options, "1_app")).RunMigrationsOnStart(MigrationStartupMode.Off);
        services.AddInMemoryUserStore().AddInMemoryUserStore<AppUser>();
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<IMigrationRunner>(typeof(AppUser)).RunAsync();
        provider.GetRequiredService<IMigrationRunner>().Should().BeSameAs(provider.GetRequiredKeyedService<IMigrationRunner>(typeof(User)));

        _ran.Should().Equal("+1_app");
        services.Count(service => service.ServiceType == typeof(IHostedService)).Should().Be(2);
    }

    [Fact]
    public async Task Migrations_that_use_tables_run_in_memory_and_are_recorded()
    {
        ServiceCollection services = [];
        services.AddUserStore().AddMigrations(options =>
        {
            options.Migrations.AddCreateTables().AddReserveUniqueValues();
            options.Migrations.AddImport("00000000000003_import", new ExternalTable { TableName = "External" });
            options.Migrations.Add("00000000000004_fill", (context, token) => context.BackfillAsync(
                new Backfill { Name = "fill", TableName = context.UsersTable, Transform = (_, _) => ValueTask.CompletedTask }, token));
        });
        services.AddInMemoryUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider();
        IMigrationRunner runner = provider.GetRequiredService<IMigrationRunner>();

        MigrationPlan plan = await runner.PlanAsync();
        MigrationRun run = await runner.RunAsync();

        plan.Requests.Select(request => request.Operation).Should().Equal("CreateTable", "UpdateTimeToLive", "CreateTable");
        run.Steps.Should().HaveCount(4);
        (await runner.RunAsync()).Steps.Should().BeEmpty();
    }

    [Theory]
    [InlineData("JournalTable is", nameof(MigrationOptions.JournalTable), "a b")]
    [InlineData("LockTable is", nameof(MigrationOptions.LockTable), "")]
    [InlineData("are both", nameof(MigrationOptions.LockTable), "_migrations")]
    [InlineData("LockId is", nameof(MigrationOptions.LockId), "a/b")]
    [InlineData("Lease is", nameof(MigrationOptions.Lease), "-00:00:30")]
    [InlineData("LockTimeout is", nameof(MigrationOptions.LockTimeout), "-00:00:01")]
    [InlineData("TableTimeout is", nameof(MigrationOptions.TableTimeout), "00:00:00")]
    [InlineData("LockConflictBehavior is '9'", nameof(MigrationOptions.LockConflictBehavior), "9")]
    [InlineData("OnStart is '9'", nameof(MigrationOptions.OnStart), "9")]
    public void Invalid_options_are_rejected_by_name(string expected, string option, string value)
    {
        ServiceCollection services = [];
        services.AddUserStore().AddMigrations(options =>
        {
            var property = typeof(MigrationOptions).GetProperty(option)!;
            property.SetValue(
                options, System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(value));
        });
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.Invoking(one => one.GetRequiredService<IMigrationRunner>()).Should().Throw<OptionsValidationException>()
            .Which.Message.Should().ContainAny(expected, expected.Replace(" is", " make"));
    }

    [Fact]
    public async Task The_command_line_executes_its_arguments()
    {
        using IHost host = NewHost(MigrationStartupMode.Off).Build();
        (string Arguments, int ExitCode, string Expected)[] commands =
        [
            ("migrate plan", 0, "Apply 1_a"),
            ("migrate plan to 2_b", 0, "2 steps"),
            ("migrate verify", 1, "NotUpToDate"),
            ("migrate step 1", 0, "Apply 1_a: done"),
            ("migrate", 0, "Apply 2_b: done"),
            ("migrate up", 0, "nothing to do"),
            ("migrate verify", 0, "All migrations are applied"),
            ("migrate undo", 0, "Undo 2_b: done"),
            ("migrate to 2_b", 0, "Apply 2_b: done"),
            ("migrate redo", 0, "Completed, 2 steps completed"),
            ("migrate step -2", 0, "Undo 1_a: done"),
            ("migrate baseline 1_a", 0, "Baseline 1_a: done"),
            ("migrate rewind", 1, "not permitted"),
            ("migrate reset", 1, "not permitted"),
            ("migrate repair 1_a failed to be retried", 0, "1_a is Failed"),
            ("migrate repair 1_a retry", 2, "migrate repair"),
            ("migrate repair 9_z applied why not", 1, "9_z"),
            ("migrate status", 0, "MarkFailed from Applied"),
            ("migrate unlock why not", 0, "The lock was free"),
            ("migrate to 7_x", 1, "7_x"),
            ("migrate to seven", 2, "'seven' is not valid for <id>"),
            ("migrate step many", 2, "migrate step"),
            ("migrate help", 0, "unlock <reason>..."),
            ("migrate sideways", 2, "Unknown command 'sideways'."),
        ];

        foreach ((string arguments, int exitCode, string expected) in commands)
        {
            using var output = new StringWriter();
            int? code = await host.RunMigrationCommandAsync(arguments.Split(' '), output, error: output);

            code.Should().Be(exitCode, arguments);
            output.ToString().Replace("NotUpToDate", "", StringComparison.Ordinal).Should().Contain(
                expected == "NotUpToDate" ? "are not applied" : expected, arguments);
        }

        (await host.RunMigrationCommandAsync(["serve"])).Should().BeNull();
        (await host.RunMigrationCommandAsync([])).Should().BeNull();
    }

    private HostApplicationBuilder NewHost(MigrationStartupMode mode)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddUserStore().AddMigrations(options => Add(options, "1_a", "2_b")).RunMigrationsOnStart(mode);
        builder.Services.AddInMemoryUserStore();
        return builder;
    }

    private void Add(MigrationOptions options, params string[] ids)
    {
        foreach (string id in ids)
            options.Migrations.Add(id, (_, _) => NoteAsync($"+{id}"), (_, _) => NoteAsync($"-{id}"));
    }

    private Task NoteAsync(string what)
    {
        _ran.Add(what);
        return Task.CompletedTask;
    }

    private sealed class Noting(List<string> notes) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            notes.Add("service");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;

namespace UserStore.Tests.Migrations.CommandLine;

/// <summary>Executes commands on one or two stores in memory.</summary>
internal sealed class CommandBench : IAsyncDisposable
{
    private ServiceProvider? _provider;

    public ServiceCollection Services { get; } = [];

    public IServiceProvider Provider => _provider ??= Services.BuildServiceProvider();

    public CommandBench AddStore(Action<MigrationOptions> configure)
    {
        Services.AddUserStore().AddMigrations(configure);
        Services.AddInMemoryUserStore();
        return this;
    }

    public CommandBench AddStore<TUser>(Action<MigrationOptions> configure)
        where TUser : User
    {
        Services.AddUserStore<TUser>().AddMigrations(configure);
        Services.AddInMemoryUserStore<TUser>();
        return this;
    }

    public static void Succeeding(MigrationOptions options) => options.Migrations
        .Add("1_a", (_, _) => Task.CompletedTask, (_, _) => Task.CompletedTask)
        .Add("2_b", (_, _) => Task.CompletedTask, (_, _) => Task.CompletedTask);

    public static void Failing(MigrationOptions options)
        => options.Migrations.Add("1_breaks", (_, _) => throw new FormatException("ada@example.test", new InvalidOperationException("the real cause")));

    public async Task<(int? Code, string Output, string Error)> RunAsync(string arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int? code = await Provider.RunMigrationCommandAsync(arguments.Split(' '), output, error);
        return (code, output.ToString(), error.ToString());
    }

    public ValueTask DisposeAsync() => _provider?.DisposeAsync() ?? default;
}

using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using UserStore.TestKit;

namespace UserStore.Tests.Privacy.CommandLine;

/// <summary>Executes commands on the stores of a service.</summary>
internal sealed class PrivacyBench : IAsyncDisposable
{
    public static readonly byte[] HashKey = [.. Enumerable.Range(0, 32).Select(each => (byte)each)];

    private ServiceProvider? _provider;

    public ServiceCollection Services { get; } = [];

    public IServiceProvider Provider => _provider ??= Services.BuildServiceProvider();

    /// <summary>Adds a store in memory.</summary>
    public PrivacyBench AddStore<TUser>(bool canErase = true)
        where TUser : class
    {
        Services.AddUserStore<TUser>(options => options.Privacy.HashKey = canErase ? HashKey : null);
        Services.AddInMemoryUserStore<TUser>();
        return this;
    }

    /// <summary>Adds a store on the server that all tests share.</summary>
    public PrivacyBench AddServerStore(string prefix, bool canErase = true)
    {
        Services.AddSingleton<IAmazonDynamoDB>(_ => LocalServer.Shared.CreateClient()).AddUserStore(options =>
        {
            options.TableNamePrefix = prefix;
            options.Privacy.HashKey = canErase ? HashKey : null;
        });
        return this;
    }

    public Task<(int? Code, string Output, string Error)> RunAsync(string arguments, string input = "") => RunAsync(arguments.Split(' '), input);

    public async Task<(int? Code, string Output, string Error)> RunAsync(string[] arguments, string input = "", CancellationToken cancellationToken = default)
    {
        using var reader = new StringReader(input);
        using var output = new StringWriter();
        using var error = new StringWriter();
        int? code = await Provider.RunPrivacyCommandAsync(arguments, reader, output, error, cancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    public ValueTask DisposeAsync() => _provider?.DisposeAsync() ?? default;
}

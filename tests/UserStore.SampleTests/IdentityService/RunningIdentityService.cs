using System.Text;
using System.Text.Json;
using global::IdentityService;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using UserStore.Privacy;
using UserStore.Testing;

namespace UserStore.SampleTests.IdentityService;

/// <summary>The service on a free local port and a local server, shared by the tests. Each test has users of its own.</summary>
public sealed class RunningIdentityService : IAsyncLifetime
{
    private readonly FakeLogCollector _log = new();
    private LocalDynamoDb _server = null!;
    private WebApplication _app = null!;

    public Uri Address => new(_app.Urls.Single());

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _app = await Service.BuildAsync(
        [
            "--urls=http://127.0.0.1:0",
            $"--UserStore:ServiceUrl={_server.Endpoint}",
            "--UserStore:TableNamePrefix=identity-",
            $"--UserStore:Privacy:HashKey={Convert.ToBase64String(new byte[32])}",
        ]);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new FakeLoggerProvider(_log));
        await _app.StartAsync();
    }

    /// <summary>Returns the number of receipts in the log, and what is left of their users.</summary>
    public async Task<(int Receipts, IReadOnlyList<UserRemnant> Left)> VerifyErasedAsync()
    {
        UserErasureReceipt[] receipts = [.. _log.GetSnapshot().Select(record => record.GetStructuredStateValue("Receipt"))
            .OfType<string>().Select(text => JsonSerializer.Deserialize<UserErasureReceipt>(text)!)];
        List<UserRemnant> left = [];
        await foreach (UserRemnant remnant in _app.Services.GetRequiredService<IUserPrivacy<AppUser>>().VerifyErasedAsync(receipts))
            left.Add(remnant);
        return (receipts.Length, left);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Returns what is stored of a user; empty if nothing is.</summary>
    public async Task<string> ExportAsync(string id)
    {
        using var document = new MemoryStream();
        await _app.Services.GetRequiredService<IUserPrivacy<AppUser>>().ExportAsync(id, document);
        return Encoding.UTF8.GetString(document.ToArray());
    }

    /// <summary>Returns the stored user with an email.</summary>
    public async Task<AppUser?> FindAsync(string email)
    {
        using IServiceScope scope = _app.Services.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>().FindByEmailAsync(email);
    }
}

[CollectionDefinition(Name)]
public sealed class SharedIdentityService : ICollectionFixture<RunningIdentityService>
{
    public const string Name = "IdentityService";
}

using System.Diagnostics;
using System.Net.Sockets;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Tests.Testing;

public sealed class LocalDynamoDbTests
{
    [Fact]
    public async Task A_started_server_serves_a_store()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        var options = new UserStoreOptions { TableNamePrefix = $"test-{Guid.NewGuid():N}-" };
        var store = new DynamoDbUserStore(client, options);

        await store.EnsureTablesAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        (await store.GetAsync(created.UserId, ReadConsistency.Strong)).Should().Be(created);
        await client.DeleteTableAsync(options.TableNamePrefix + "Users");
        server.Description.Should().Contain(server.Endpoint.Host);
    }

    [Fact]
    public async Task A_server_stops_with_its_owner_and_two_servers_are_independent()
    {
        LocalDynamoDb first = await LocalDynamoDb.StartOwnAsync(dataFile: null, CancellationToken.None);
        await using LocalDynamoDb second = await LocalDynamoDb.StartOwnAsync(dataFile: null, CancellationToken.None);
        first.Endpoint.Should().NotBe(second.Endpoint);

        await first.DisposeAsync();
        await first.DisposeAsync();

        (await AcceptsAsync(first.Endpoint)).Should().BeFalse();
        (await AcceptsAsync(second.Endpoint)).Should().BeTrue();
    }

    [UnixFact]
    public async Task A_server_stops_when_its_owner_is_killed()
    {
        using Process owner = TestProgram.Start(["own-server"], environment => environment.Remove("DYNAMODB_ENDPOINT"));
        var endpoint = new Uri((await owner.StandardOutput.ReadLineAsync())!);
        (await AcceptsAsync(endpoint)).Should().BeTrue();

        owner.Kill();
        await owner.WaitForExitAsync();

        await ShouldStopAsync(endpoint);
    }

    [UnixFact]
    public async Task A_server_stops_after_its_owner_when_a_signal_reaches_their_group()
    {
        // A shell with job control gives the owner a group of its own, as a terminal does.
        string program = Path.Combine(AppContext.BaseDirectory, "UserStore.Tests.Programs.dll");
        var start = new ProcessStartInfo("bash", ["-c", "set -m; dotnet \"$0\" own-server & echo $!; wait", program]) { RedirectStandardOutput = true };
        start.Environment.Remove("DYNAMODB_ENDPOINT");
        using Process shell = Process.Start(start)!;
        string group = (await shell.StandardOutput.ReadLineAsync())!;
        var endpoint = new Uri((await shell.StandardOutput.ReadLineAsync())!);

        using Process kill = Process.Start("bash", ["-c", $"kill -KILL -- -{group}"]);
        await shell.WaitForExitAsync();

        await ShouldStopAsync(endpoint);
    }

    [UnixFact]
    public async Task Without_a_server_the_error_contains_what_to_install()
    {
        string emptyFolder = Directory.CreateTempSubdirectory("userstore-").FullName;
        using Process owner = TestProgram.Start(["own-server"], environment =>
        {
            environment.Remove("DYNAMODB_ENDPOINT");
            environment["PATH"] = environment["XDG_CACHE_HOME"] = emptyFolder;
        });

        string errors = await owner.StandardError.ReadToEndAsync();
        await owner.WaitForExitAsync();

        owner.ExitCode.Should().NotBe(0);
        errors.Should().ContainAll("Install Node.js", "dynoxide to PATH", "DYNAMODB_ENDPOINT");
        Directory.Delete(emptyFolder, recursive: true);
    }

    [Fact]
    public async Task A_configured_endpoint_is_used_and_not_stopped()
    {
        await using LocalDynamoDb own = await LocalDynamoDb.StartOwnAsync(dataFile: null, CancellationToken.None);
        LocalDynamoDb named = LocalDynamoDb.At(own.Endpoint.ToString());

        await named.DisposeAsync();

        named.Endpoint.Should().Be(own.Endpoint);
        (await AcceptsAsync(own.Endpoint)).Should().BeTrue();
    }

    [Theory]
    [InlineData("localhost:8000")]
    [InlineData("not an address")]
    [InlineData("ftp://localhost")]
    public void An_endpoint_that_is_not_an_address_is_rejected(string endpoint)
    {
        Action use = () => LocalDynamoDb.At(endpoint);

        use.Should().Throw<LocalDynamoDbException>().WithMessage("DYNAMODB_ENDPOINT*");
    }

    internal static async Task ShouldStopAsync(Uri endpoint)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await AcceptsAsync(endpoint))
            await Task.Delay(20, timeout.Token);
    }

    private static async Task<bool> AcceptsAsync(Uri endpoint)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(endpoint.Host, endpoint.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>A test that Windows does not support, where it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
        => Skip = OperatingSystem.IsWindows() ? "On Windows, the server stops only when the process that started it exits normally." : null;
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace UserStore.SampleTests.IdentityService;

/// <summary>Starts the service as a process of its own, without configuration.</summary>
public sealed partial class StartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("userstore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Users_are_in_a_file_of_the_data_folder_and_remain_after_a_restart()
    {
        string file = Path.Combine(_folder, "userstore-identity-sample", "users.db");
        using (Started first = await StartAsync())
        {
            first.Line.Should().Contain($"The users are stored in {file}.");
            (await PostAsync(first, "register")).Should().Be(HttpStatusCode.OK);
        }

        File.Exists(file).Should().BeTrue();
        using Started second = await StartAsync();
        (await PostAsync(second, "login")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_local_server_users_are_in_memory_and_the_first_page_says_what_to_install()
    {
        string empty = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;
        using Started service = await StartAsync(environment => environment["PATH"] = environment["XDG_CACHE_HOME"] = empty);

        (await PostAsync(service, "register")).Should().Be(HttpStatusCode.OK);
        (await PostAsync(service, "login")).Should().Be(HttpStatusCode.OK);
        using var visitor = new Visitor(service.Address);
        (await visitor.OpenAsync("/")).Html.Should().Contain("The users are stored in: memory").And.Contain("Install Node.js");
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_reported_with_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using Process process = Launch($"http://{other.LocalEndpoint}");

        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.Should().Be(1);
        errors.Trim().Split('\n').Should().ContainSingle().Which.Should().Contain("address already in use").And.Contain("--urls http://localhost:5391");
    }

    private static async Task<HttpStatusCode> PostAsync(Started service, string endpoint)
    {
        using var visitor = new Visitor(service.Address);
        return (await visitor.Http.PostAsJsonAsync($"/api/{endpoint}", new { email = "ada@example.test", password = Visitor.Password })).StatusCode;
    }

    private async Task<Started> StartAsync(Action<IDictionary<string, string?>>? configure = null)
    {
        Process process = Launch("http://127.0.0.1:0", configure);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (Address().Match(line) is { Success: true } address)
                return new Started(process, new Uri(address.Groups[1].Value), line);
        }

        throw new InvalidOperationException($"The service did not start: {await process.StandardError.ReadToEndAsync(timeout.Token)}");
    }

    private Process Launch(string address, Action<IDictionary<string, string?>>? configure = null)
    {
        // An absolute path, because the environment can lack PATH.
        string dotnet = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "IdentityService.dll"), $"--urls={address}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string variable in new[] { "DYNAMODB_ENDPOINT", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL" })
            start.Environment.Remove(variable);
        start.Environment["XDG_DATA_HOME"] = _folder;
        configure?.Invoke(start.Environment);
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"Open (http://127\.0\.0\.1:\d+) in a browser")]
    private static partial Regex Address();

    /// <summary>A service that has started, with the line that it logged then. It is killed at the end.</summary>
    private sealed record Started(Process Process, Uri Address, string Line) : IDisposable
    {
        public void Dispose()
        {
            Process.Kill();
            Process.WaitForExit();
            Process.Dispose();
        }
    }
}

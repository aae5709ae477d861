using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.SampleTests.UserService;

public sealed class LocalStorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("userstore-").FullName;

    private string DataFile => Path.Combine(_folder, "users.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Users_remain_after_a_restart_and_sample_users_are_created_once()
    {
        await using (ServiceProcess first = await StartAsync())
        {
            (await first.LocateAsync()).Should().Be(("local", DataFile));
            await CreateAsync(first, "mine-1");
            (await first.Http.DeleteAsync("/users/fake-7")).StatusCode.Should().Be(HttpStatusCode.NoContent);
            await first.StopAsync();
        }

        await using ServiceProcess second = await StartAsync();

        (await CountAsync(second)).Should().Be(200, "199 sample users and one new user");
        (await second.Http.GetAsync("/users/by-email/mine-1@example.test")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await second.Http.GetAsync("/users/fake-7")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Users_remain_and_the_data_file_is_free_at_once_after_the_service_was_killed()
    {
        await using (ServiceProcess first = await StartAsync())
        {
            await CreateAsync(first, "mine-1");
            first.Process.Kill();
            await first.Process.WaitForExitAsync();
        }

        await using ServiceProcess second = await StartAsync();

        (await CountAsync(second)).Should().Be(201);
        (await CreateAsync(second, "mine-2")).Should().Be(HttpStatusCode.Created);
        await ShouldHaveOneServerAsync();
    }

    [Fact]
    public async Task Sample_users_that_an_interrupted_start_has_created_are_completed()
    {
        await using (LocalDynamoDb server = await LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = DataFile }))
        {
            using var client = server.CreateClient();
            var store = new DynamoDbUserStore(client, new UserStoreOptions { TableNamePrefix = "demo-" });
            await store.EnsureTablesAsync();
            await store.CreateAsync(FakeUsers.Create(3));
            await store.CreateAsync(FakeUsers.Create(200));
        }

        await using ServiceProcess service = await StartAsync();

        (await CountAsync(service)).Should().Be(200);
    }

    [Fact]
    public async Task A_second_service_with_the_same_data_file_ends_with_one_line()
    {
        await using ServiceProcess first = await StartAsync();

        var second = await ServiceProcess.RunAsync(["--urls=http://127.0.0.1:0"], DataFile);
        var command = await ServiceProcess.RunAsync(["migrate", "status"], DataFile);

        (second.ExitCode, command.ExitCode).Should().Be((1, 1));
        second.Errors.Should().ContainSingle().Which.Should().Contain(DataFile).And.Contain("in use by another process");
        command.Errors.Should().Equal(second.Errors);
        (await CountAsync(first)).Should().Be(200);
    }

    [Fact]
    public async Task The_log_of_the_first_start_says_where_the_page_and_the_data_are_and_how_to_use_DynamoDB()
    {
        await using ServiceProcess service = await StartAsync();

        IReadOnlyList<string> log = service.Log;
        log.Should().HaveCountLessThan(20, "it is the first screen");
        log.Should().ContainSingle(line => line.Contains($"Open {service.Http.BaseAddress!.ToString().TrimEnd('/')} in a browser"));
        log.Should().ContainSingle(line => line.Contains("demo-Users") && line.Contains(DataFile));
        log.Should().ContainSingle(line => line.Contains("UserStore__Region=") && line.Contains("DYNAMODB_ENDPOINT") && line.Contains("--help"));
        log.Should().NotContain(line => line.Contains("(null)") || line.Contains("Production") || line.Contains("example.test"));
    }

    [Fact]
    public async Task Without_a_local_server_the_users_are_in_memory_and_one_line_says_what_to_install()
    {
        string empty = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            DataFile, environment => environment["PATH"] = environment["XDG_CACHE_HOME"] = empty);

        (await service.LocateAsync()).Should().Be(("memory", null));
        service.Log.Should().ContainSingle(line => line.Contains("in memory") && line.Contains("Install Node.js"));
        (await CountAsync(service)).Should().Be(200);
        File.Exists(DataFile).Should().BeFalse();
    }

    [Theory]
    [InlineData("DYNAMODB_ENDPOINT")]
    [InlineData("AWS_ENDPOINT_URL_DYNAMODB")]
    [InlineData("AWS_ENDPOINT_URL")]
    [InlineData("UserStore__ServiceUrl")]
    public async Task A_variable_names_another_DynamoDB(string variable)
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = DataFile });
        await using ServiceProcess service = await ServiceProcess.StartAsync(DataFile, environment => environment[variable] = server.Endpoint.ToString());

        (await service.LocateAsync()).Should().Be(("dynamodb", server.Endpoint.ToString()));
        (await CountAsync(service)).Should().Be(0, "sample users are for the local storage only");
        service.Log.Should().ContainSingle(line => line.Contains($"the table Users of DynamoDB, {server.Endpoint}"));
    }

    [Fact]
    public async Task The_AWS_profile_names_another_DynamoDB()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = DataFile });
        string profile = Path.Combine(_folder, "config");
        await File.WriteAllTextAsync(profile, $"[default]\nendpoint_url = {server.Endpoint}\n");
        string unused = Path.Combine(_folder, "unused.db");
        await using ServiceProcess service = await ServiceProcess.StartAsync(unused, environment => environment["AWS_CONFIG_FILE"] = profile);

        (await service.LocateAsync()).Should().Be(("dynamodb", server.Endpoint.ToString()));
        (await CountAsync(service)).Should().Be(0);
        File.Exists(unused).Should().BeFalse();
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_reported_with_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var start = await ServiceProcess.RunAsync([$"--urls=http://{other.LocalEndpoint}", "--Storage=memory"]);

        start.ExitCode.Should().Be(1);
        start.Errors.Should().ContainSingle(line => line.Contains("address already in use") && line.Contains("--urls http://localhost:5381"));
        start.Errors.Should().NotContain(line => line.Contains("   at "), "it is no defect");
    }

    [Theory]
    [InlineData("--DYNAMODB_ENDPOINT=rubbish", "ServiceUrl is 'rubbish', but must be an absolute http or https address.")]
    [InlineData("--UserStore:Region=mars", "Region is 'mars', but must be the name of an AWS region")]
    [InlineData("--UserStore:Regionn=mars", "'Regionn'")]
    [InlineData("--UserStore:PointInTimeRecoveryDays=many", "'many'")]
    [InlineData("--RateLimit:PerSecond=-1", "The setting RateLimit:PerSecond is '-1', but must be a whole number of at least 0.")]
    [InlineData("--RateLimit:PerSecond=fast", "The setting RateLimit:PerSecond is 'fast'")]
    [InlineData("--RateLimit:Burst=0", "The setting RateLimit:Burst is '0', but must be a whole number of at least 1.")]
    [InlineData("--Storage=disk", "The setting Storage is 'disk', but must be 'memory' or not set.")]
    [InlineData("--urls=rubbish", "The address 'rubbish' of the setting urls is not valid")]
    [InlineData("--urls=http://localhost:99999", "The address 'http://localhost:99999' of the setting urls is not valid")]
    public async Task A_setting_that_is_not_valid_is_reported_with_one_line(string setting, string reason)
    {
        var start = await ServiceProcess.RunAsync(["--urls=http://127.0.0.1:0", "--Storage=memory", setting]);

        start.ExitCode.Should().Be(1);
        start.Errors.Should().ContainSingle().Which.Should().Contain(reason).And.Contain("--help");
    }

    [Fact]
    public async Task A_service_that_waits_for_its_server_can_be_stopped()
    {
        await using var service = ServiceProcess.Launch(
            ["--urls=http://127.0.0.1:0"], environment => environment["DYNAMODB_ENDPOINT"] = "http://127.0.0.1:1");
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!service.Log.Any(line => line.Contains("No connection to http://127.0.0.1:1")))
            await Task.Delay(20, timeout.Token);

        await service.StopAsync();

        service.Process.ExitCode.Should().Be(1);
        service.Log[^1].Should().Be("The service was stopped before it had started.");
        service.Log.Should().NotContain(line => line.Contains("   at "), "it is no defect");
    }

    [Fact]
    public async Task A_link_to_a_data_file_that_is_in_use_is_in_use()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = DataFile });
        string link = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "links")).FullName, "link.db");
        File.CreateSymbolicLink(link, DataFile);

        Func<Task> second = () => LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = link });

        (await second.Should().ThrowAsync<LocalDynamoDbException>()).WithMessage("*is in use by another process*");
    }

    [Fact]
    public async Task Commands_write_only_their_results_to_standard_output()
    {
        var help = await ServiceProcess.RunAsync(["--help"]);
        var migrated = await ServiceProcess.RunAsync(["migrate", "up"], DataFile);
        var status = await ServiceProcess.RunAsync(["migrate", "status", "--json"], DataFile);
        var policy = await ServiceProcess.RunAsync(["policy", "--account", "123456789012", "--region", "eu-central-1"]);

        help.Output.Should().ContainAll("--urls", "--DataFile", "DYNAMODB_ENDPOINT", "migrate", "policy");
        (help.ExitCode, help.Errors.Count).Should().Be((0, 0));
        migrated.ExitCode.Should().Be(0);
        Directory.GetFiles(_folder).Should().BeEquivalentTo([DataFile, $"{DataFile}.lock"], "the server completes the file");
        JsonDocument.Parse(status.Output).RootElement.GetProperty("nextStep").GetProperty("action").GetString().Should().Be("None", "the data file remains");
        JsonDocument.Parse(policy.Output).RootElement.TryGetProperty("ReadOnly", out _).Should().BeTrue();
        await using ServiceProcess service = await StartAsync();
        (await CountAsync(service)).Should().Be(200);
    }

    private static async Task<HttpStatusCode> CreateAsync(ServiceProcess service, string id)
    {
        using HttpResponseMessage response = await service.Http.PostAsJsonAsync(
            "/users", new { userId = id, name = "Fake New", email = $"{id}@example.test" });
        return response.StatusCode;
    }

    private static async Task<int> CountAsync(ServiceProcess service)
    {
        int count = 0;
        for (string? next = "/users?pageSize=100"; next is not null;)
        {
            using HttpResponseMessage page = await service.Http.GetAsync(next);
            count += (await page.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("users").GetArrayLength();
            next = page.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        return count;
    }

    private async Task ShouldHaveOneServerAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        string[] servers;
        do
        {
            await Task.Delay(20, timeout.Token);
            using Process list = Process.Start(new ProcessStartInfo("ps", ["-eo", "args"]) { RedirectStandardOutput = true })!;
            servers = [.. (await list.StandardOutput.ReadToEndAsync(timeout.Token)).Split('\n')
                .Where(line => line.Contains($"--db-path {DataFile}", StringComparison.Ordinal) && !line.StartsWith("/bin/sh", StringComparison.Ordinal))];
        }
        while (servers.Length != 1);
    }

    private Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync(DataFile);
}

using System.Text.Json;
using global::UserService;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace UserStore.SampleTests.UserService;

public sealed class MigrateCommandTests
{
    [Fact]
    public async Task The_service_runs_its_migrations_from_the_command_line()
    {
        string[] args = ["migrate", "status", "--json"];
        await using WebApplication service = await Service.BuildAsync([.. args, "--Storage=memory"]);
        using var output = new StringWriter();

        (await service.RunMigrationCommandAsync(["migrate"], TextWriter.Null)).Should().Be(0);
        int? code = await service.RunMigrationCommandAsync(args, output);

        code.Should().Be(0);
        JsonDocument.Parse(output.ToString()).RootElement.GetProperty("nextStep").GetProperty("action").GetString().Should().Be("None");
    }

    [Fact]
    public async Task Without_the_command_the_service_is_started()
    {
        await using WebApplication service = await Service.BuildAsync(["--Storage=memory"]);

        (await service.RunMigrationCommandAsync([])).Should().BeNull();
    }
}

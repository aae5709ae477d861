using Moq;
using UserStore.CommandLine;
using UserStore.Migrations;
using UserStore.Migrations.CommandLine;

namespace UserStore.Tests.Migrations.CommandLine;

/// <summary>The commands that the status and an error suggest.</summary>
public sealed class NextStepCommandTests
{
    private readonly Mock<IMigrationRunner> _runner = new();

    [Theory]
    [InlineData(MigrationNextAction.None, MigrationState.Applied)]
    [InlineData(MigrationNextAction.Wait, MigrationState.Running, "migrate")]
    [InlineData(MigrationNextAction.Correct, MigrationState.Applied)]
    [InlineData(MigrationNextAction.RunOtherVersion, MigrationState.Failed)]
    [InlineData(MigrationNextAction.Run, MigrationState.Pending, "migrate")]
    [InlineData(MigrationNextAction.Run, MigrationState.Failed, "migrate", "migrate undo")]
    [InlineData(MigrationNextAction.Run, MigrationState.Undoing, "migrate", "migrate undo")]
    [InlineData(MigrationNextAction.Unlock, MigrationState.Applied, "migrate unlock \"your reason\"")]
    [InlineData(
        MigrationNextAction.Repair,
        MigrationState.Running,
        "migrate repair 1_a retry \"your reason\"", "migrate repair 1_a applied \"your reason\"", "migrate repair 1_a failed \"your reason\"")]
    public async Task The_status_spells_the_next_step(MigrationNextAction action, MigrationState state, params string[] commands)
    {
        MigrationEntry entry = new() { Id = "1_a", State = state };
        _runner.Setup(runner => runner.GetStatusAsync(It.IsAny<CancellationToken>())).ReturnsAsync(
            new MigrationStatus([entry], [], new MigrationLockStatus(false, null, 1, []))
            {
                NextStep = new(action, "1_a", "What to do.") { CanUndo = commands.Contains("migrate undo") },
            });

        (int? code, string output, _) = await RunAsync("status");

        code.Should().Be(0);
        string[] lines = output.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        lines[Array.IndexOf(lines, "Next step: What to do.")..].Skip(1).Select(line => line.Trim()).Should().Equal(commands);
    }

    [Fact]
    public async Task An_interrupted_migration_is_an_error_with_the_commands_that_repair_it()
    {
        MigrationEntry entry = new() { Id = "1_a", State = MigrationState.Running };
        _runner.Setup(runner => runner.RunAsync(It.IsAny<MigrationPlanner?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new MigrationDirtyException(entry));

        (int? code, string output, string error) = await RunAsync("up");

        (code, output).Should().Be((1, ""));
        error.Should().StartWith("MigrationDirtyException: ").And.Contain("migrate repair 1_a retry \"your reason\"");
    }

    private async Task<(int? Code, string Output, string Error)> RunAsync(string command)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var store = new CommandStore<MigrationCommandTarget>(typeof(User), () => new(_runner.Object, _ => Task.FromResult<IReadOnlyList<string>>([])));
        int? code = await new CommandRunner<MigrationCommandTarget>(new MigrationCommandSet(), [store], output, error).RunAsync(["migrate", command], default);
        return (code, output.ToString(), error.ToString());
    }
}

using UserStore.Migrations;
using UserStore.TestKit;
using Xunit.Abstractions;

namespace UserStore.Tests.Migrations.Exploration;

/// <summary>All states that two versions of a service can bring their journal into, whatever is interrupted.</summary>
public sealed class RunnerModelTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", TestVolume.Category)]
    public async Task No_interruption_applies_or_undoes_what_it_should_not_and_every_state_has_a_way_on()
    {
        var model = new RunnerModel(
            newVersion: ["1_a-r", "2_b"],
            oldVersion: ["1_a-r"],
            repairs: TestVolume.IsFull ? Enum.GetValues<MigrationRepair>() : [MigrationRepair.Retry],
            suspends: TestVolume.IsFull);

        await model.ExploreAsync();

        output.WriteLine($"{model.States} states, {model.Runs} runs");
        model.Violations.Should().BeEmpty();
        model.States.Should().BeGreaterThan(30, "the exploration must reach the states");
    }
}

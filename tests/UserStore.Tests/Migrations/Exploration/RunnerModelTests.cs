using UserStore.Migrations;
using UserStore.TestKit;
using Xunit.Abstractions;

namespace UserStore.Tests.Migrations.Exploration;

/// <summary>All states that two versions of a service can bring their journal into, whatever is interrupted.</summary>
public sealed class RunnerModelTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", TestVolume.Category)]
    public Task No_process_that_ends_at_any_request_leads_to_a_wrong_step_or_to_a_state_without_a_next_step()
        => ExploreAsync([MigrationRepair.Retry], suspends: false, maxStates: TestVolume.Of(full: int.MaxValue, usual: 60));

    [Fact]
    [Trait("Category", TestVolume.Category)]
    public Task No_process_that_is_suspended_at_any_request_leads_to_a_wrong_step_or_to_a_state_without_a_next_step()
        => ExploreAsync(Enum.GetValues<MigrationRepair>(), suspends: true, maxStates: TestVolume.Of(full: 120, usual: 12));

    private async Task ExploreAsync(MigrationRepair[] repairs, bool suspends, int maxStates)
    {
        var model = new RunnerModel(newVersion: ["1_a-r", "2_b"], oldVersion: ["1_a-r"], repairs, suspends);

        await model.ExploreAsync(maxStates);

        output.WriteLine($"{model.Explored} of {model.States} states explored in {model.Runs} runs");
        model.Violations.Should().BeEmpty();
        model.Explored.Should().BeGreaterThanOrEqualTo(Math.Min(maxStates, 1000), "the exploration must not end early");
    }
}

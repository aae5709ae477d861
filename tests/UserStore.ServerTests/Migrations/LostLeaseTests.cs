using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.ServerTests.Migrations;

/// <summary>A lease that could not be renewed in time, although no other runner has taken the lock.</summary>
public sealed class LostLeaseTests : MigrationServerTest
{
    [Fact]
    public async Task A_migration_that_is_cancelled_because_its_lease_is_lost_is_recorded_as_failed()
    {
        Bench.Options.Migrations.Add("1_a", async (_, token) =>
        {
            await LoseLeaseAsync(token);
            token.ThrowIfCancellationRequested();
        });

        await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationLeaseLostException>();

        MigrationStatus status = await Bench.NewRunner().GetStatusAsync();
        status.Migrations.Single().Should().BeEquivalentTo(
            new { State = MigrationState.Failed, Attempts = 1 }, options => options.ExcludingMissingMembers());
        (status.Lock.IsHeld, status.NextStep.Action).Should().Be((false, MigrationNextAction.Run));
    }

    [Fact]
    public async Task A_migration_that_completes_although_its_lease_is_lost_is_recorded_as_applied()
    {
        Bench.Options.Migrations.Add("1_a", (_, token) => LoseLeaseAsync(token));
        Bench.Add("2_b");

        await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationLeaseLostException>();

        (await Bench.NewRunner().GetStatusAsync()).Migrations.Select(entry => entry.State)
            .Should().Equal(MigrationState.Applied, MigrationState.Pending);
        Bench.Ran.Should().BeEmpty("a runner without a lease starts nothing");
    }

    [Fact]
    public async Task A_migration_whose_lock_another_runner_has_taken_is_not_recorded()
    {
        Bench.Options.Migrations.Add("1_a", async (_, token) =>
        {
            await LoseLeaseAsync(token);
            MigrationBench other = Bench.AsOtherVersion();
            other.Options.Migrations.Add("1_a", (_, _) => Bench.NoteAsync("other"));
            await other.NewRunner().RunAsync(cancellationToken: CancellationToken.None);
            throw new TimeoutException();
        });

        await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationLeaseLostException>();

        Bench.Ran.Should().Equal("other");
        (await Bench.EntryAsync("1_a")).State.Should().Be(MigrationState.Applied);
    }

    private async Task LoseLeaseAsync(CancellationToken token)
    {
        Wire.Every(1, WireFault.Reset, "PutItem"); // renewals
        await MigrationBench.IsCancelledAsync(token);
        Wire.Clear();
    }
}

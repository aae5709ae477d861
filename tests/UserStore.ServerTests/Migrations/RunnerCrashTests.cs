using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.ServerTests.Migrations;

/// <summary>A runner that ends or is cancelled at any of its requests: the journal claims no more than happened and contains what is
/// unknown.</summary>
public sealed class RunnerCrashTests : MigrationServerTest
{
    private const int MaxRequests = 60;

    private static readonly string[] Ids = ["1_a", "2_b"];

    [Theory]
    [InlineData(true, InterruptionPolicy.Resume)]
    [InlineData(false, InterruptionPolicy.Resume)]
    [InlineData(true, InterruptionPolicy.RequireRepair)]
    [InlineData(false, InterruptionPolicy.RequireRepair)]
    public async Task A_process_that_ends_at_any_request_leaves_a_correct_journal(bool isRequestApplied, InterruptionPolicy policy)
    {
        int repaired = 0;
        await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            MigrationBench bench = NewBench(policy);
            bench.StoreOptions.Retry.Timeout = TimeSpan.FromMilliseconds(100);
            bool isCut = false;
            CutAt(request, isRequestApplied, () =>
            {
                isCut = true;
                Wire.Every(1, WireFault.Reset); // a process that has ended sends nothing
                return Task.CompletedTask;
            });
            try
            {
                await bench.NewRunner().RunAsync();
            }
            catch (UserStoreException)
            {
                // The process has ended, so that the exception is not observed.
            }

            Wire.Clear();
            if (!isCut)
            {
                bench.Ran.Should().Equal("+1_a", "+2_b");
                return false;
            }

            await GoOnAsync(bench);
            repaired += await IsRepairedAsync(bench) ? 1 : 0;
            return true;
        });

        if (policy == InterruptionPolicy.Resume)
            repaired.Should().Be(0);
        else
            repaired.Should().BePositive("some cut must fall into a migration");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_is_cancelled_at_any_request_leaves_nothing_dirty(bool isRequestApplied)
    {
        await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            MigrationBench bench = NewBench();
            using var cancel = new CancellationTokenSource();
            CutAt(request, isRequestApplied, cancel.CancelAsync);
            try
            {
                await bench.NewRunner().RunAsync(cancellationToken: cancel.Token);
            }
            catch (OperationCanceledException)
            {
                cancel.IsCancellationRequested.Should().BeTrue();
            }

            Wire.Clear();
            await bench.NewRunner().RunAsync();
            bench.Ran.Should().Equal("+1_a", "+2_b");
            return cancel.IsCancellationRequested;
        });
    }

    private MigrationBench NewBench(InterruptionPolicy policy = InterruptionPolicy.Automatic)
    {
        MigrationBench bench = new MigrationBench(Stores).Add(policy, Ids);
        bench.Open(); // gives it a prefix
        return bench;
    }

    /// <summary>Repairs migrations with unknown outcome, and runs the remaining ones.</summary>
    private static async Task GoOnAsync(MigrationBench bench)
    {
        foreach (MigrationEntry entry in (await bench.NewRunner().GetStatusAsync()).Migrations)
        {
            if (entry.State == MigrationState.Applied)
                bench.Ran.Should().Contain($"+{entry.Id}", "the journal claims no more than happened");
            if (entry.State == MigrationState.Pending)
                bench.Ran.Should().NotContain($"+{entry.Id}", "what ran is never taken for untouched");
        }

        await bench.NewRunner().UnlockAsync("the process has ended");
        try
        {
            await bench.NewRunner().RunAsync();
        }
        catch (MigrationDirtyException dirty)
        {
            await bench.NewRunner().RepairAsync(dirty.MigrationId!, MigrationRepair.Retry, "the process has ended");
            await bench.NewRunner().RunAsync();
        }

        (await bench.NewRunner().GetStatusAsync()).Migrations.Should().OnlyContain(entry => entry.State == MigrationState.Applied);
        bench.Ran.Distinct().Should().Equal("+1_a", "+2_b");
    }

    private static async Task<bool> IsRepairedAsync(MigrationBench bench)
        => (await bench.NewRunner().GetStatusAsync()).Migrations.Any(entry => entry.Repairs.Count > 0);
}

using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

[Trait("Category", TestVolume.Category)]
public sealed class MigrationRaceTests : MigrationServerTest
{
    private const int Runners = 8;

    private static readonly int Repetitions = TestVolume.Of(full: 50, usual: 5);

    [Fact]
    public async Task Eight_concurrent_runners_apply_each_of_five_migrations_once()
    {
        string[] ids = ["1_a", "2_b", "3_c", "4_d", "5_e"];
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            MigrationBench bench = new MigrationBench(Stores).Add(ids);
            bench.Open();

            MigrationRun[] runs = await Task.WhenAll(
                Enumerable.Range(0, Runners).Select(_ => Task.Run(() => bench.NewRunner().RunAsync())));

            bench.Ran.Should().Equal(ids.Select(id => $"+{id}"));
            runs.Sum(run => run.Steps.Count).Should().Be(ids.Length);
            MigrationStatus status = await bench.NewRunner().GetStatusAsync();
            status.Migrations.Should().OnlyContain(entry => entry.State == MigrationState.Applied && entry.Attempts == 1);
            status.Lock.IsHeld.Should().BeFalse();
            await bench.NewRunner().DestroyAsync();
        }
    }
}

using UserStore.Migrations.Backfilling;
using UserStore.Testing;

namespace UserStore.Tests.Migrations.Backfilling;

public sealed class ScanProgressTests
{
    [Fact]
    public void The_total_and_the_remaining_time_are_unknown_once_more_items_were_read_than_the_table_was_said_to_have()
    {
        var clock = new FakeClock();
        var progress = new ScanProgress(clock, readBefore: 0, total: 100);
        progress.IsDue(25, TimeSpan.Zero);
        clock.Advance(TimeSpan.FromSeconds(10));

        progress.ToProgress("fill").ToString().Should().Be("fill: 25 of 100 done, 30 s remaining");
        progress.IsDue(100, TimeSpan.Zero);
        progress.ToProgress("fill").ToString().Should().Be("fill: 125 done");
    }
}

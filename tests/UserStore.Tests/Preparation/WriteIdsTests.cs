using UserStore.Preparation;

namespace UserStore.Tests.Preparation;

public sealed class WriteIdsTests
{
    private readonly SettableClock _clock = new();

    private WriteIds Ids => WriteIds.Of(_clock);

    [Fact]
    public void Ids_of_one_clock_rise_while_the_clock_stands_still()
    {
        string[] ids = [.. Enumerable.Range(0, 1_000).Select(_ => Ids.Next())];

        ids.Should().BeInAscendingOrder(StringComparer.Ordinal);
        ids.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Ids_of_one_clock_rise_when_the_clock_is_set_back()
    {
        string before = Ids.Next();
        _clock.Now = _clock.Now.AddHours(-1);

        string.CompareOrdinal(Ids.Next(), before).Should().BePositive();
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2026)]
    [InlineData(2539)]
    public void The_order_of_ids_is_that_of_the_time(int year)
    {
        _clock.Now = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        string[] ids = [.. Enumerable.Range(0, 60).Select(power =>
        {
            _clock.Now = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMicroseconds(Math.Pow(1.7, power));
            return Ids.Next();
        })];

        ids.Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyContain(id => id.Length == ids[0].Length);
    }

    [Fact]
    public void An_id_exceeds_the_one_of_a_clock_that_is_years_ahead()
    {
        var ahead = new SettableClock();
        ahead.Now = _clock.Now.AddYears(100);
        string other = WriteIds.Of(ahead).Next();

        string above = Ids.NextAbove(other, "fake-1");

        string.CompareOrdinal(above, other).Should().BePositive();
        string.CompareOrdinal(Ids.Next(), other).Should().BeNegative("the clock of another process changes no other id");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("-")]
    [InlineData("")]
    [InlineData("zzzzzzzzzzzz")]
    [InlineData("____________")]
    public void An_id_exceeds_those_of_earlier_versions_of_the_library(string? earlier)
        => string.CompareOrdinal(Ids.NextAbove(earlier, "fake-1"), earlier).Should().BePositive();

    [Theory]
    [InlineData("~~")]
    [InlineData("~zzzzzzzzz00000000")]
    [InlineData("\u00e9")]
    public void An_id_that_none_exceeds_is_reported(string foreign)
        => FluentActions.Invoking(() => Ids.NextAbove(foreign, "fake-1")).Should().Throw<UserStoreUnavailableException>().WithMessage("*fake-1*")
            .Which.IsTransient.Should().BeFalse();

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

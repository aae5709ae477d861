using UserStore.Paging;

namespace UserStore.Tests.Paging;

public sealed class AuditPositionTests
{
    [Theory]
    [InlineData(false, null)]
    [InlineData(false, "U")]
    [InlineData(true, null)]
    [InlineData(true, "fake-1")]
    public void A_position_round_trips_through_its_token(bool inReservations, string? after)
    {
        var position = new AuditPosition(inReservations, after);

        AuditPosition.Of(position.ToToken()).Should().Be(position);
    }

    [Fact]
    public void A_token_of_a_query_contains_no_position_of_an_audit()
    {
        Action read = () => AuditPosition.Of(new ContinuationToken("fake-1", 7));

        read.Should().Throw<InvalidContinuationTokenException>().WithMessage("*no position of an audit*");
    }
}

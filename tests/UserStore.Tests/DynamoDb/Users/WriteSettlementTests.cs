using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Tests.DynamoDb.Users;

/// <summary>The ids of the items are letters in their order; the write has the id <c>m</c>.</summary>
public sealed class WriteSettlementTests
{
    private const string Own = "m";

    [Theory]
    [InlineData("m", null)]
    [InlineData("tm", null)]
    [InlineData("tsrqponm", null)]
    [InlineData("zyxwvuts", "m")]
    public void A_remembered_id_shows_that_the_write_was_applied(string ids, string? birth)
    {
        foreach (ConditionFailure failure in new[] { Seen(), Lost(), Unseen(), LostWithToken() })
        {
            foreach (bool isRefused in new[] { true, false })
                Settle(ids, failure, isRefused, birth: birth).Should().Be(WriteOutcome.Applied);
        }
    }

    [Theory]
    [InlineData("t", true)] // created after the write began, perhaps after another user with the id was deleted
    [InlineData("ts", true)]
    [InlineData("zyxwvuts", true)] // more writes than an item remembers
    [InlineData("tl", false)]
    [InlineData("zyxwvutl", false)]
    public void A_write_that_an_item_may_have_forgotten_is_not_sent_again(string ids, bool isForgotten)
    {
        WriteOutcome repeated = isForgotten ? WriteOutcome.Unknown : WriteOutcome.Superseded;
        Settle(ids, Lost(), isRefused: false).Should().Be(repeated);
        Settle(ids, Unseen(), isRefused: false).Should().Be(repeated);
        Settle(ids, Seen(), isRefused: false).Should().Be(WriteOutcome.Superseded);
        Settle(ids, LostWithToken(), isRefused: false).Should().Be(WriteOutcome.Superseded);
        Settle(ids, Lost(), isRefused: true).Should().Be(isForgotten ? WriteOutcome.Unknown : WriteOutcome.Refused);
        Settle(ids, Seen(), isRefused: true).Should().Be(WriteOutcome.Refused);
    }

    [Theory]
    [InlineData("t", false)]
    [InlineData("zyxwvuts", true)]
    public void A_refusal_by_a_client_that_retries_unseen_is_doubted_only_if_writes_were_forgotten(string ids, bool isDoubted)
        => Settle(ids, Unseen(), isRefused: true).Should().Be(isDoubted ? WriteOutcome.Unknown : WriteOutcome.Refused);

    [Theory]
    [InlineData("l")]
    [InlineData("lkjihgfe")]
    [InlineData("")]
    public void A_refused_write_that_may_still_arrive_is_unknown(string ids)
    {
        Settle(ids, Lost(), isRefused: true).Should().Be(WriteOutcome.Unknown);
        Settle(ids, LostWithToken(), isRefused: true).Should().Be(WriteOutcome.Unknown);
        Settle(ids, Lost(), isRefused: true, isPinned: true).Should().Be(WriteOutcome.Refused, "the revision never returns");
        Settle(ids, Seen(), isRefused: true).Should().Be(WriteOutcome.Refused);
        Settle(ids, Unseen(), isRefused: true).Should().Be(WriteOutcome.Refused);
    }

    [Fact]
    public void The_absence_of_the_user_proves_nothing_after_a_lost_response()
    {
        foreach (bool isPinned in new[] { true, false })
        {
            SettleAbsent(Lost(), isPinned).Should().Be(WriteOutcome.Unknown);
            SettleAbsent(Seen(), isPinned).Should().Be(WriteOutcome.Refused);
            SettleAbsent(Unseen(), isPinned).Should().Be(WriteOutcome.Refused);
        }

        SettleAbsent(LostWithToken(), isPinned: true).Should().Be(WriteOutcome.Refused);
    }

    private static WriteOutcome Settle(string ids, ConditionFailure failure, bool isRefused, bool isPinned = false, string? birth = null)
    {
        var item = new Dictionary<string, AttributeValue> { ["user_id"] = new("fake-1") };
        for (int i = 0; i < 8; i++)
            item[i == 0 ? "write_id" : $"write_id_{i + 1}"] = new(i < ids.Length ? ids[i].ToString() : "-");
        if (birth is not null)
            item["birth_id"] = new(birth);
        return WriteSettlement.Settle(new StoredUser(item, UserModel.For<User>(new UserStoreOptions())), Own, failure, isRefused, isPinned);
    }

    private static WriteOutcome SettleAbsent(ConditionFailure failure, bool isPinned)
        => WriteSettlement.Settle(new StoredUser(null, UserModel.For<User>(new UserStoreOptions())), Own, failure, isRefused: true, isPinned);

    private static ConditionFailure Seen() => Failure(responseWasLost: false, mayBeApplied: false);

    private static ConditionFailure Lost() => Failure(responseWasLost: true, mayBeApplied: true);

    private static ConditionFailure Unseen() => Failure(responseWasLost: false, mayBeApplied: true);

    private static ConditionFailure LostWithToken() => Failure(responseWasLost: true, mayBeApplied: false);

    private static ConditionFailure Failure(bool responseWasLost, bool mayBeApplied)
        => new("UpdateItem", new ConditionalCheckFailedException("failed"), responseWasLost, mayBeApplied);
}

using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

public sealed class FailureDescriptionTests
{
    private const int MaxLength = 1000;

    [Fact]
    public void A_description_has_all_types_and_only_the_messages_of_the_store()
    {
        var failure = new InvalidOperationException(
            "secret 1", new UserStoreUnavailableException("no response was received", new IOException("secret 2")));

        FailureDescription.Of(failure).Should().Be(
            "InvalidOperationException <- UserStoreUnavailableException: no response was received <- IOException");
    }

    [Theory]
    [InlineData(MaxLength, MaxLength)]
    [InlineData(MaxLength + 1, MaxLength)]
    public void A_description_is_cut_at_its_maximum_length(int length, int expected)
    {
        string prefix = "UserStoreUnavailableException: ";
        string message = new('x', length - prefix.Length);

        FailureDescription.Of(new UserStoreUnavailableException(message)).Should().HaveLength(expected).And.StartWith(prefix + "xxx");
    }
}

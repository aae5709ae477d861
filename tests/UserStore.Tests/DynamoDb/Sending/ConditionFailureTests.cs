using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>What a failed condition says about the stored items.</summary>
public sealed class ConditionFailureTests
{
    private static readonly Dictionary<string, AttributeValue> Stored = new() { ["user_id"] = new("fake-1") };

    [Fact]
    public void The_item_of_a_single_write_is_that_of_the_exception()
    {
        ConditionFailure failure = Of(new ConditionalCheckFailedException("no") { Item = Stored });

        failure.Item.Should().BeSameAs(Stored);
        failure.Reasons.Should().BeEmpty();
    }

    [Fact]
    public void The_item_of_a_transaction_is_that_of_its_first_action()
    {
        ConditionFailure failure = Of(new TransactionCanceledException("no")
        {
            CancellationReasons = [new() { Code = "ConditionalCheckFailed", Item = Stored }, new() { Code = "None" }],
        });

        failure.Item.Should().BeSameAs(Stored);
        (failure.Reasons.Count, failure.Concerns(0), failure.Concerns(1)).Should().Be((2, true, false));
    }

    [Fact]
    public void Without_an_item_or_reasons_nothing_is_known_of_the_item()
    {
        Of(new ConditionalCheckFailedException("no")).Item.Should().BeNull();
        Of(new TransactionCanceledException("no")).Item.Should().BeNull();
        Of(new TransactionCanceledException("no") { CancellationReasons = [] }).Item.Should().BeNull();
    }

    private static ConditionFailure Of(AmazonDynamoDBException exception)
        => new("PutItem", exception, ResponseWasLost: false, MayBeApplied: false);
}

using UserStore.DynamoDb.Expressions;

namespace UserStore.Tests.DynamoDb.Expressions;

public sealed class ExpressionTextTests
{
    [Fact]
    public async Task Requests_of_one_text_and_other_names_get_their_own_names_at_the_same_time()
    {
        var text = new ExpressionText("#0 = :0");
        using var start = new Barrier(2);

        int[] wrong = await Task.WhenAll(Task.Run(() => CountWrong("Email")), Task.Run(() => CountWrong("Name", "City")));

        wrong.Should().Equal(0, 0);

        int CountWrong(params string[] attributes)
        {
            var names = attributes.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
            start.SignalAndWait();
            return Enumerable.Range(0, 200_000).Count(_ => !text.NamesOf(names).ByPlaceholder.Values.SequenceEqual(attributes));
        }
    }
}

using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Tests.DynamoDb.Users;

public sealed class RevisionExpressionTests
{
    private static readonly UserModel Model = UserModel.For<User>(new UserStoreOptions());

    [Theory]
    [InlineData("7", 7L)]
    [InlineData("-2", -2L)]
    [InlineData("3.5", null)]
    [InlineData("10000000000000000000000000", null)]
    public void A_version_of_another_program_that_is_no_whole_number_counts_as_none(string stored, long? version)
        => RevisionExpression.RevisionIn(new() { ["version"] = new() { N = stored }, ["write_id"] = new("w1") }, Model).Version
            .Should().Be(version);

    [Fact]
    public void The_next_revision_remembers_earlier_writes_and_leaves_unknown_ones_out()
    {
        var item = new Dictionary<string, AttributeValue> { ["version"] = new() { N = "1" }, ["write_id"] = new("w1"), ["birth_id"] = new("w0") };

        RevisionExpression.RevisionIn(item, Model).Next("w2").WriteTo(item, Model);

        item["version"].N.Should().Be("2");
        (item["write_id"].S, item["write_id_2"].S, item["birth_id"].S).Should().Be(("w2", "w1", "w0"));
        item.Should().NotContainKey("write_id_3");
    }
}

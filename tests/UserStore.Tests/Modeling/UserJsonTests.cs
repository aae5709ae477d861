using System.Text.Json;
using System.Text.Json.Serialization;

namespace UserStore.Tests.Modeling;

public sealed class UserJsonTests
{
    private static readonly GroupedUser User = new()
    {
        UserId = "fake-1",
        Groups = ["b", "a", "b"],
        Tags = ["t"],
    };

    [Fact]
    public void A_derived_user_with_a_list_is_read_from_the_JSON_that_it_was_written_to()
    {
        GroupedUser read = JsonSerializer.Deserialize<GroupedUser>(JsonSerializer.Serialize(User, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;

        read.Should().BeEquivalentTo(User);
        read.Groups.Should().Equal("b", "a", "b");
    }

    [Fact]
    public void Lists_of_any_type_are_JSON_arrays()
    {
        ValueList<string?> texts = ["a", null, "b"];
        ValueList<int> numbers = [1, 2];

        JsonSerializer.Serialize(texts).Should().Be("[\"a\",null,\"b\"]");
        JsonSerializer.Deserialize<ValueList<string?>>("[\"a\",null,\"b\"]").Should().Equal(texts);
        JsonSerializer.Deserialize<ValueList<int>>(JsonSerializer.Serialize(numbers)).Should().Equal(numbers);
        JsonSerializer.Deserialize<ValueList<string>>("null").Should().BeNull();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("[7]")]
    public void Other_JSON_is_rejected(string json)
    {
        Action read = () => JsonSerializer.Deserialize<ValueList<string>>(json);

        read.Should().Throw<JsonException>();
    }

    [Fact]
    public void A_source_generated_context_reads_lists()
    {
        string json = JsonSerializer.Serialize(new Grouped(["a", "b"]), GroupedContext.Default.Grouped);

        JsonSerializer.Deserialize(json, GroupedContext.Default.Grouped)!.Groups.Should().Equal("a", "b");
    }
}

public sealed record GroupedUser : User
{
    public ValueList<string> Groups { get; init; } = [];
}

internal sealed record Grouped(ValueList<string> Groups);

[JsonSerializable(typeof(Grouped))]
[JsonSerializable(typeof(string))]
internal sealed partial class GroupedContext : JsonSerializerContext;

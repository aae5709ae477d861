using System.Text.Json;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Users.Generated;
using UserStore.Generators.Tests.Types;
using UserStore.Mapping;
using UserStore.Modeling;

namespace UserStore.Generators.Tests.Equivalence;

/// <summary>Users that random values do not show.</summary>
public sealed class UnusualUserTests
{
    [Fact]
    public void A_user_that_contains_itself_is_left_to_the_context()
    {
        var root = new Node("root");
        root.Children = [root];

        Write(new Structures { Id = "1", Root = root }, out bool isIrregular);

        isIrregular.Should().BeTrue();
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(32, true)]
    public void A_user_that_is_nested_too_deep_is_left_to_the_context(int depth, bool isTooDeep)
    {
        var root = new Node("leaf");
        for (int i = 1; i < depth; i++)
            root = new Node("node") { Next = root };

        Write(new Structures { Id = "1", Root = root }, out bool isIrregular);

        isIrregular.Should().Be(isTooDeep);
    }

    [Fact]
    public void A_list_of_a_derived_type_is_left_to_the_context()
    {
        Write(new Collections { Id = "1", Strings = new OwnList { "a" } }, out bool isIrregular);

        isIrregular.Should().BeTrue();
    }

    [Fact]
    public void An_overridden_property_of_a_derived_type_is_written()
    {
        JsonElement item = Write<Hidden>(new Subclass(), out bool isIrregular);

        isIrregular.Should().BeFalse();
        item.GetProperty("Overridden").GetProperty("S").GetString().Should().Be("always");
    }

    [Fact]
    public void A_null_in_a_list_that_has_none_is_left_to_the_context()
    {
        Write(new Collections { Id = "1", Strings = ["a", null!] }, out bool isIrregular);

        isIrregular.Should().BeTrue();
    }

    [Fact]
    public void A_list_that_another_program_stored_as_a_set_is_left_to_the_context()
    {
        var users = new UserReader<Collections>(GeneratedMappings.Find<Collections>()!, UserModel.For<Collections>(new UserStoreOptions()));
        ItemReader json = users.NewReader("""{"Id":{"S":"1"},"Numbers":{"NS":["5"]}}"""u8, readsMany: false);

        ReadItem<Collections> read = users.Read(ref json);

        read.User.Should().BeNull();
        read.Item!["Numbers"].NS.Should().Equal("5");
    }

    [Fact]
    public void A_type_without_a_revision_has_none_to_set()
    {
        Action set = () => GeneratedMappings.Find<Scalars>()!.SetRevision(new Scalars(), "1");

        set.Should().Throw<NotSupportedException>();
        var user = new Times();
        GeneratedMappings.Find<Times>()!.SetRevision(user, "1");
        user.Revision.Should().Be("1");
    }

    private static JsonElement Write<TUser>(TUser user, out bool isIrregular)
        where TUser : class
    {
        GeneratedMapping<TUser> mapping = GeneratedMappings.Find<TUser>()!;
        using JsonBody body = JsonBody.Rent();
        body.Json.WriteStartObject();
        for (int i = 0; i < mapping.Attributes.Count; i++)
        {
            body.Values.SetKey(JsonEncodedText.Encode(mapping.Attributes[i]));
            mapping.Write(user, i, body.Values);
        }

        body.Json.WriteEndObject();
        isIrregular = body.Values.IsIrregular;
        return JsonDocument.Parse(body.Written).RootElement;
    }

    private sealed class OwnList : List<string>;

    private sealed class Subclass : Hidden
    {
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Subclass()
        {
        }

        protected override string? Overridden { get => "always"; set => base.Overridden = value; }
    }
}

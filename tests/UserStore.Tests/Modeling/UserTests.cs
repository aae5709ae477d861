using System.Text.Json;
using UserStore.Testing;
using UserStore.Tests.DependencyInjection;

namespace UserStore.Tests.Modeling;

public sealed class UserTests
{
    [Fact]
    public void Users_with_equal_content_are_equal()
    {
        User one = FakeUsers.Create(1) with { Tags = ["a", "b"] };
        User other = FakeUsers.Create(1) with { Tags = new List<string> { "a", "b" } };

        one.Should().Be(other);
        one.GetHashCode().Should().Be(other.GetHashCode());
        one.Should().NotBe(other with { Tags = ["b", "a"] });
        one.Should().NotBe(other with { Revision = new("another write", null, 1, null, default) });
    }

    [Fact]
    public void Tags_are_a_copy_and_never_null()
    {
        List<string> tags = ["a"];
        var user = new User { Tags = tags };
        tags.Add("b");

        user.Tags.Should().Equal("a");
        new User { Tags = null! }.Tags.Should().BeEmpty();
    }

    [Fact]
    public void ToString_contains_only_id_and_version()
    {
        Member user = FakeUsers.Create<Member>(1) with { Version = 3, Team = "secret" };

        user.ToString().Should().Be("Member { UserId = fake-1, Version = 3 }");
    }

    [Fact]
    public void ToString_of_a_query_contains_no_values()
    {
        var query = new UserQuery<User>("email-index", "secret@example.test") { Filter = user => user.Name == "secret", Limit = 5 };

        query.ToString().Should().Contain("email-index").And.NotContain("secret");
    }

    [Fact]
    public void Users_round_trip_through_JSON_without_their_revision()
    {
        User user = FakeUsers.Create(1) with { Version = 2, Revision = new("w", null, 2, null, default) };

        User back = JsonSerializer.Deserialize<User>(JsonSerializer.Serialize(user))!;

        back.Should().Be(user with { Revision = null });
        JsonSerializer.Serialize(user).Should().NotContain("Revision");
    }

    [Fact]
    public void Messages_of_errors_contain_only_ids_and_versions()
    {
        new UserConflictException("u-1", 1, 2).Message.Should().Contain("u-1").And.Contain("version 1").And.Contain("version 2");
        new UserConflictException("u-1", 1, null, userWasDeleted: true).Message.Should().Contain("no longer exists");
        new UserConflictException("u-1", null, 1).Message.Should().Contain("without a version");
        new UserConflictException("u-1", 1, 1).Message.Should().Contain("was written concurrently");
        new UserConditionFailedException("u-1", 1).Message.Should().Contain("u-1");
        new UserStoreSchemaException("T", "i", "is missing.").Message.Should().Be("Index 'i' of table 'T': is missing.");
        new UserStoreSchemaException("T", null, "is missing.").Message.Should().Be("Table 'T': is missing.");
    }
}

using UserStore.Testing;
using UserStore.Tests.DependencyInjection;

namespace UserStore.Tests.Testing;

public sealed class FakeUsersTests
{
    [Fact]
    public void Fake_users_are_deterministic_distinct_and_cannot_receive_mail()
    {
        User[] users = [.. FakeUsers.CreateMany(50)];

        users.Should().Equal(FakeUsers.CreateMany(50)).And.OnlyContain(
            user => user.Email!.EndsWith("@example.test", StringComparison.Ordinal));
        users.Select(user => user.UserId).Should().OnlyHaveUniqueItems();
        users.Select(user => user.Email).Should().OnlyHaveUniqueItems();
        FakeUsers.Create<Member>(3).Name.Should().Be("Fake User 3");
        FakeUsers.Create(-1).Status.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Fake_users_can_be_stored()
    {
        InMemoryUserStore<Member> store = new();

        foreach (Member user in FakeUsers.CreateMany<Member>(20))
            await store.CreateAsync(user);
    }
}

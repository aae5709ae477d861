#pragma warning disable IDE0005, CA1050 // Identical to the file in a reader's project, which has no namespace and no global usings.
using UserStore;
using UserStore.Testing;
using Xunit;

public sealed class GreetingTests
{
    [Fact]
    public async Task A_user_is_found_by_email()
    {
        IUserStore users = new InMemoryUserStore();
        User user = await users.CreateAsync(new User { Name = "Fake User", Email = "fake@example.test" });

        Assert.Equal(user, await users.FindByEmailAsync("FAKE@example.test"));
    }
}

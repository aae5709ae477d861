#pragma warning disable IDE0005, CA1050 // stands as it does in a reader's project, without the global usings of this one
using UserStore;
using UserStore.Paging;
using UserStore.Testing;
using Xunit;

public sealed class GreetingTests
{
    [Fact]
    public async Task A_user_is_found_again()
    {
        IUserStore users = new InMemoryUserStore();
        User user = await users.CreateAsync(new User { Name = "Fake User", Email = "fake@example.test" });

        Assert.Equal(user, await users.FindByEmailAsync("FAKE@example.test"));
    }
}

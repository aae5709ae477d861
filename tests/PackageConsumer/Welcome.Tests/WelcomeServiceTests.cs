using Microsoft.Extensions.DependencyInjection;
using Moq;
using UserStore;
using UserStore.Testing;
using Welcome;

namespace Welcome.Tests;

public sealed class WelcomeServiceTests : IAsyncDisposable
{
    private readonly ServiceProvider _provider = new ServiceCollection().AddWelcome().AddInMemoryUserStore().BuildServiceProvider();

    private WelcomeService Welcome => _provider.GetRequiredService<WelcomeService>();

    private InMemoryUserStore Store => _provider.GetRequiredService<InMemoryUserStore>();

    [Fact]
    public async Task Registering_twice_gives_the_same_user()
    {
        string first = await Welcome.RegisterAsync("Fake User", "fake@example.test");
        string second = await Welcome.RegisterAsync("Fake User", "FAKE@example.test");

        Assert.Equal(first, second);
        Assert.Equal(UserStatus.Pending, (await Store.GetAsync(first)).Status);
    }

    [Fact]
    public async Task Greeting_makes_a_user_active()
    {
        string id = await Welcome.RegisterAsync("Fake User", "fake@example.test");

        Assert.Equal("Welcome, Fake User!", await Welcome.GreetAsync(id));

        User user = await Store.GetAsync(id);
        Assert.Equal(UserStatus.Active, user.Status);
        Assert.Equal(["greeted"], user.Tags);
    }

    [Fact]
    public async Task Greeting_a_user_who_does_not_exist_fails()
        => await Assert.ThrowsAsync<UserNotFoundException>(() => Welcome.GreetAsync("nobody"));

    [Fact]
    public async Task A_throttled_store_is_reported_as_busy()
    {
        User user = await Store.CreateAsync(FakeUsers.Create());
        Store.Faults.ThrottleNextRead();

        Assert.True(await Welcome.IsBusyAsync(user.UserId));
        Assert.False(await Welcome.IsBusyAsync(user.UserId));
    }

    [Fact]
    public async Task A_mock_returns_a_single_response()
    {
        var users = new Mock<IUserStore>(MockBehavior.Strict);
        users.Setup(store => store.UpdateAsync("fake-1", It.IsAny<UserPatch<User>>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(FakeUsers.Create(1) with { Name = "Fake Mock" });

        Assert.Equal("Welcome, Fake Mock!", await new WelcomeService(users.Object).GreetAsync("fake-1"));
        users.VerifyAll();
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}

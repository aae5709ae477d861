using System.Linq.Expressions;
using Moq;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace UserStore.DocumentationTests.Examples;

/// <summary>Compiles and runs the mocks of the guide to testing.</summary>
public sealed class MockExamples
{
    [Fact]
    public async Task The_example_with_Moq_runs()
    {
        var users = new Mock<IUserStore>();
        users.Setup(store => store.FindAsync(It.IsAny<UserKey>(), It.IsAny<ReadConsistency>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new User { UserId = "fake-2", Name = "Fake User" });
        users.Setup(store => store.FindByAsync(
                It.IsAny<Expression<Func<User, string?>>>(), "fake@example.test", It.IsAny<ReadConsistency>(), It.IsAny<UserKeyPart?>(),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(new User { UserId = "fake-2", Name = "Fake User" });
        users.Setup(store => store.CreateAsync(It.IsAny<User>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new UserValueInUseException(nameof(User.Email), ownerKey: "fake-1"));

        await ShouldRespondAsSetUpAsync(users.Object);
    }

    [Fact]
    public async Task The_example_with_NSubstitute_runs()
    {
        IUserStore substitute = Substitute.For<IUserStore>();
        substitute.FindAsync(Arg.Any<UserKey>(), Arg.Any<ReadConsistency>(), Arg.Any<CancellationToken>())
            .Returns(new User { UserId = "fake-2", Name = "Fake User" });
        substitute.FindByAsync(
                Arg.Any<Expression<Func<User, string?>>>(), "fake@example.test", Arg.Any<ReadConsistency>(), Arg.Any<UserKeyPart?>(),
                Arg.Any<CancellationToken>())
            .Returns(new User { UserId = "fake-2", Name = "Fake User" });
        substitute.CreateAsync(Arg.Any<User>(), Arg.Any<CancellationToken>())
            .ThrowsAsync(new UserValueInUseException(nameof(User.Email), ownerKey: "fake-1"));

        await ShouldRespondAsSetUpAsync(substitute);
    }

    private static async Task ShouldRespondAsSetUpAsync(IUserStore users)
    {
        User? byKey = await users.FindAsync("fake-2");
        User? byEmail = await users.FindByEmailAsync("fake@example.test", ReadConsistency.Strong);
        User? absent = await users.FindByEmailAsync("other@example.test");
        Func<Task> create = () => users.CreateAsync(new User());

        (byKey!.Name, byEmail!.Name, absent).Should().Be(("Fake User", "Fake User", null));
        await create.Should().ThrowAsync<UserValueInUseException>();
    }
}

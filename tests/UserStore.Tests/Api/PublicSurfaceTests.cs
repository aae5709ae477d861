using System.Reflection;
using UserStore.SpectreConsole;
using UserStore.Testing;

namespace UserStore.Tests.Api;

public sealed class PublicSurfaceTests
{
    public static TheoryData<string, Assembly> Packages => new()
    {
        { "UserStore", typeof(User).Assembly },
        { "UserStore.Testing", typeof(InMemoryUserStore).Assembly },
        { "UserStore.SpectreConsole", typeof(SpectreMigrationReporter).Assembly },
    };

    // To accept a change, copy the received text that the failure names over the approved one, and let it be reviewed.
    [Theory]
    [MemberData(nameof(Packages))]
    public async Task The_public_surface_is_the_approved_one(string package, Assembly assembly)
    {
        string approved = Path.Combine(AppContext.BaseDirectory, "Api", $"{package}.approved.txt");
        string received = Path.Combine(AppContext.BaseDirectory, "Api", $"{package}.received.txt");
        string surface = PublicSurface.Describe(assembly);
        await File.WriteAllTextAsync(received, surface);

        surface.Should().Be(
            (await File.ReadAllTextAsync(approved)).ReplaceLineEndings("\n"), "the surface was approved; the new one is in {0}", received);
    }
}

using System.Reflection;
using UserStore.AspNetCore.Identity;
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
        { "UserStore.AspNetCore.Identity", typeof(DynamoDbIdentityUser).Assembly },
    };

    // To accept a change, replace the approved file with the received file that the failure names, and have it reviewed.
    [Theory]
    [MemberData(nameof(Packages))]
    public async Task The_public_surface_matches_the_approved_surface(string package, Assembly assembly)
    {
        string approved = Path.Combine(AppContext.BaseDirectory, "Api", $"{package}.approved.txt");
        string received = Path.Combine(AppContext.BaseDirectory, "Api", $"{package}.received.txt");
        string surface = PublicSurface.Describe(assembly);
        await File.WriteAllTextAsync(received, surface);

        surface.Should().Be(
            (await File.ReadAllTextAsync(approved)).ReplaceLineEndings("\n"), "the surface was approved; the new one is in {0}", received);
    }
}

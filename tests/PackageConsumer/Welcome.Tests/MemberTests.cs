using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore;
using UserStore.Testing;
using Welcome;

namespace Welcome.Tests;

/// <summary>The generator and the analyzers of the package work on a type of the consumer.</summary>
public sealed class MemberTests : IAsyncLifetime
{
    private LocalDynamoDb _server = null!;
    private ServiceProvider _provider = null!;

    private IUserStore<Member> Members => _provider.GetRequiredService<IUserStore<Member>>();

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        string prefix = $"welcome-{Guid.NewGuid():N}-";
        _provider = new ServiceCollection()
            .AddMembers(options => (options.ServiceUrl, options.TableNamePrefix) = (_server.Endpoint.ToString(), prefix)).BuildServiceProvider();
        await Members.EnsureTablesAsync();
    }

    [Fact]
    public async Task Members_are_mapped_by_code_that_the_generator_of_the_package_wrote()
    {
        HealthReport report = await _provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        HealthReportEntry members = report.Entries["members"];
        Assert.Equal((HealthStatus.Healthy, "The store can be used. Its users are mapped by the generated mapping."), (members.Status, members.Description));
        Assert.Contains(typeof(Member).Assembly.GetTypes(), type => type.Namespace == "UserStore.Generated");
    }

    [Fact]
    public async Task A_member_is_read_as_it_was_created()
    {
        Member created = await Members.CreateAsync(NewMember());

        Member read = await Members.GetAsync(created.Id!, ReadConsistency.Strong);

        Assert.Equivalent(NewMember() with { Id = created.Id, Version = 1 }, read, strict: true);
    }

    [Fact]
    public async Task A_member_is_patched_and_saved_unless_it_has_changed_since()
    {
        Member created = await Members.CreateAsync(NewMember());

        Member patched = await Members.UpdateAsync(
            created.Id!, new UserPatch<Member>().Append(member => member.Scores, 3).Set(member => member.Level, MemberLevel.Honorary));
        Member saved = await Members.UpdateAsync(patched with { Home = null });

        Member expected = NewMember() with { Id = created.Id, Version = 3, Scores = [1, 2, 3], Level = MemberLevel.Honorary, Home = null };
        Assert.Equivalent(expected, saved, strict: true);
        await Assert.ThrowsAsync<UserConflictException>(() => Members.UpdateAsync(created with { Name = "Fake Late" }));
    }

    public async Task DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static Member NewMember() => new()
    {
        Name = "Fake Member",
        Email = "fake@example.test",
        Level = MemberLevel.Regular,
        Scores = [1, 2],
        Friends = [5_000_000_000],
        Home = new Member.Address { City = "Faketown", Lines = ["Fake Street 1"] },
        Stays = [new Stay(new DateOnly(2026, 1, 31), 3)],
        Addresses = new() { ["work"] = new Member.Address { Lines = [] } },
        Quota = new Quota(3, 10),
    };
}

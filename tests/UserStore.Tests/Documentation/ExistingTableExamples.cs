using Microsoft.Extensions.DependencyInjection;
using UserStore.Testing;

namespace UserStore.Tests.Documentation;

/// <summary>A class whose source cannot be annotated.</summary>
public sealed class Member
{
    public string Tenant { get; set; } = "";

    public string Id { get; set; } = "";

    public string Kind { get; set; } = "member";

    public string? UserName { get; set; }

    public long? Version { get; set; }
}

/// <summary>Compiles and runs the code of the guide to existing tables that is not in its sample.</summary>
public sealed class ExistingTableExamples
{
    [Fact]
    public async Task A_type_is_described_by_the_options_and_its_values_are_adopted()
    {
        var services = new ServiceCollection();
        services.AddUserStore<Member>(options =>
        {
            options.UsersTable = "Directory";
            options.Describe<Member>(type => type
                .PartitionKey(member => member.Tenant)
                .SortKey(member => member.Id)
                .Version(member => member.Version)
                .Unique("user-name", member => member.UserName, UniqueValueNormalization.CaseInsensitive, within: member => member.Tenant)
                .OnlyWhere(member => member.Kind == "member"));
        });
        services.AddInMemoryUserStore<Member>();
        await using ServiceProvider provider = services.BuildServiceProvider();

        IUserStore<Member> members = provider.GetRequiredService<IUserStore<Member>>();
        await members.CreateAsync(new Member { Tenant = "a", Id = "1", UserName = "Fake" });
        Func<Task> taken = () => members.CreateAsync(new Member { Tenant = "a", Id = "2", UserName = "FAKE" });
        Func<Task> other = () => members.CreateAsync(new Member { Tenant = "a", Id = "3", Kind = "order" });
        IUniqueValueAudit<Member> audit = provider.GetRequiredService<IUniqueValueAudit<Member>>();
        var reserved = new List<UniqueValueFinding>();

        await foreach (UniqueValueAuditPage page in audit.RepairAsync())
        {
            foreach (UniqueValueFinding finding in page.Findings)
                Console.WriteLine(finding);
            reserved.AddRange(page.Findings);
        }

        (await taken.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be(UserKey.Of("a", "1"));
        await other.Should().ThrowAsync<InvalidUserException>();
        reserved.Should().BeEmpty();
    }

    [Fact]
    public async Task A_store_in_memory_is_described_without_registration()
    {
        var options = new InMemoryUserStoreOptions();
        options.Describe<Member>(type => type
            .PartitionKey(member => member.Tenant)
            .SortKey(member => member.Id));
        IUserStore<Member> directory = new InMemoryUserStore<Member>(options);

        await directory.CreateAsync(new Member { Tenant = "a", Id = "1" });

        (await directory.FindAsync(UserKey.Of("a", "1"))).Should().NotBeNull();
    }
}

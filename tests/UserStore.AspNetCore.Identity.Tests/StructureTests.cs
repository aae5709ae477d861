using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace UserStore.AspNetCore.Identity.Tests;

/// <summary>Users with properties of classes that do not say when two objects are equal.</summary>
public sealed class StructureTests : IAsyncLifetime
{
    private ServiceProvider _provider = null!;
    private Resident _user = null!;

    public async Task InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddIdentityCore<Resident>(options => options.Lockout.MaxFailedAccessAttempts = 2).AddDynamoDbStores();
        services.AddInMemoryUserStore<Resident>();
        _provider = services.BuildServiceProvider(validateScopes: true);
        _user = new Resident
        {
            UserName = "ada",
            Home = new Address { Street = "Fake Street", Floors = [1, 2], Next = new Address { Street = "Other Street" } },
            Visits = [new Address { Street = "Third Street" }],
            Photo = new MemoryStream([1, 2]),
            Stay = new Stay { Addresses = [new Address { Street = "Fourth Street" }] },
        };
        (await Users.CreateAsync(_user)).Succeeded.Should().BeTrue();
    }

    public async Task DisposeAsync() => await _provider.DisposeAsync();

    private UserManager<Resident> Users => _provider.CreateScope().ServiceProvider.GetRequiredService<UserManager<Resident>>();

    [Fact]
    public async Task An_unchanged_user_is_not_written()
    {
        Resident read = await ReadAsync();

        (await Users.UpdateAsync(read)).Succeeded.Should().BeTrue();

        (await ReadAsync()).Version.Should().Be(_user.Version);
    }

    [Fact]
    public async Task A_lockout_starts_whatever_else_was_changed()
    {
        Resident read = await ReadAsync();
        (await Users.SetPhoneNumberAsync(await ReadAsync(), "+1 555 0100")).Succeeded.Should().BeTrue();

        foreach (int _ in Enumerable.Range(0, 2))
            (await Users.AccessFailedAsync(read)).Succeeded.Should().BeTrue();

        Resident stored = await ReadAsync();
        (await Users.IsLockedOutAsync(stored)).Should().BeTrue();
        stored.PhoneNumber.Should().Be("+1 555 0100");
    }

    [Fact]
    public async Task A_change_within_a_structure_is_written()
    {
        Action<Resident>[] changes =
        [
            user => user.Home!.Street = "New Street",
            user => user.Home!.Floors![1] = 3,
            user => user.Home!.Next!.Street = "New Street",
            user => user.Home!.Next = null,
            user => user.Visits!.Add(new Address()),
            user => user.Visits![0].Street = "New Street",
            user => user.Photo = new MemoryStream([1, 3]),
            user => user.Stay!.Addresses![0].Street = "New Street",
        ];

        foreach (Action<Resident> change in changes)
        {
            Resident read = await ReadAsync();
            long? version = read.Version;
            change(read);
            (await Users.UpdateAsync(read)).Succeeded.Should().BeTrue();
            (await ReadAsync()).Version.Should().Be(version + 1);
        }
    }

    private async Task<Resident> ReadAsync() => (await Users.FindByIdAsync(_user.Id))!;

    public class Resident : DynamoDbIdentityUser
    {
        [DynamoDBProperty("home")]
        public Address? Home { get; set; }

        [DynamoDBProperty("visits")]
        public List<Address>? Visits { get; set; }

        [DynamoDBProperty("photo")]
        public MemoryStream? Photo { get; set; }

        [DynamoDBProperty("stay")]
        public Stay? Stay { get; set; }
    }

    public class Address
    {
        public string? Street { get; set; }

        public List<int>? Floors { get; set; }

        public Address? Next { get; set; }
    }

    public record Stay
    {
        public List<Address>? Addresses { get; set; }
    }
}

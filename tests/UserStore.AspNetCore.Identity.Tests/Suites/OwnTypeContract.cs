using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Users with properties of the application: classes, collections and unique values.</summary>
public abstract class OwnTypeContract(StoreFactory stores) : IAsyncLifetime
{
    private IUserStore<Customer> _customers = null!;

    public async Task InitializeAsync() => _customers = await stores.CreateAsync<Customer>();

    public async Task DisposeAsync() => await stores.DisposeAsync();

    [Fact]
    public async Task A_user_who_is_not_changed_is_not_written()
    {
        Customer customer = await CreateAsync();

        (await NewStore().UpdateAsync(customer, default)).Succeeded.Should().BeTrue();
        Customer read = await ReadAsync(customer.Id);
        (await NewStore().UpdateAsync(read, default)).Succeeded.Should().BeTrue();

        (await ReadAsync(customer.Id)).Version.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Every_change_is_stored(string property)
    {
        Customer customer = await CreateAsync();
        Customer read = await ReadAsync(customer.Id);
        ByProperty[property](read);

        (await NewStore().UpdateAsync(read, default)).Succeeded.Should().BeTrue();

        Customer stored = await ReadAsync(customer.Id);
        stored.Version.Should().Be(2);
        ByProperty[property](customer);
        stored.Should().BeEquivalentTo(customer, options => options
            .Excluding(user => user.Version).Excluding(user => user.ConcurrencyStamp).Excluding(user => user.UpdatedAt)
            .ComparingByMembers<Address>().ComparingByMembers<Stay>()
            .Using<MemoryStream>(scan => scan.Subject.ToArray().Should().Equal(scan.Expectation.ToArray())).WhenTypeIs<MemoryStream>());
    }

    [Fact]
    public async Task A_change_in_an_entity_that_equals_others_by_its_id_is_stored()
    {
        IUserStore<Resident> residents = await stores.CreateAsync<Resident>();
        var store = new DynamoDbIdentityUserStore<Resident, string>(residents, Options.Create(new IdentityOptions()));
        var resident = new Resident { UserName = "ada", Address = new Address { Id = 1, Street = "Fake street" } };
        (await store.CreateAsync(resident, default)).Succeeded.Should().BeTrue();
        resident.Address.Street = "Other street";

        (await store.UpdateAsync(resident, default)).Succeeded.Should().BeTrue();

        (await store.FindByIdAsync(resident.Id, default))!.Address!.Street.Should().Be("Other street");
    }

    [Fact]
    public async Task A_lockout_is_written_whatever_else_has_changed()
    {
        Customer customer = await CreateAsync();
        Customer[] signIns = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ReadAsync(customer.Id)))];
        DynamoDbIdentityUserStore<Customer, string> store = NewStore();
        customer.PhoneNumber = "+1 555 0100";
        (await store.UpdateAsync(customer, default)).Succeeded.Should().BeTrue();
        foreach (Customer signIn in signIns)
            await store.IncrementAccessFailedCountAsync(signIn, default);

        await store.SetLockoutEndDateAsync(signIns[0], DateTimeOffset.UtcNow.AddHours(1), default);
        (await store.UpdateAsync(signIns[0], default)).Succeeded.Should().BeTrue();

        Customer stored = await ReadAsync(customer.Id);
        stored.LockoutEnd.Should().BeAfter(DateTimeOffset.UtcNow);
        (stored.AccessFailedCount, stored.PhoneNumber).Should().Be((3, "+1 555 0100"));
    }

    [Fact]
    public async Task A_unique_value_of_the_application_that_is_taken_is_an_error_with_its_name()
    {
        await CreateAsync();

        IdentityResult result = await NewStore().CreateAsync(new Customer { UserName = "grace", NormalizedUserName = "GRACE", Badge = "fake-badge" }, default);

        result.Errors.Should().ContainSingle().Which.Code.Should().Be("DuplicateBadge");
        (await NewStore().FindByNameAsync("GRACE", default)).Should().BeNull();
    }

    public static TheoryData<string> Changes() => [.. ByProperty.Keys];

    private static Dictionary<string, Action<Customer>> ByProperty { get; } = new()
    {
        [nameof(Customer.Address)] = customer => customer.Address!.Street = "Other street",
        [nameof(Address.Floors)] = customer => customer.Address!.Floors![1] = 3,
        [nameof(Address.Next)] = customer => customer.Address!.Next!.Street = "Other street",
        ["No next address"] = customer => customer.Address!.Next = null,
        [nameof(Customer.Contacts)] = customer => customer.Contacts!["b"].Add("other"),
        [nameof(Customer.Photo)] = customer => customer.Photo![0] = 9,
        [nameof(Customer.Scan)] = customer => customer.Scan = new MemoryStream([1, 3]),
        [nameof(Customer.Former)] = customer => customer.Former![0].Street = "Other street",
        ["Another former address"] = customer => customer.Former!.Add(new Address { Id = 3 }),
        [nameof(Customer.Stay)] = customer => customer.Stay!.Addresses![0].Street = "Other street",
        [nameof(Customer.Points)] = customer => customer.Points!.Remove(1),
        [nameof(Customer.Birthday)] = customer => customer.Birthday = new DateOnly(1970, 1, 2),
    };

    private async Task<Customer> CreateAsync()
    {
        var customer = new Customer
        {
            UserName = "ada",
            NormalizedUserName = "ADA",
            Badge = "fake-badge",
            Address = new Address { Id = 1, Street = "Fake street", Floors = [1, 2], Next = new Address { Id = 4, Street = "Next street" } },
            Contacts = new() { ["b"] = ["one"], ["a"] = [] },
            Photo = [1, 2],
            Scan = new MemoryStream([1, 2]),
            Former = [new Address { Id = 2, Street = "Former street" }],
            Stay = new Stay { Addresses = [new Address { Id = 5, Street = "Holiday street" }] },
            Points = [3, 1, 2],
            Birthday = new DateOnly(1970, 1, 1),
        };
        (await NewStore().CreateAsync(customer, default)).Succeeded.Should().BeTrue();
        return customer;
    }

    private async Task<Customer> ReadAsync(string id) => (await NewStore().FindByIdAsync(id, default))!;

    private DynamoDbIdentityUserStore<Customer, string> NewStore() => new(_customers, Options.Create(new IdentityOptions()));

    public class Customer : DynamoDbIdentityUser
    {
        [DynamoDBProperty("badge")]
        [Unique("badge")]
        public string? Badge { get; set; }

        [DynamoDBProperty("address")]
        public Address? Address { get; set; }

        [DynamoDBProperty("contacts")]
        public Dictionary<string, List<string>>? Contacts { get; set; }

        [DynamoDBProperty("photo")]
        public byte[]? Photo { get; set; }

        [DynamoDBProperty("scan")]
        public MemoryStream? Scan { get; set; }

        [DynamoDBProperty("former")]
        public List<Address>? Former { get; set; }

        [DynamoDBProperty("stay")]
        public Stay? Stay { get; set; }

        [DynamoDBProperty("points")]
        public HashSet<int>? Points { get; set; }

        [DynamoDBProperty("birthday")]
        public DateOnly? Birthday { get; set; }
    }

    [DynamoDBTable("Residents")]
    public class Resident : DynamoDbIdentityUser
    {
        [DynamoDBProperty("address")]
        public Address? Address { get; set; }
    }

    /// <summary>An entity, which equals others with its id.</summary>
    public sealed class Address : IEquatable<Address>
    {
        [DynamoDBProperty("id")]
        public int Id { get; set; }

        [DynamoDBProperty("street")]
        public string? Street { get; set; }

        [DynamoDBProperty("floors")]
        public List<int>? Floors { get; set; }

        [DynamoDBProperty("next")]
        public Address? Next { get; set; }

        public bool Equals(Address? other) => other?.Id == Id;

        public override bool Equals(object? obj) => Equals(obj as Address);

        public override int GetHashCode() => Id;
    }

    /// <summary>A record, whose equality compares the list by reference.</summary>
    public record Stay
    {
        [DynamoDBProperty("addresses")]
        public List<Address>? Addresses { get; set; }
    }
}

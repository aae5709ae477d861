using Amazon.DynamoDBv2.DataModel;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests.Suites;

/// <summary>Encrypted properties that are unique.</summary>
public abstract class EncryptedUniqueValueContract(StoreFactory stores) : Contract(stores)
{
    private readonly StoreFactory _stores = stores;
    private IUserStore<Patient> _store = null!;

    public override async Task InitializeAsync() => _store = await _stores.CreateAsync<Patient>();

    public override async Task DisposeAsync()
    {
        (await _stores.AuditOf(_store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_value_has_one_owner_and_finds_it()
    {
        Patient first = await CreateAsync(1, insurance: "AOK-1");

        Func<Task> second = () => CreateAsync(2, insurance: "aok-1 ");

        UserValueInUseException taken = (await second.Should().ThrowAsync<UserValueInUseException>()).Which;
        (taken.PropertyName, taken.OwnerKey).Should().Be((nameof(Patient.Insurance), (UserKey)"fake-1"));
        (await FindAsync("Aok-1")).Should().BeEquivalentTo(first);
        (await FindAsync("aok-2")).Should().BeNull();
        (await _store.FindAsync("fake-2", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task A_value_is_not_found_by_an_index()
    {
        await CreateAsync(1, insurance: "aok-1");

        Func<Task> find = () => _store.FindByAsync(user => user.Insurance, "aok-1");

        (await find.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain("Ask for strong consistency");
    }

    [Fact]
    public async Task A_save_reserves_the_new_value_and_releases_the_old_one()
    {
        Patient first = await CreateAsync(1, insurance: "aok-1");
        await CreateAsync(2, insurance: "aok-2");

        Func<Task> taken = () => _store.UpdateAsync(first with { Insurance = "aok-2" });
        await taken.Should().ThrowAsync<UserValueInUseException>();
        Patient saved = await _store.UpdateAsync(first with { Insurance = "aok-3" });

        saved.Insurance.Should().Be("aok-3");
        (await FindAsync("aok-3"))!.Id.Should().Be("fake-1");
        await CreateAsync(3, insurance: "aok-1");
        saved = await _store.UpdateAsync(saved with { Insurance = null });
        await CreateAsync(4, insurance: "aok-3");
    }

    [Fact]
    public async Task A_save_without_what_the_store_knows_reserves_and_releases_as_well()
    {
        Patient first = await CreateAsync(1, insurance: "aok-1");

        Patient saved = await _store.UpdateAsync(first with { ETag = null, Insurance = "aok-2" });

        (await FindAsync("aok-2")).Should().BeEquivalentTo(saved);
        await CreateAsync(2, insurance: "aok-1");
    }

    [Fact]
    public async Task A_save_of_a_user_that_carries_what_the_store_knows_reserves_and_releases()
    {
        IUserStore<Taxpayer> store = await _stores.CreateAsync<Taxpayer>();
        Taxpayer first = await store.CreateAsync(new Taxpayer { UserId = "fake-1", TaxNumber = "tax-1", Email = "a@example.test" });
        await store.CreateAsync(new Taxpayer { UserId = "fake-2", TaxNumber = "tax-2" });

        first = await store.UpdateAsync(first with { Name = "Fake Name" });
        Func<Task> taken = () => store.UpdateAsync(first with { TaxNumber = "tax-2" });
        await taken.Should().ThrowAsync<UserValueInUseException>();
        first = await store.UpdateAsync(first with { TaxNumber = "tax-3", Email = "b@example.test" });
        first = await store.UpdateAsync((await store.FindAsync("fake-1", ReadConsistency.Strong))! with { Name = "Fake Other" });

        (await store.FindByAsync(user => user.TaxNumber, "tax-3", ReadConsistency.Strong)).Should().Be(first);
        await store.CreateAsync(new Taxpayer { UserId = "fake-3", TaxNumber = "tax-1", Email = "a@example.test" });
        await store.DeleteUnchangedAsync(first);
        await store.CreateAsync(new Taxpayer { UserId = "fake-4", TaxNumber = "tax-3", Email = "b@example.test" });
        (await _stores.AuditOf(store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task A_revision_does_not_show_a_hash_of_the_value()
    {
        Patient created = await CreateAsync(1, insurance: "aok-1");
        Patient other = await CreateAsync(2, insurance: "aok-2");

        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("aok-1"u8));

        created.ETag.Should().NotContain(hash[..18]).And.NotBe(other.ETag);
    }

    [Fact]
    public async Task A_patch_moves_the_reservation()
    {
        await CreateAsync(1, insurance: "aok-1");
        await CreateAsync(2, insurance: "aok-2");

        Func<Task> taken = () => PatchAsync("fake-1", new UserPatch<Patient>().Set(user => user.Insurance, "AOK-2"));
        await taken.Should().ThrowAsync<UserValueInUseException>();
        Patient patched = await PatchAsync("fake-1", new UserPatch<Patient>().Set(user => user.Insurance, " AOK-3"));

        patched.Insurance.Should().Be("aok-3");
        (await FindAsync("aok-3")).Should().BeEquivalentTo(patched);
        await CreateAsync(3, insurance: "aok-1");
        Patient saved = await _store.UpdateAsync(patched with { Visits = 9 });
        await PatchAsync("fake-1", new UserPatch<Patient>().Remove(user => user.Insurance));
        await CreateAsync(4, insurance: "aok-3");
        saved.Visits.Should().Be(9);
    }

    [Fact]
    public async Task A_delete_releases_the_values()
    {
        Patient first = await CreateAsync(1, insurance: "aok-1", "a", "b");
        await _store.DeleteAsync("fake-1");
        Patient second = await CreateAsync(2, insurance: "aok-1", "b");
        await _store.DeleteUnchangedAsync(second);

        await CreateAsync(3, insurance: "aok-1", "a", "b");
        first.Badges.Should().BeEquivalentTo("a", "b");
    }

    [Fact]
    public async Task Each_value_of_a_set_is_unique_within_its_scope()
    {
        Patient first = await CreateAsync(1, insurance: null, "a", "b");

        Func<Task> same = () => CreateAsync(2, insurance: null, "b", "c");
        await same.Should().ThrowAsync<UserValueInUseException>();
        Patient other = await _store.CreateAsync(new Patient { Id = "fake-3", Ward = "ward-2", Badges = ["b"] });

        (await FindAsync("b", "ward-1")).Should().BeEquivalentTo(first);
        (await FindAsync("b", "ward-2")).Should().BeEquivalentTo(other);
        (await FindAsync("c", "ward-1")).Should().BeNull();
        first = await _store.UpdateAsync(first with { Badges = ["c", "a"] });
        await CreateAsync(4, insurance: null, "b");
        first.Badges.Should().BeEquivalentTo("a", "c");
    }

    [Fact]
    public async Task The_scope_of_a_value_can_change_without_the_value()
    {
        Patient first = await CreateAsync(1, insurance: null, "a", "b");
        await _store.CreateAsync(new Patient { Id = "fake-2", Ward = "ward-2", Badges = ["b"] });

        Func<Task> taken = () => PatchAsync("fake-1", new UserPatch<Patient>().Set(user => user.Ward, "ward-2"));
        await taken.Should().ThrowAsync<UserValueInUseException>();
        Patient moved = await PatchAsync("fake-1", new UserPatch<Patient>().Set(user => user.Ward, "ward-3"));
        (await FindAsync("b", "ward-3")).Should().BeEquivalentTo(moved);
        moved = await _store.UpdateAsync(moved with { Ward = "ward-4" });

        (await FindAsync("a", "ward-4")).Should().BeEquivalentTo(moved);
        await CreateAsync(3, insurance: null, "a", "b");
        first.Ward.Should().Be("ward-1");
    }

    [Fact]
    public async Task The_value_of_an_expired_user_is_free()
    {
        await _store.CreateAsync(new Patient { Id = "fake-1", Insurance = "aok-1", TimeToLive = Now.AddSeconds(5).ToUnixTimeSeconds() });
        Clock.Advance(TimeSpan.FromSeconds(5));

        Patient second = await CreateAsync(2, insurance: "aok-1");

        (await FindAsync("aok-1")).Should().BeEquivalentTo(second);
    }

    private Task<Patient> CreateAsync(int number, string? insurance, params string[] badges) => _store.CreateAsync(new Patient
    {
        Id = $"fake-{number}",
        Ward = "ward-1",
        Insurance = insurance,
        Badges = badges.Length == 0 ? null : [.. badges],
    });

    private Task<Patient> PatchAsync(string id, UserPatch<Patient> patch) => _store.UpdateAsync(id, patch);

    private Task<Patient?> FindAsync(string insurance) => _store.FindByAsync(user => user.Insurance, insurance, ReadConsistency.Strong);

    private Task<Patient?> FindAsync(string badge, string ward) => _store.FindByAsync(user => user.Badges, badge, ward);

    [DynamoDBTable("Taxpayers")]
    public sealed record Taxpayer : User
    {
        [Encrypted]
        [Unique("tax-number")]
        public string? TaxNumber { get; init; }
    }
}

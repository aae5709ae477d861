using Amazon.DynamoDBv2.DataModel;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests.Suites;

/// <summary>Encrypted properties: they are read as they were written, and DynamoDB can do nothing else with them.</summary>
public abstract class EncryptionContract(StoreFactory stores) : Contract(stores)
{
    private readonly StoreFactory _stores = stores;
    private IUserStore<Patient> _store = null!;

    public override async Task InitializeAsync() => _store = await _stores.CreateAsync<Patient>();

    [Fact]
    public async Task Values_of_every_type_are_read_as_they_were_written()
    {
        Patient created = await _store.CreateAsync(Patient.New(1));

        created.Should().BeEquivalentTo(Patient.New(1), Contents);
        (await ReadAsync("fake-1")).Should().BeEquivalentTo(created);
        (await _store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync()).Should().BeEquivalentTo([created]);
        (await _store.QueryAsync(new UserQuery<Patient>("ward-index", "ward-1")).ReadAllAsync()).Should().BeEquivalentTo([created]);
        (await _store.FindManyAsync(new UserKey[] { "fake-1", "fake-2" }.ToAsyncEnumerable(), ReadConsistency.Strong).ReadAllAsync())
            .Select(lookup => lookup.User).Should().BeEquivalentTo([created, null]);
    }

    [Fact]
    public async Task A_value_that_is_not_set_is_absent()
    {
        await _store.CreateAsync(new Patient { Id = "fake-1" });

        Patient found = await ReadAsync("fake-1");

        found.Should().BeEquivalentTo(new Patient { Id = "fake-1" }, Contents);
    }

    [Fact]
    public async Task A_save_replaces_the_values()
    {
        Patient created = await _store.CreateAsync(Patient.New(1));

        Patient saved = await _store.UpdateAsync(created with { Diagnosis = "Fake flu", Age = null, Allergies = [], Contact = null });

        saved.Should().BeEquivalentTo(Patient.New(1) with { Diagnosis = "Fake flu", Age = null, Allergies = [], Contact = null }, Contents);
        (await ReadAsync("fake-1")).Should().BeEquivalentTo(saved);
        Func<Task> late = () => _store.UpdateAsync(created);
        await late.Should().ThrowAsync<UserConflictException>();
    }

    [Fact]
    public async Task A_patch_sets_and_removes_values()
    {
        await _store.CreateAsync(Patient.New(1));

        Patient patched = await _store.UpdateAsync("fake-1", new UserPatch<Patient>()
            .Set(user => user.Diagnosis, "Fake flu").Set(user => user.Age, 7).Remove(user => user.Contact).Increment(user => user.Visits, 2));

        Patient expected = Patient.New(1) with { Diagnosis = "Fake flu", Age = 7, Contact = null, Visits = 3 };
        patched.Should().BeEquivalentTo(expected, Contents);
        (await ReadAsync("fake-1")).Should().BeEquivalentTo(patched);
    }

    [Fact]
    public async Task A_patch_of_another_property_returns_the_values()
    {
        await _store.CreateAsync(Patient.New(1));

        Patient patched = await _store.UpdateAsync("fake-1", new UserPatch<Patient>().Increment(user => user.Visits, 1));

        patched.Should().BeEquivalentTo(Patient.New(1) with { Visits = 2 }, Contents);
    }

    [Fact]
    public async Task What_DynamoDB_cannot_do_with_a_value_is_rejected_by_name()
    {
        await _store.CreateAsync(Patient.New(1));

        await ShouldBeRejectedAsync(nameof(Patient.Age), patch => patch.Increment(user => user.Age, 1));
        await ShouldBeRejectedAsync(nameof(Patient.Allergies), patch => patch.Append(user => user.Allergies, "fake-dust"));
        await ShouldBeRejectedAsync(nameof(Patient.Diagnosis), patch => patch.Set(user => user.Visits, 2).OnlyIf(user => user.Diagnosis == "x"));
        await ShouldBeRejectedAsync(nameof(Patient.Languages), patch => patch.Set(user => user.Visits, 2).OnlyIf(user => user.Languages!.Contains("x")));
        Func<Task> filter = async () => await _store.QueryAsync(
            new UserQuery<Patient>("ward-index", "ward-1") { Filter = user => user.Age > 18 }).ReadAllAsync();
        (await filter.Should().ThrowAsync<InvalidUserException>()).Which.Violations[0].Field.Should().Be(nameof(Patient.Age));
        (await ReadAsync("fake-1")).Visits.Should().Be(1);
    }

    [Fact]
    public async Task A_value_that_is_written_once_stays()
    {
        IUserStore<Newcomer> store = await _stores.CreateAsync<Newcomer>();
        Newcomer created = await store.CreateAsync(new Newcomer { UserId = "fake-1", Origin = "fake-origin" });

        Newcomer saved = await store.UpdateAsync(created with { Origin = "fake-other", Name = "Fake Name" });
        Newcomer patched = await store.UpdateAsync("fake-1", new UserPatch<Newcomer>().Set(user => user.Origin, "fake-other"));
        Newcomer first = await store.UpdateAsync("fake-1", new UserPatch<Newcomer>().Set(user => user.Second, "fake-second"));

        (saved.Origin, patched.Origin, patched.Name, first.Second).Should().Be(("fake-origin", "fake-origin", "Fake Name", "fake-second"));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(first);
    }

    [Fact]
    public async Task A_deleted_user_is_returned_with_its_values_and_can_be_created_again()
    {
        Patient created = await _store.CreateAsync(Patient.New(1));

        Patient? deleted = await _store.DeleteAsync("fake-1");
        Patient again = await _store.CreateAsync(Patient.New(1) with { Diagnosis = "Fake flu" });

        deleted.Should().BeEquivalentTo(created);
        (await ReadAsync("fake-1")).Should().BeEquivalentTo(again);
        await _store.DeleteUnchangedAsync(again);
        (await _store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task An_expired_user_is_replaced()
    {
        await _store.CreateAsync(Patient.New(1) with { TimeToLive = Now.AddSeconds(5).ToUnixTimeSeconds() });
        Clock.Advance(TimeSpan.FromSeconds(5));

        Patient again = await _store.CreateAsync(Patient.New(1) with { Diagnosis = "Fake flu" });
        Patient other = await _store.CreateAsync(Patient.New(2));

        (await ReadAsync("fake-1")).Should().BeEquivalentTo(again);
        (await ReadAsync("fake-2")).Should().BeEquivalentTo(other);
    }

    [Fact]
    public async Task Batches_write_the_values()
    {
        IUserBatchWriter<Patient> writer = _stores.WriterOf(_store);

        BatchWriteResult<Patient> created = await writer.CreateAsync(Enumerable.Range(1, 30).Select(Patient.New).Append(Patient.New(1)));
        List<Patient> found = await _store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        BatchWriteResult<UserKey> deleted = await writer.DeleteAsync(found.Select(user => (UserKey)user.Id));

        (created.Written, deleted.Written).Should().Be((30, 30));
        found.Should().BeEquivalentTo(Enumerable.Range(1, 30).Select(Patient.New), Contents);
    }

    [Fact]
    public async Task A_value_over_the_limit_of_an_item_is_rejected()
    {
        Func<Task> create = () => _store.CreateAsync(Patient.New(1) with { Allergies = [new string('"', 205 * 1024)] });
        Func<Task> patch = () => _store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Allergies, [new string('"', 205 * 1024)]));

        await create.Should().ThrowAsync<InvalidUserException>("its encrypted form has 410 KB");
        await _store.CreateAsync(Patient.New(1) with { Diagnosis = new string('x', 390 * 1024) });
        await patch.Should().ThrowAsync<InvalidUserException>();
    }

    private async Task ShouldBeRejectedAsync(string property, Func<UserPatch<Patient>, UserPatch<Patient>> describe)
    {
        Func<Task> patch = () => _store.UpdateAsync("fake-1", describe(new UserPatch<Patient>()));
        (await patch.Should().ThrowAsync<InvalidUserException>()).Which.Violations[0].Field.Should().Be(property);
    }

    private async Task<Patient> ReadAsync(string id) => (await _store.FindAsync(id, ReadConsistency.Strong))!;

    private static FluentAssertions.Equivalency.EquivalencyAssertionOptions<Patient> Contents(
        FluentAssertions.Equivalency.EquivalencyAssertionOptions<Patient> options)
        => options.Excluding(user => user.Version).Excluding(user => user.ETag).Excluding(user => user.CreatedAt);

    [DynamoDBTable("Newcomers")]
    public sealed record Newcomer : User
    {
        [Encrypted]
        [DynamoDbUpdateBehavior(UpdateBehavior.IfNotExists)]
        public string? Origin { get; init; }

        [Encrypted]
        [DynamoDbUpdateBehavior(UpdateBehavior.IfNotExists)]
        public string? Second { get; init; }
    }
}

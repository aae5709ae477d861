using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.ContractTests.Suites;

/// <summary>What each role gives to a type that has it, and what a type without it lacks. Keys, versions, expiry and unique values that are refused
/// are also in the suites of the user types.</summary>
public abstract class RoleContract(StoreFactory stores) : Contract(stores)
{
    private static readonly Guid Id = new("00000000-0000-0000-0000-000000000001");

    private readonly StoreFactory _stores = stores;

    [Fact]
    public async Task Without_a_key_a_type_is_refused()
    {
        Func<Task> create = () => _stores.CreateAsync<Person>(type => type.Version(person => person.Version));

        (await create.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*must have one key*[DynamoDBHashKey]*");
    }

    [Fact]
    public async Task A_generated_key_is_filled_in()
    {
        IUserStore<Person> store = await _stores.CreateAsync<Person>(type => type.PartitionKey(person => person.Id, isGenerated: true));

        Person created = await store.CreateAsync(new Person { Name = "Fake" });

        created.Id.Should().NotBe(Guid.Empty);
        (await store.GetAsync(created.Id, ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task Without_generation_a_user_without_a_key_is_refused()
    {
        IUserStore<Person> store = await CreateAsync();

        Func<Task> create = () => store.CreateAsync(new Person { Name = "Fake" });

        (await create.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be(nameof(Person.Id));
    }

    [Fact]
    public async Task A_version_counts_the_writes()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Version(person => person.Version));
        Person created = await store.CreateAsync(new Person { Id = Id });

        Person replaced = await store.UpdateAsync(created with { Name = "Fake" });
        Person patched = await RenameAsync(store);

        (created.Version, replaced.Version, patched.Version).Should().Be((1, 2, 3));
    }

    [Fact]
    public async Task Without_a_version_writes_are_not_counted()
    {
        IUserStore<Person> store = await CreateAsync();
        await store.CreateAsync(new Person { Id = Id, Version = 7 });

        Person patched = await RenameAsync(store);

        patched.Version.Should().Be(7, "the property is one like any other");
    }

    [Fact]
    public async Task A_time_of_creation_is_filled_in_by_the_create_and_kept()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Version(person => person.Version).CreatedAt(person => person.Created));
        Person created = await store.CreateAsync(new Person { Id = Id });
        Clock.Advance(TimeSpan.FromHours(1));

        Person replaced = await store.UpdateAsync(created with { Name = "Fake" });
        Person patched = await RenameAsync(store);

        new[] { created, replaced, patched }.Should().OnlyContain(person => person.Created == Now.AddHours(-1).UtcDateTime);
    }

    [Fact]
    public async Task A_time_of_creation_that_is_given_is_kept()
    {
        DateTime before = Now.AddYears(-1).UtcDateTime;
        IUserStore<Person> store = await CreateAsync(type => type.CreatedAt(person => person.Created));

        (await store.CreateAsync(new Person { Id = Id, Created = before })).Created.Should().Be(before);
    }

    [Fact]
    public async Task Without_a_time_of_creation_and_a_revision_a_recreated_user_is_replaced()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Version(person => person.Version));
        Person old = await RecreateAsync(store);

        Person replaced = await store.UpdateAsync(old with { Name = "Late" });

        (replaced.Created, replaced.Version).Should().Be((default, 2));
    }

    [Fact]
    public async Task With_a_time_of_creation_a_recreated_user_is_not_replaced()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Version(person => person.Version).CreatedAt(person => person.Created));
        Person old = await RecreateAsync(store);

        Func<Task> late = () => store.UpdateAsync(old with { Name = "Late" });

        await late.Should().ThrowAsync<UserConflictException>();
    }

    [Fact]
    public async Task A_time_of_the_last_write_is_set_by_every_write()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Version(person => person.Version).UpdatedAt(person => person.Updated));
        DateTime first = Now.UtcDateTime;

        Person created = await store.CreateAsync(new Person { Id = Id });
        Clock.Advance(TimeSpan.FromHours(1));
        Person replaced = await store.UpdateAsync(created with { Name = "Fake" });
        Clock.Advance(TimeSpan.FromHours(1));
        Person patched = await RenameAsync(store);

        new[] { created, replaced, patched }.Select(person => person.Updated).Should().Equal(first, first.AddHours(1), first.AddHours(2));
    }

    [Fact]
    public async Task Without_times_none_is_set()
    {
        IUserStore<Person> store = await CreateAsync();
        await store.CreateAsync(new Person { Id = Id });

        Person patched = await RenameAsync(store);

        (patched.Created, patched.Updated).Should().Be((default, default));
    }

    [Fact]
    public async Task Without_an_expiry_a_user_stays()
    {
        IUserStore<Person> store = await CreateAsync();

        Person created = await store.CreateAsync(new Person { Id = Id, Expires = Now.ToUnixTimeSeconds() });
        Clock.Advance(TimeSpan.FromDays(1));

        (await store.FindAsync(Id, ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task With_an_expiry_a_user_is_absent_from_that_second_on()
    {
        IUserStore<Person> store = await CreateAsync(type => type.ExpiresAt(person => person.Expires));
        await store.CreateAsync(new Person { Id = Id, Expires = Now.AddDays(1).ToUnixTimeSeconds() });

        Clock.Advance(TimeSpan.FromDays(1));

        (await store.FindAsync(Id, ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task A_save_with_an_expiry_that_has_passed_is_refused()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Version(person => person.Version).ExpiresAt(person => person.Expires));
        Person created = await store.CreateAsync(new Person { Id = Id });

        Func<Task> save = () => store.UpdateAsync(created with { Expires = Now.ToUnixTimeSeconds() });

        (await save.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be(nameof(Person.Expires));
        (await store.GetAsync(Id, ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task A_unique_value_within_a_scope_has_one_owner_in_each_scope()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Unique("name", person => person.Name, within: person => person.Kind));
        await store.CreateAsync(new Person { Id = Id, Name = "fake", Kind = "a" });
        Person other = await store.CreateAsync(new Person { Id = Guid.NewGuid(), Name = "fake", Kind = "b" });

        Func<Task> same = () => store.CreateAsync(new Person { Id = Guid.NewGuid(), Name = "fake", Kind = "a" });

        (await same.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)Id);
        (await store.FindByAsync(person => person.Name, "fake", ReadConsistency.Strong, "b")).Should().Be(other);
    }

    [Fact]
    public async Task Without_a_unique_value_users_have_the_same_and_are_not_found_by_it()
    {
        IUserStore<Person> store = await CreateAsync();
        await store.CreateAsync(new Person { Id = Id, Name = "fake" });
        await store.CreateAsync(new Person { Id = Guid.NewGuid(), Name = "fake" });

        Func<Task> find = () => store.FindByAsync(person => person.Name, "fake", ReadConsistency.Strong);
        Func<Task> audit = () => _stores.AuditOf(store).CheckAsync().ReadAllAsync();

        (await find.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be(nameof(Person.Name));
        await audit.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task A_revision_differs_after_every_write_and_travels_through_JSON()
    {
        IUserStore<Person> store = await CreateAsync(type => type.Version(person => person.Version).Revision(person => person.Revision));
        Person old = Json(await RecreateAsync(store));
        Func<Task> late = () => store.UpdateAsync(old with { Name = "Late" });
        Person read = await store.GetAsync(Id, ReadConsistency.Strong);

        Person replaced = await store.UpdateAsync(Json(read) with { Name = "Fake" });

        new[] { old.Revision, read.Revision, replaced.Revision, (await RenameAsync(store)).Revision }.Should().OnlyHaveUniqueItems().And.NotContainNulls();
        await late.Should().ThrowAsync<UserConflictException>();
        Func<Task> quoted = () => store.UpdateAsync(read with { Revision = $"\"{read.Revision}\"" });
        (await quoted.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be(nameof(Person.Revision));
    }

    [Fact]
    public async Task Users_satisfy_the_condition_of_OnlyWhere_when_they_are_written()
    {
        IUserStore<Person> store = await CreateAsync(type => type.OnlyWhere(person => person.Kind == "user"));
        await store.CreateAsync(new Person { Id = Id, Kind = "user" });

        Func<Task> create = () => store.CreateAsync(new Person { Id = Guid.NewGuid(), Kind = "order" });
        Func<Task> patch = () => store.UpdateAsync(Id, new UserPatch<Person>().Set(person => person.Kind, "order"));

        (await create.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be(nameof(Person.Kind));
        await patch.Should().ThrowAsync<InvalidUserException>();
        (await store.GetAsync(Id, ReadConsistency.Strong)).Kind.Should().Be("user");
    }

    [Fact]
    public async Task Without_OnlyWhere_every_item_is_a_user()
    {
        IUserStore<Person> store = await CreateAsync();

        await store.CreateAsync(new Person { Id = Id, Kind = "order" });
        await store.UpdateAsync(Id, new UserPatch<Person>().Set(person => person.Kind, "user"));

        (await store.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.Kind.Should().Be("user");
    }

    private Task<IUserStore<Person>> CreateAsync(Action<UserTypeBuilder<Person>>? describe = null) => _stores.CreateAsync<Person>(type =>
    {
        type.PartitionKey(person => person.Id);
        describe?.Invoke(type);
    });

    // Returns the user as it was before it was deleted; the stored one has the same key and version.
    private async Task<Person> RecreateAsync(IUserStore<Person> store)
    {
        Person old = await store.CreateAsync(new Person { Id = Id });
        await store.DeleteAsync(Id);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Person recreated = await store.CreateAsync(new Person { Id = Id });
        recreated.Version.Should().Be(old.Version);
        return old;
    }

    private static Task<Person> RenameAsync(IUserStore<Person> store)
        => store.UpdateAsync(Id, new UserPatch<Person>().Set(person => person.Name, "Renamed"));

    private static Person Json(Person person) => JsonSerializer.Deserialize<Person>(JsonSerializer.Serialize(person))!;

    /// <summary>A type without attributes of roles: each test describes those that it needs.</summary>
    public sealed record Person
    {
        public Guid Id { get; init; }

        public string? Name { get; init; }

        public string? Kind { get; init; }

        public long? Version { get; init; }

        public DateTime Created { get; init; }

        public DateTime Updated { get; init; }

        public long? Expires { get; init; }

        [DynamoDBIgnore]
        public string? Revision { get; init; }
    }
}

using Amazon.DynamoDBv2.DataModel;

namespace UserStore.ContractTests.Suites;

/// <summary>Every call returns a user as it will be read back, whatever the type makes of what is absent or less precise in the table.</summary>
public abstract class ReadBackContract(StoreFactory stores) : Contract(stores)
{
    private readonly StoreFactory _stores = stores;

    [Fact]
    public async Task Times_in_seconds()
    {
        IUserStore<Timed> store = await _stores.CreateAsync<Timed>();
        Clock.Advance(TimeSpan.FromMilliseconds(345));

        Timed created = await store.CreateAsync(new Timed { Id = "1", Wakes = new TimeOnly(1, 2, 3, 4, 5) });
        await ShouldReadBackAsync(store, created);
        Clock.Advance(TimeSpan.FromMilliseconds(1345));
        Timed saved = await store.UpdateAsync(created with { Name = "Fake" });
        await ShouldReadBackAsync(store, saved);
        Clock.Advance(TimeSpan.FromMilliseconds(1345));
        Timed patched = await store.UpdateAsync("1", new UserPatch<Timed>().Set(user => user.Name, "Fake 2"));
        await ShouldReadBackAsync(store, patched);

        new[] { created, saved, patched }.Select(user => user.Updated.Millisecond).Should().AllBeEquivalentTo(0);
        patched.Created.Should().Be(created.Created);
        created.Wakes.Should().Be(new TimeOnly(1, 2, 3, 4), "the context stores milliseconds");
        await store.DeleteUnchangedAsync(patched);
    }

    [Fact]
    public async Task Parameters_of_a_constructor_with_defaults()
    {
        IUserStore<Guest> store = await _stores.CreateAsync<Guest>();

        await ShouldReadBackAsync(store, await store.CreateAsync(new Guest("1", Language: null)));
        Guest patched = await store.UpdateAsync("1", new UserPatch<Guest>().Remove(user => user.Level));
        await ShouldReadBackAsync(store, patched);

        (patched.Language, patched.Level).Should().Be(("en", 5));
    }

    [Fact]
    public async Task Properties_with_initializers()
    {
        IUserStore<Guest> store = await _stores.CreateAsync<Guest>();

        Guest created = await store.CreateAsync(new Guest("1") { Status = null, Tags = ["b"], Handle = "ada" });
        await ShouldReadBackAsync(store, created);
        await ShouldReadBackAsync(store, await store.UpdateAsync(created with { Status = "idle", Tags = ["c"] }));
        Guest patched = await store.UpdateAsync(
            "1", new UserPatch<Guest>().Remove(user => user.Status).Remove(user => user.Tags).Set(user => user.Handle, "eve"));
        await ShouldReadBackAsync(store, patched);

        patched.Status.Should().Be("active");
    }

    [Fact]
    public async Task Private_setters_of_a_base_type()
    {
        IUserStore<Nicknamed> store = await _stores.CreateAsync<Nicknamed>();

        Nicknamed created = await store.CreateAsync(new Nicknamed { Id = "1" }.Named("ada"));
        created.Nickname.Should().Be("ada");
        (await store.GetAsync("1", ReadConsistency.Strong)).Nickname.Should().Be("ada");
        await store.UpdateAsync(created.Named("eve"));
        (await store.GetAsync("1", ReadConsistency.Strong)).Nickname.Should().Be("eve");
    }

    [Fact]
    public async Task Properties_that_are_not_stored_and_write_to_others()
    {
        IUserStore<Aliased> store = await _stores.CreateAsync<Aliased>();

        Aliased created = await store.CreateAsync(new Aliased { Id = "1", Ticks = 5, Email = "ada@example.test", Note = "mine" });
        Aliased saved = await store.UpdateAsync(await store.GetAsync("1", ReadConsistency.Strong));
        Aliased patched = await store.UpdateAsync("1", new UserPatch<Aliased>().Set(user => user.Email, "eve@example.test"));

        foreach (Aliased user in new[] { created, saved, patched })
            (user.Id, user.Ticks, user.Span.Ticks, user.Note).Should().Be(("1", 5, 5, null));
        (created.UserName, saved.UserName, patched.UserName).Should().Be(("ada@example.test", "ada@example.test", "eve@example.test"));
        (await store.FindByAsync(user => user.Email, "eve@example.test", ReadConsistency.Strong))!.Ticks.Should().Be(5);
    }

    [Fact]
    public async Task Properties_that_are_not_public()
    {
        IUserStore<Guarded> store = await _stores.CreateAsync<Guarded>();

        Guarded created = await store.CreateAsync(new Guarded("1", "a", 7) { Code = "c" });
        created.All.Should().Be("a/7/c");
        (await store.GetAsync("1", ReadConsistency.Strong)).All.Should().Be("a/7/c");
        created.Code = "d";
        (await store.UpdateAsync(created)).All.Should().Be("a/7/d");
        (await store.GetAsync("1", ReadConsistency.Strong)).All.Should().Be("a/7/d");
    }

    [Fact]
    public async Task Structures()
    {
        IUserStore<Traveller> store = await _stores.CreateAsync<Traveller>();

        Traveller created = await store.CreateAsync(new Traveller { Id = "1", Home = new Point { X = 1, Y = 2 } });
        created.Home.Should().Be(new Point { X = 1, Y = 2 });
        await ShouldReadBackAsync(store, created);
        await ShouldReadBackAsync(store, await store.UpdateAsync("1", new UserPatch<Traveller>().Remove(user => user.Home)));
    }

    private static async Task ShouldReadBackAsync<TUser>(IUserStore<TUser> store, TUser returned)
        where TUser : class
        => (await store.GetAsync("1", ReadConsistency.Strong)).Should().BeEquivalentTo(returned);

    [DynamoDBTable("Timed")]
    [GenerateUserMapping]
    public record Timed
    {
        [DynamoDBHashKey]
        public string? Id { get; init; }

        public string? Name { get; init; }

        public TimeOnly Wakes { get; init; }

        [CreatedAt]
        [DynamoDBProperty("created", typeof(EpochSecondsConverter))]
        public DateTimeOffset Created { get; init; }

        [UpdatedAt]
        [DynamoDBProperty("updated", typeof(EpochSecondsConverter))]
        public DateTimeOffset Updated { get; init; }

        [DynamoDBVersion]
        public long? Version { get; init; }
    }

    [DynamoDBTable("Guests")]
    [GenerateUserMapping]
    public record Guest([property: DynamoDBHashKey] string Id, int Level = 5, string? Language = "en")
    {
        public string? Status { get; init; } = "active";

        public List<string>? Tags { get; init; } = ["a"];

        [Unique("handle")]
        public string? Handle { get; init; }

        [DynamoDBVersion]
        public long? Version { get; init; }
    }

    public class NicknamedBase
    {
        [DynamoDBHashKey]
        public string? Id { get; set; }

        public string? Nickname { get; private set; }

        protected void Name(string nickname) => Nickname = nickname;
    }

    [DynamoDBTable("Nicknamed")]
    [GenerateUserMapping]
    public class Nicknamed : NicknamedBase
    {
        [DynamoDBVersion]
        public long? Version { get; set; }

        public Nicknamed Named(string nickname)
        {
            Name(nickname);
            return this;
        }
    }

    [DynamoDBTable("Aliased")]
    [GenerateUserMapping]
    public class Aliased
    {
        [DynamoDBHashKey("id")]
        public string? Id { get; set; }

        [DynamoDBIgnore]
        public string? Alias
        {
            get => Id;
            set => Id = value;
        }

        public long Ticks { get; set; }

        [DynamoDBIgnore]
        public TimeSpan Span
        {
            get => TimeSpan.FromTicks(Ticks);
            set => Ticks = value.Ticks;
        }

        [Unique("email")]
        public string? Email { get; set; }

        [DynamoDBIgnore]
        public string? UserName
        {
            get => Email;
            set => Email = value;
        }

        [DynamoDBIgnore]
        public List<string> Words
        {
            get => [.. Email!.Split('@')];
            set => throw new NotSupportedException();
        }

        [DynamoDBIgnore]
        public string? Note { get; set; }

        [DynamoDBVersion]
        public long? Version { get; set; }
    }

    public class GuardedBase
    {
        protected GuardedBase(string name) => Name = name;

        protected GuardedBase()
        {
        }

        public string All => $"{Name}/{Count}/{CodeText}";

        protected virtual string? CodeText => null;

        protected int Count { get; set; } = 3;

        private string? Name { get; set; }
    }

    [DynamoDBTable("Guarded")]
    [GenerateUserMapping]
    public class Guarded : GuardedBase
    {
        public Guarded()
        {
        }

        public Guarded(string id, string name, int count)
            : base(name)
            => (Id, Count) = (id, count);

        [DynamoDBHashKey("id")]
        public string? Id { get; set; }

        [DynamoDBVersion]
        public long? Version { get; set; }

        protected override string? CodeText => Code;

        internal string? Code { get; set; }
    }

    public record struct Point
    {
        public int X { get; set; }

        public int Y { get; set; }
    }

    [DynamoDBTable("Travellers")]
    [GenerateUserMapping]
    public record Traveller
    {
        [DynamoDBHashKey]
        public string? Id { get; init; }

        public Point? Home { get; init; }

        [DynamoDBVersion]
        public long? Version { get; init; }
    }
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>For properties of every kind, the store writes the attributes that the SDK's context writes, and each reads what the other wrote.</summary>
public sealed class ContextEquivalenceTests : ServerTest
{
    private DynamoDBContext _context = null!;
    private DynamoDbUserStore<Traveller> _store = null!;

    public override async Task InitializeAsync()
    {
        _store = await Stores.CreateAsync<Traveller>(Options);
        _context = new DynamoDBContextBuilder().WithDynamoDBClient(() => Server.Client).ConfigureContext(config =>
        {
            (config.TableNamePrefix, config.Conversion, config.RetrieveDateTimeInUtc) = (Options.TableNamePrefix, DynamoDBEntryConversion.V2, true);
        }).Build();
    }

    public override Task DisposeAsync()
    {
        _context.Dispose();
        return base.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Both_write_the_same_attributes(bool isFull)
    {
        await _store.CreateAsync(New("of-store", isFull));
        await _context.SaveAsync(New("of-context", isFull));

        Dictionary<string, AttributeValue> ofStore = await ItemAsync("of-store");
        Dictionary<string, AttributeValue> ofContext = await ItemAsync("of-context");

        ofStore.Keys.Except(ofContext.Keys).Should().BeEquivalentTo("write_id", "birth_id");
        ofContext.Keys.Except(ofStore.Keys).Should().BeEmpty();
        foreach ((string name, AttributeValue value) in ofContext.Where(attribute => attribute.Key is not "id"))
            UserStore.DynamoDb.Items.AttributeValueComparer.AreEqual(ofStore[name], value).Should().BeTrue(name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_reads_what_the_other_wrote(bool isFull)
    {
        Traveller created = await _store.CreateAsync(New("of-store", isFull));
        await _context.SaveAsync(New("of-context", isFull));

        Traveller byContext = await _context.LoadAsync<Traveller>("of-store");
        Traveller byStore = (await _store.FindAsync("of-context"))!;

        byContext.Should().BeEquivalentTo(created, options => options.RespectingRuntimeTypes());
        byStore.Should().BeEquivalentTo(created, options => options.RespectingRuntimeTypes().Excluding(user => user.Id));
    }

    [Fact]
    public async Task A_nullable_enum_is_stored_as_the_context_stores_it_and_cannot_be_compared()
    {
        await _store.CreateAsync(new Traveller { Id = "fake-1" });
        Traveller patched = await _store.UpdateAsync("fake-1", new UserPatch<Traveller>().Set(user => user.MaybeLevel, Level.High));
        Func<Task> condition = () => _store.UpdateAsync(
            "fake-1", new UserPatch<Traveller>().Set(user => user.Name, "New").OnlyIf(user => user.MaybeLevel == Level.High));

        (await _context.LoadAsync<Traveller>("fake-1")).MaybeLevel.Should().Be(Level.High).And.Be(patched.MaybeLevel);
        await condition.Should().ThrowAsync<InvalidUserException>().WithMessage("*MaybeLevel is not stored as a string, number or Boolean*");
        await Client.UpdateItemAsync(
            Options.TableNamePrefix + "Travellers",
            new() { ["id"] = new("fake-1") },
            new() { ["maybeLevel"] = new AttributeValueUpdate(new AttributeValue { N = "1" }, AttributeAction.PUT) });
        (await _store.FindAsync("fake-1"))!.MaybeLevel.Should().Be(Level.High);
    }

    private async Task<Dictionary<string, AttributeValue>> ItemAsync(string id)
        => (await Client.GetItemAsync(Options.TableNamePrefix + "Travellers", new() { ["id"] = new(id) })).Item;

    private static Traveller New(string id, bool isFull) => isFull
        ? new Traveller
        {
            Id = id,
            Name = "Fake",
            Flag = true,
            Letter = 'ß',
            Number = -7,
            Wide = long.MaxValue,
            Ratio = 0.1,
            Price = 1.10m,
            Day = new DateTime(2029, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc),
            Seen = new DateTime(2029, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            Instant = new DateTimeOffset(2029, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
            Token = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
            Level = Level.High,
            MaybeLevel = Level.High,
            Labels = ["b", "a", "b"],
            Numbers = [3, 1],
            Marks = ["x", "y"],
            Scores = new() { ["a"] = 1, ["b"] = 2 },
            Picture = [1, 2, 3],
            Home = new Home { Street = "Fakeway", Rooms = [1, 2] },
            Ticket = new TrainTicket { Price = 5, Seat = "7a" },
            Contact = new Contact { Phone = "555", City = "Faketown" },
        }
        : new Traveller { Id = id };

    public enum Level
    {
        Low,
        High,
    }

    [DynamoDBTable("Travellers", CaseMode.CamelCase)]
    public class Traveller
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";

        public string? Name { get; set; }

        public bool Flag { get; set; }

        public char Letter { get; set; } = 'a';

        public int? Number { get; set; }

        public long Wide { get; set; }

        public double Ratio { get; set; }

        public decimal? Price { get; set; }

        public DateTime Day { get; set; } = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

        [DynamoDBProperty(StoreAsEpochLong = true)]
        public DateTime? Seen { get; set; }

        [DynamoDBProperty(typeof(InstantConverter))] // which the context requires
        public DateTimeOffset? Instant { get; set; }

        public Guid Token { get; set; }

        public Level Level { get; set; }

        public Level? MaybeLevel { get; set; }

        public List<string> Labels { get; set; } = [];

        public List<int> Numbers { get; set; } = [];

        public HashSet<string>? Marks { get; set; }

        public Dictionary<string, int>? Scores { get; set; }

        public byte[]? Picture { get; set; }

        public Home? Home { get; set; }

        [DynamoDBPolymorphicType("train", typeof(TrainTicket))]
        public Ticket? Ticket { get; set; }

        [DynamoDBFlatten]
        public Contact Contact { get; set; } = new();

        [DynamoDBProperty("GIVEN_name")]
        public string? Given { get; set; }

        [DynamoDBIgnore]
        public string? Secret { get; set; }
    }

    public class Home
    {
        public string? Street { get; set; }

        public List<int> Rooms { get; set; } = [];
    }

    public class Ticket
    {
        public int Price { get; set; }
    }

    public class TrainTicket : Ticket
    {
        public string? Seat { get; set; }
    }

    public class Contact
    {
        public string? Phone { get; set; }

        [DynamoDBProperty("contact_city")]
        public string? City { get; set; }
    }
}

using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.ContractTests.Suites;

/// <summary>A call returns the value that is read afterwards, for every type of field.</summary>
public abstract class FieldTypeContract(StoreFactory stores) : Contract(stores)
{
    private readonly StoreFactory _stores = stores;

    private static readonly DateTimeOffset Eastern = new DateTimeOffset(2030, 2, 3, 1, 30, 0, TimeSpan.FromHours(2)).AddTicks(1);

    private static readonly Dictionary<string, TypedUser> Users = new()
    {
        ["defaults"] = new(),
        ["full"] = new()
        {
            Groups = ["b", "a", "b"],
            Aliases = ["x", "x"],
            Array = ["p", "q"],
            Texts = ["t"],
            Set = ["s", "r"],
            Numbers = [3, 2],
            Sorted = ["z", "y"],
            Theme = "dark",
            Date = new DateTime(2030, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1_234_567),
            Birthday = new DateTime(1990, 12, 31, 23, 59, 59, DateTimeKind.Local),
            Day = new DateOnly(2030, 2, 28),
            Hour = new TimeOnly(23, 59, 58),
            Reference = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
            Bytes = [0, 1, 255],
            Amount = 1.500m,
            Fraction = 0.1f,
            Map = new() { ["k"] = [1, 2], ["none"] = [] },
            Plans = [Plan.Team, Plan.Free],
            Choice = new Choice { Number = 4, Plan = Plan.Team },
            Seen = Eastern,
            Since = Eastern.AddDays(1),
            Until = Eastern.AddMilliseconds(999),
            Amounts = [1.50m, -0.0m, 7m],
            Dates = [Eastern.LocalDateTime, Eastern.UtcDateTime.AddTicks(1)],
            Trees = new() { ["oak"] = new Tree { At = Eastern, Weight = 1.0m } },
            Code = "abc",
            Tree = new Tree
            {
                Label = "root",
                At = Eastern,
                Weight = 10.500m,
                Planted = Eastern.LocalDateTime,
                Birds = [],
                Scratch = "not stored",
                Notes = ["n"],
                Children = [new Tree { Label = "leaf", At = Eastern }],
            },
        },
        ["empty"] = new()
        {
            Groups = [],
            Aliases = [],
            Array = [],
            Texts = [],
            Set = [],
            Numbers = [],
            Sorted = [],
            Map = [],
            Plans = [],
            Bytes = [1],
            Tree = new Tree { Notes = [], Children = [] },
        },
        ["nulls"] = new() { Theme = null, Numbers = null!, Groups = null! },
        ["unspecified"] = new() { Date = new DateTime(2030, 2, 3, 4, 5, 6, DateTimeKind.Unspecified) },
    };

    public static TheoryData<string> Cases => [.. Users.Keys];

    [Fact]
    public async Task A_value_that_contains_itself_is_rejected()
    {
        IUserStore<LoopUser> store = await CreateStoreAsync<LoopUser>();
        LoopUser stored = await store.CreateAsync(new LoopUser { UserId = "fake-1" });
        var root = new LoopNode();
        root.Children.Add(root);

        Func<Task>[] writes =
        [
            () => store.CreateAsync(new LoopUser { Root = root }),
            () => store.UpdateAsync(stored with { Root = root }),
            () => store.UpdateAsync("fake-1", new UserPatch<LoopUser>().Set(user => user.Root, root)),
        ];
        foreach (Func<Task> write in writes)
            (await write.Should().ThrowAsync<InvalidUserException>()).WithMessage("*contains itself*");
        (await store.GetAsync("fake-1")).Version.Should().Be(stored.Version);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Returned_values_equal_the_values_read_afterwards(string name)
    {
        IUserStore<TypedUser> store = await CreateStoreAsync<TypedUser>();

        TypedUser created = await store.CreateAsync(Users[name] with { UserId = "fake-1" });
        await ShouldReadAsync(created);
        TypedUser replaced = await store.UpdateAsync(created with { Age = 1 });
        await ShouldReadAsync(replaced);
        TypedUser other = await store.UpdateAsync(new TypedUser { UserId = "fake-1", Version = 2, Revision = replaced.Revision, CreatedAt = Now });
        await ShouldReadAsync(other);
        TypedUser given = Users[name];
        TypedUser patched = await store.UpdateAsync("fake-1", new UserPatch<TypedUser>()
            .Set(user => user.Groups, given.Groups)
            .Set(user => user.Aliases, given.Aliases)
            .Set(user => user.Array, given.Array)
            .Set(user => user.Set, given.Set)
            .Set(user => user.Numbers, given.Numbers)
            .Set(user => user.Theme, given.Theme)
            .Set(user => user.Date, given.Date)
            .Set(user => user.Map, given.Map)
            .Set(user => user.Seen, given.Seen)
            .Set(user => user.Since, given.Since)
            .Set(user => user.Until, given.Until)
            .Set(user => user.Amounts, given.Amounts)
            .Set(user => user.Dates, given.Dates)
            .Set(user => user.Trees, given.Trees)
            .Set(user => user.Code, given.Code)
            .Set(user => user.Choice, given.Choice)
            .Set(user => user.Tree, given.Tree));
        await ShouldReadAsync(patched);
        TypedUser moved = await store.UpdateAsync("fake-1", new UserPatch<TypedUser>()
            .Set(user => user.Email, "new@example.test")
            .Set(user => user.Seen, given.Seen)
            .Set(user => user.Code, given.Code)
            .Set(user => user.Tree, given.Tree)
            .Append(user => user.Amounts, [2.00m]));
        await ShouldReadAsync(moved);

        async Task ShouldReadAsync(TypedUser returned)
            => (await store.GetAsync("fake-1", ReadConsistency.Strong)).Should().BeEquivalentTo(returned, options => options
                .Using<DateTimeOffset>(instants => instants.Subject.EqualsExact(instants.Expectation).Should().BeTrue())
                .WhenTypeIs<DateTimeOffset>()
                .Using<decimal>(numbers => (numbers.Subject, numbers.Subject.Scale).Should().Be((numbers.Expectation, numbers.Expectation.Scale)))
                .WhenTypeIs<decimal>()
                .WithStrictOrdering()
                .WithoutStrictOrderingFor(user => user.Set)
                .WithoutStrictOrderingFor(user => user.Numbers));
    }

    [Fact]
    public async Task Values_are_read_back_as_documented()
    {
        IUserStore<TypedUser> store = await CreateStoreAsync<TypedUser>();

        TypedUser full = await store.CreateAsync(Users["full"] with { UserId = "fake-full" });
        TypedUser empty = await store.CreateAsync(Users["empty"] with { UserId = "fake-empty" });
        TypedUser nulls = await store.CreateAsync(Users["nulls"] with { UserId = "fake-nulls" });

        full.Date.Should().Be(new DateTime(2030, 2, 3, 4, 5, 6, 123, DateTimeKind.Utc), "the SDK keeps dates in whole milliseconds");
        full.Amount!.Value.Scale.Should().Be(1, "DynamoDB keeps no trailing zeros");
        (full.Seen!.Value.Offset, full.Seen.Value.Date).Should().Be((TimeSpan.Zero, new DateTime(2030, 2, 2)), "instants are read in UTC");
        (full.Tree!.At!.Value.Offset, full.Tree.Weight!.Value.Scale, full.Tree.Birds, full.Tree.Scratch).Should().Be((TimeSpan.Zero, (byte)1, null, null));
        full.Amounts!.Select(amount => amount.Scale).Should().Equal((byte)1, (byte)0, (byte)0);
        (full.Until!.Value.Offset, full.Until.Value.Ticks % TimeSpan.TicksPerSecond, full.Code).Should().Be((TimeSpan.Zero, 0L, "ABC"));
        full.Birthday.Kind.Should().Be(DateTimeKind.Utc);
        full.Groups.Should().Equal("b", "a", "b");
        (empty.Set, empty.Array).Should().BeEquivalentTo(((HashSet<string>?)null, System.Array.Empty<string>()), "DynamoDB has no empty sets");
        empty.Numbers.Should().Equal([1], "an absent attribute reads as the default");
        (nulls.Theme, nulls.Groups.Count).Should().Be(("light", 0));
    }

    [Fact]
    public async Task Lists_of_every_type_can_be_appended_to()
    {
        IUserStore<TypedUser> store = await CreateStoreAsync<TypedUser>();
        await store.CreateAsync(new TypedUser { UserId = "fake-1", Groups = ["a"], Array = ["a"] });

        TypedUser patched = await store.UpdateAsync("fake-1", new UserPatch<TypedUser>()
            .Append(user => user.Groups, "b").Append(user => user.Aliases, "b").Append(user => user.Array, "b").Append(user => user.Plans, Plan.Team));

        patched.Groups.Should().Equal("a", "b");
        patched.Aliases.Should().Equal("b");
        patched.Array.Should().Equal("a", "b");
        patched.Plans.Should().Equal(Plan.Team);
    }

    [Fact]
    public async Task Maps_with_an_empty_key_are_rejected_by_name()
    {
        IUserStore<TypedUser> store = await CreateStoreAsync<TypedUser>();
        TypedUser created = await store.CreateAsync(new TypedUser { UserId = "fake-1" });

        Func<Task>[] calls =
        [
            () => store.CreateAsync(new TypedUser { Maps = new() { [""] = [] } }),
            () => store.CreateAsync(new TypedUser { Maps = new() { ["k"] = new() { [""] = "v" } } }),
            () => store.UpdateAsync(created with { Maps = new() { ["k"] = new() { [""] = "v" } } }),
            () => store.UpdateAsync("fake-1", new UserPatch<TypedUser>().Set(user => user.Maps, new() { ["k"] = new() { [""] = "v" } })),
        ];

        foreach (Func<Task> call in calls)
            (await call.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Maps");
        (await store.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.Version.Should().Be(1);
    }

    [Fact]
    public async Task Null_in_a_list_of_strings_is_rejected_by_name()
    {
        IUserStore<TypedUser> store = await CreateStoreAsync<TypedUser>();
        await store.CreateAsync(new TypedUser { UserId = "fake-1" });

        Func<Task> create = () => store.CreateAsync(new TypedUser { Texts = ["a", null] });
        Func<Task> set = () => store.UpdateAsync("fake-1", new UserPatch<TypedUser>().Set(user => user.Texts, [null]));
        Func<Task> append = () => store.UpdateAsync("fake-1", new UserPatch<TypedUser>().Append(user => user.Texts, [null]));

        foreach (Func<Task> call in new[] { create, set, append })
            (await call.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Texts");
    }

    [Fact]
    public async Task A_converter_that_fails_is_reported_without_the_value()
    {
        const string Secret = "born 1970";
        IUserStore<Converted> store = await _stores.CreateAsync<Converted>();
        await store.CreateAsync(new Converted { Id = "1" });

        Func<Task> create = () => store.CreateAsync(new Converted { Id = "2", Secret = Secret });
        Func<Task> set = () => store.UpdateAsync("1", new UserPatch<Converted>().Set(user => user.Secret, Secret));

        foreach (Func<Task> call in new[] { create, set })
            (await call.Should().ThrowAsync<InvalidUserException>()).Which.ToString().Should().NotContain(Secret);
    }

    [DynamoDBTable("Converted")]
    [GenerateUserMapping]
    public record Converted
    {
        [DynamoDBHashKey]
        public string? Id { get; init; }

        [DynamoDBProperty("secret", typeof(RefusingConverter))]
        public string? Secret { get; init; }
    }

    internal sealed class RefusingConverter : IPropertyConverter
    {
        public DynamoDBEntry ToEntry(object value) => value is null ? new DynamoDBNull() : throw new ArgumentException($"cannot convert {value}");

        public object FromEntry(DynamoDBEntry entry) => throw new ArgumentException($"cannot convert {entry}");
    }
}

[DynamoDBTable("LoopUsers")]
[GenerateUserMapping]
public record LoopUser : User
{
    public LoopNode? Root { get; init; }
}

public class LoopNode
{
    public List<LoopNode> Children { get; set; } = [];
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Tests.Modeling;

public sealed class UserModelTests
{
    [Fact]
    public void The_model_of_User_follows_its_attributes()
    {
        UserModel model = UserModel.For<User>(new UserStoreOptions());

        model.DefaultTableName.Should().Be("Users");
        model.Properties.Select(property => property.AttributeName).Should().BeEquivalentTo(
            "user_id", "email", "name", "status", "created_at", "updated_at", "age", "tags", "version", "expires_at");
        model.WriteIds.Append(model.BirthId).Should().Equal(
            "write_id", "write_id_2", "write_id_3", "write_id_4", "write_id_5", "write_id_6", "write_id_7", "write_id_8", "birth_id");
        model.Indexes.Keys.Should().BeEquivalentTo("email-index", "status-index");
        (model.Indexes["status-index"].PartitionKey.Name, model.Indexes["status-index"].SortKey!.Name).Should().Be(("Status", "CreatedAt"));
    }

    [Fact]
    public void Types_that_cannot_be_stored_are_rejected_by_rule_at_registration()
    {
        ShouldBeRejected(services => services.AddUserStore<AbstractUser>(), "abstract");
        ShouldBeRejected(services => services.AddUserStore<BooleanKeyUser>(), "key of an index");
        ShouldBeRejected(services => services.AddUserStore<OrphanSortKeyUser>(), "no partition key");
        ShouldBeRejected(services => services.AddUserStore<TwoKeysUser>(), "two partition keys");
        ShouldBeRejected(services => services.AddUserStore<CounterUser>(), "DynamoDBAtomicCounter");
        ShouldBeRejected(services => services.AddUserStore<SameAttributeUser>(), "two properties");
        ShouldBeRejected(services => services.AddUserStore<BookkeepingUser>(), "which the store maintains");
    }

    [Fact]
    public void Scalars_are_the_types_that_the_SDK_context_stores_as_scalars()
    {
        UserModel model = UserModel.For<ScalarUser>(new UserStoreOptions());
        using var client = new AmazonDynamoDBClient(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1);
        using DynamoDBContext context = UserContext.Create(client, new StoreSchema(model, new UserStoreOptions()));
        var user = new ScalarUser();

        Document document = context.ToDocument(user);

        foreach (MappedProperty property in model.Properties.Where(property => property.GetValue(user) is not null && !property.IsList))
        {
            StoredScalar.TryFromEntry(document[property.AttributeName], out StoredScalar stored).Should().BeTrue(property.Name);
            property.ToScalar(property.GetValue(user)!).SameAs(stored).Should().BeTrue(property.Name);
        }
    }

    [Fact]
    public void The_model_has_the_property_of_the_base_type_in_place_of_one_without_getter_or_setter()
    {
        UserModel model = UserModel.For<UnhonoredTypes.OverridesAccessors>(new UserStoreOptions());
        using var client = new AmazonDynamoDBClient(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1);
        using DynamoDBContext context = UserContext.Create(client, new StoreSchema(model, new UserStoreOptions()));
        UnhonoredTypes.WithVirtual user = new UnhonoredTypes.OverridesAccessors { Id = "1" };
        (user.Name, user.Number, user.Texts) = ("Ada", 1, ["a"]);

        Document document = context.ToDocument((UnhonoredTypes.OverridesAccessors)user);

        document.Keys.Should().BeEquivalentTo(model.Attributes);
        document["name"].AsString().Should().Be("computed Ada");
        UnhonoredTypes.WithVirtual read = context.FromDocument<UnhonoredTypes.OverridesAccessors>(
            Document.FromAttributeMap(document.ToAttributeMap(DynamoDBEntryConversion.V2)));
        (read.Name, read.Number).Should().Be(("computed computed Ada", 3));
        read.Texts.Should().Equal("a");
    }

    private static void ShouldBeRejected(Action<IServiceCollection> register, string rule)
    {
        Action act = () => register(new ServiceCollection());
        act.Should().Throw<InvalidOperationException>().WithMessage($"*{rule}*");
    }

    public abstract record AbstractUser : User;

    public record PositionalUser(string City) : User;

    public record BooleanKeyUser : User
    {
        [DynamoDBGlobalSecondaryIndexHashKey("flag-index")]
        public bool Flag { get; init; }
    }

    public record OrphanSortKeyUser : User
    {
        [DynamoDBGlobalSecondaryIndexRangeKey("orphan-index")]
        public string? Sort { get; init; }
    }

    public record TwoKeysUser : User
    {
        [DynamoDBGlobalSecondaryIndexHashKey("status-index")]
        public string? Other { get; init; }
    }

    public record SecondTableKeyUser : User
    {
        [DynamoDBRangeKey]
        public string? Sort { get; init; }
    }

    public record BookkeepingUser : User
    {
        [DynamoDBProperty("write_id_5")]
        public string? Fifth { get; init; }
    }

    public record CounterUser : User
    {
        [DynamoDBAtomicCounter]
        public long? Count { get; init; }
    }

    public record SameAttributeUser : User
    {
        [DynamoDBProperty("name")]
        public string? Second { get; init; }
    }

    public record EpochUser : User
    {
        [DynamoDBProperty("seen", StoreAsEpochLong = true)]
        public DateTime Seen { get; init; }
    }

    [DynamoDBTable("Users", CaseMode.CamelCase)]
    public record CasingUser : User;

    public record FlatUser : User
    {
        [DynamoDBFlatten]
        public Part? Flat { get; init; }
    }

    public record Part
    {
        public string? A { get; set; }
    }

    public enum Kind : byte
    {
        None,
        Some = 200,
    }

    public record ScalarUser : User
    {
        public string Text { get; init; } = "text";

        public bool Flag { get; init; } = true;

        public sbyte SmallSigned { get; init; } = -5;

        public byte Small { get; init; } = 200;

        public short ShortValue { get; init; } = -300;

        public ushort UnsignedShort { get; init; } = 60_000;

        public int IntValue { get; init; } = -70_000;

        public uint UnsignedInt { get; init; } = 4_000_000_000;

        public long LongValue { get; init; } = long.MinValue;

        public ulong UnsignedLong { get; init; } = ulong.MaxValue;

        public float FloatValue { get; init; } = 0.1f;

        public double DoubleValue { get; init; } = -1.5e-100;

        public decimal DecimalValue { get; init; } = 1.10m;

        public char Letter { get; init; } = 'ß';

        public Guid Id { get; init; } = new("00112233-4455-6677-8899-aabbccddeeff");

        public DateTime Date { get; init; } = new(2026, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc);

        public DateTimeOffset Instant { get; init; } = new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(3));

        public DateTimeOffset? MaybeInstant { get; init; } = new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(3));

        public Kind Kind { get; init; } = Kind.Some;

        public Kind? MaybeKind { get; init; } = Modeling.UserModelTests.Kind.Some;

        public int? MaybeInt { get; init; } = 3;
    }
}

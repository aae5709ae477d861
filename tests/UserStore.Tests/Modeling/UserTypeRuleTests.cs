using Microsoft.Extensions.DependencyInjection;
using static UserStore.Tests.Modeling.UnhonoredTypes;
using static UserStore.Tests.Modeling.UnreadableEncryptedTypes;
using static UserStore.Tests.Modeling.UnstorableTypes;
using static UserStore.Tests.Modeling.UnstorableUniqueValues;

namespace UserStore.Tests.Modeling;

/// <summary>A type that cannot be stored is rejected at registration, with a sentence that names the type, the property and the rule.</summary>
public sealed class UserTypeRuleTests
{
    [Fact]
    public void A_type_needs_one_key_of_strings_Guids_or_integers()
    {
        ShouldBeRejected<WithoutTable>("must have [DynamoDBTable]");
        ShouldBeRejected<WithoutKey>("must have one key: mark a property with [DynamoDBHashKey]");
        ShouldBeRejected<TwoPartitionKeys>("mark only one property with [DynamoDBHashKey]");
        ShouldBeRejected<TwoSortKeys>("must have at most one [DynamoDBRangeKey]");
        ShouldBeRejected<DateKey>("has a key At of type DateTime");
        ShouldBeRejected<UnsignedKey>("has a key Id of type UInt64");
        ShouldBeRejected<FractionalSortKey>("has a key Weight of type Double");
        ShouldBeRejected<GeneratedNumber>("has a generated key Id that is an integer");
    }

    [Fact]
    public void A_role_belongs_to_one_property_of_a_fitting_type()
    {
        ShouldBeRejected<TwoVersions>("marks two properties with [DynamoDBVersion]: First and Second");
        ShouldBeRejected<TextVersion>("has a version Version that is not a nullable integer");
        ShouldBeRejected<PlainVersion>("has a version Version that is not a nullable integer");
        ShouldBeRejected<ShortVersion>("has a version Version whose type Int16 ends after too few writes");
        ShouldBeRejected<TwoCreationTimes>("marks two properties with [CreatedAt]: Born and Made");
        ShouldBeRejected<TwoUpdateTimes>("marks two properties with [UpdatedAt]: Changed and Touched");
        ShouldBeRejected<TextTime>("has a time Born that is neither a DateTimeOffset nor a DateTime");
        ShouldBeRejected<TwoExpiries>("marks two properties with [ExpiresAt]: First and Second");
        ShouldBeRejected<TextExpiry>("has an expiry Expires that is not stored as epoch seconds");
        ShouldBeRejected<TwoRevisions>("marks two properties with [Revision]: First and Second");
        ShouldBeRejected<StoredRevision>("would have its revision ETag stored by the SDK; mark it with [DynamoDBIgnore] as well");
        ShouldBeRejected<NumberRevision>("has a revision ETag that is not a string");
    }

    [Fact]
    public void A_unique_value_is_a_string_with_a_name_of_its_own_and_a_stored_scope()
    {
        ShouldBeRejected<UniqueNumber>("has the unique value Badge that is neither stored as a string nor a HashSet<string>");
        ShouldBeRejected<UniqueList>("has the unique value Names that is neither stored as a string nor a HashSet<string>");
        ShouldBeRejected<IndexedNumber>("has the indexed value Level that is neither stored as a string nor a HashSet<string>");
        ShouldBeRejected<UniqueAndIndexed>("declares Roles as unique or indexed twice");
        ShouldBeRejected<UniqueKey>("has a unique value Id that is a part of the key");
        ShouldBeRejected<UniqueIgnored>("has an attribute of stored properties on Handle, which is not stored");
        ShouldBeRejected<SameUniqueName>("has two unique values with the name 'name'");
        ShouldBeRejected<EmptyUniqueName>("has a unique value Handle whose name is empty");
        ShouldBeRejected<LongUniqueName>("has a unique value Handle whose name is empty or longer than 255 characters");
        ShouldBeRejected<UndefinedNormalization>("has a unique value Handle whose normalization is not defined");
        ShouldBeRejected<IgnoredScope>("does not store Team, which is its scope of Handle");
        ShouldBeRejected<MissingScope>("does not store Club, which is its scope of Handle");
        ShouldBeRejected<BooleanScope>("has the scope IsGuest of Handle that is neither a string nor a Guid nor an integer");
        ShouldBeRejected<DefaultUnique>("has a unique value Handle with a default, which all users without a value would have");
        ShouldBeRejected<MaintainedScope>("has the scope Version, which the store changes at every write");
        ShouldBeRejected<Plain>("declares Name as unique or indexed twice", type => type.Unique("a", user => user.Name).Unique("b", user => user.Name));
        ShouldBeRejected<Plain>("has more than 30 unique values", type =>
        {
            for (int number = 0; number <= 30; number++)
                type.Unique($"name-{number}", user => user.Name);
        });
    }

    [Fact]
    public void What_DynamoDB_or_the_store_must_read_is_not_encrypted()
    {
        ShouldBeRejected<EncryptedKey>("encrypts Id, which is a part of the key");
        ShouldBeRejected<EncryptedIndexKey>("encrypts City, which is a key of the index 'city-index'");
        ShouldBeRejected<EncryptedIndexSortKey>("encrypts Street, which is a key of the index 'city-index'");
        ShouldBeRejected<EncryptedVersion>("encrypts Version, which is the version");
        ShouldBeRejected<EncryptedTime>("encrypts Born, which is a time that the store maintains");
        ShouldBeRejected<EncryptedUpdate>("encrypts Changed, which is a time that the store maintains");
        ShouldBeRejected<EncryptedExpiry>("encrypts Expires, which is the expiry");
        ShouldBeRejected<EncryptedIndexed>("encrypts Roles, which is an indexed value");
        ShouldBeRejected<EncryptedScope>("encrypts Team, which is the scope of Handle");
        ShouldBeRejected<EncryptedFlattened>("encrypts Home, which is flattened into several attributes");
        ShouldBeRejected<EncryptedRevision>("has an attribute of stored properties on ETag, which is not stored");
        ShouldBeRejected<EncryptedInside>("has an attribute on SecretAddress.City that is honored on properties of the user itself only");
        ShouldBeRejected<Plain>("encrypts Id, which is a part of the key", type => type.Encrypted(user => user.Id));
        ShouldBeRejected<Plain>(
            "encrypts Name, by which OnlyWhere distinguishes users", type => type.Encrypted(user => user.Name).OnlyWhere(user => user.Name == "x"));
        Register<Plain>(type => type.Encrypted(user => user.Name), options =>
        {
            options.Privacy.HashKey = new byte[32];
            options.Privacy.DataKeyWrapper = new LocalDataKeyWrapper(new byte[32]);
        }).Should().NotThrow();
    }

    [Fact]
    public void An_attribute_of_the_SDK_that_is_not_honored_is_named()
    {
        ShouldBeRejected<FirstConversion>("ConversionSchema.V1");
        ShouldBeRejected<PolymorphicRoot>("[DynamoDBPolymorphicType], which is supported for properties only");
        ShouldBeRejected<PublicField>("has a public field Name, which the SDK stores");
        ShouldBeRejected<Counter>("[DynamoDBAtomicCounter] on Count");
        ShouldBeRejected<SearchVector>("[DynamoDBSearchVector] on Vector");
        ShouldBeRejected<OrderedIndexKeys>("keys of several attributes (Order) are not supported");
        ShouldBeRejected<EpochInstant>("stores At as epoch seconds");
        ShouldBeRejected<BoundVersion>("sets Version by a constructor");
        ShouldBeRejected<BoundTimestamp>("sets Made by a constructor");
        ShouldBeRejected<TwoConstructors>("must have a public constructor without parameters, or one public constructor");
        ShouldBeRejected<StrayParameter>("has a constructor with a parameter 'alias' that has the name of no property");
        ShouldBeRejected<LocalIndexWithoutSortKey>("declares the local index 'name-index', but the table has no sort key");
        ShouldBeRejected<IndexOfBothKinds>("declares the index 'name-index' as a global and as a local one");
        ShouldBeRejected<FlattenedTwice>("maps two properties to the attribute 'City'");
        Register<HidesAnother>().Should().NotThrow("the context takes the one of the derived type");
        Register<WithIndexers>().Should().NotThrow("the context ignores them");
        ShouldBeRejected<GetOnlyList>("has an attribute of stored properties on Tags, which is not stored");
        ShouldBeRejected<IgnoresOverride>("has an attribute on Name, which lacks a getter or a setter, so that the SDK stores the property of the base type");
        ShouldBeRejected<RenamesOverride>("has an attribute on Name, which lacks a getter or a setter");
        ShouldBeRejected<MarksHiding>("has an attribute on Texts, which lacks a getter or a setter");
        Register<OverridesAccessors>().Should().NotThrow("the attributes are those of the base type, which the context stores");
    }

    [Fact]
    public void A_type_contains_a_limited_number_of_others()
    {
        ShouldBeRejected<EndlessType>("has a property Next of a type that the SDK does not store and read back");
        ShouldBeRejected<DoublingType>("has a property Next of a type that the SDK does not store and read back");
        ShouldBeRejected<ManyTypes>("has a property Next of a type that the SDK does not store and read back");
        Register<TypesOfEachOther>().Should().NotThrow("120 types have an end");
    }

    [Fact]
    public void An_attribute_inside_a_structure_that_only_users_have_is_named()
    {
        ShouldBeRejected<Flattens<UniqueInside>>("has an attribute on UniqueInside.Email that is honored on properties of the user itself only");
        ShouldBeRejected<Nests<UniqueInside>>("has an attribute on UniqueInside.Email");
        ShouldBeRejected<Nests<List<UniqueInside>>>("has an attribute on UniqueInside.Email");
        ShouldBeRejected<Nests<Dictionary<string, UniqueInside[]>>>("has an attribute on UniqueInside.Email");
        ShouldBeRejected<Flattens<CounterInside>>("has an attribute on CounterInside.Count");
        ShouldBeRejected<Flattens<TimestampInside>>("has an attribute on TimestampInside.Stamp");
        ShouldBeRejected<Flattens<VersionInside>>("has an attribute on VersionInside.Inner");
        ShouldBeRejected<Flattens<IndexKeyInside>>("has an attribute on IndexKeyInside.City");
        ShouldBeRejected<Flattens<WrittenOnceInside>>("has an attribute on WrittenOnceInside.First");
        ShouldBeRejected<Flattens<KeyInside>>("has an attribute on KeyInside.Other");
        Register<Nests<KeyInside>>().Should().NotThrow("the context takes it as a name");
    }

    [Fact]
    public void A_description_in_options_obeys_the_same_rules()
    {
        ShouldBeRejected<Bare>("must have one key", type => type.Version(user => user.Number));
        ShouldBeRejected<Bare>("has a key Weight of type Double", type => type.PartitionKey(user => user.Weight));
        ShouldBeRejected<Bare>("has a unique value Id that is a part of the key", type => type.PartitionKey(user => user.Id).Unique("id", user => user.Id));
        ShouldBeRejected<Bare>("has a version Weight", type => type.PartitionKey(user => user.Id).Version(user => user.Weight));
        ShouldBeRejected<Bare>("stores Id, which is its revision", type => type.PartitionKey(user => user.Id).Revision(user => user.Id));
        ShouldBeRejected<Bare>("which is its scope of Id", type => type.PartitionKey(user => user.Number).Unique("id", u => u.Id, within: u => u.Hidden));
        ShouldBeRejected<Plain>("UserStoreOptions.Describe describes Bare, but the store is for Plain", options: o => o.Describe<Bare>(_ => { }));
        Action method = () => new UserStoreOptions().Describe<Bare>(type => type.PartitionKey(user => user.ToString()));
        Action nested = () => new UserStoreOptions().Describe<Bare>(type => type.PartitionKey(user => user.Id!.Length));
        method.Should().Throw<ArgumentException>().WithMessage("*not a property of the user*");
        nested.Should().Throw<ArgumentException>().WithMessage("*not a property of the user*");
    }

    [Fact]
    public void OnlyWhere_consists_of_equalities_of_stored_properties_with_constants()
    {
        const string Rule = "is restricted by an OnlyWhere that is more than equalities";
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name != "a"));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name == "a" || user.Name == "b"));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name!.StartsWith("ab", StringComparison.Ordinal)));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name == "a" && user.Number > 1));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name == "a" && user.Name == "b"));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name == user.Other));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name == null));
        ShouldBeRejected<Plain>("is restricted by an OnlyWhere of Hidden, which is not stored", type => type.OnlyWhere(user => user.Hidden == "a"));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(user => user.Name!.Length == 1));
        ShouldBeRejected<Plain>(Rule, type => type.OnlyWhere(_ => true));
        string captured = "user";
        Register<Plain>(type => type.OnlyWhere(user => user.Name == captured && user.Number == 7 && "x" == user.Other)).Should().NotThrow();
    }

    [Fact]
    public void Attributes_that_the_store_maintains_belong_to_no_property()
    {
        Register<WithBookkeepingNames>(options: options => options.BookkeepingPrefix = "us_").Should().NotThrow();
        ShouldBeRejected<WithBookkeepingNames>(
            "maps a property to the attribute 'birth_id', which the store maintains; set UserStoreOptions.BookkeepingPrefix");
        ShouldBeRejected<WithPrefixedName>(
            "maps a property to the attribute 'us_write_id_3', which the store maintains", options: options => options.BookkeepingPrefix = "us_");
    }

    private static void ShouldBeRejected<TUser>(
        string rule, Action<UserTypeBuilder<TUser>>? describe = null, Action<UserStoreOptions>? options = null)
        where TUser : class
        => Register(describe, options).Should().Throw<InvalidOperationException>(rule)
            .Which.Message.Should().Contain(rule).And.ContainAny(typeof(TUser).FullName, typeof(TUser).Name).And.EndWith(".");

    private static Action Register<TUser>(Action<UserTypeBuilder<TUser>>? describe = null, Action<UserStoreOptions>? options = null)
        where TUser : class
        => () =>
        {
            var services = new ServiceCollection();
            services.AddUserStore<TUser>(configured =>
            {
                configured.ServiceUrl = "http://127.0.0.1:1";
                if (describe is not null)
                    configured.Describe(describe);
                options?.Invoke(configured);
            });
            using ServiceProvider provider = services.BuildServiceProvider();
            provider.GetRequiredService<IUserStore<TUser>>();
        };
}

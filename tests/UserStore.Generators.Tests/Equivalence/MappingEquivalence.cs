using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.Declarations;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Users.Generated;
using UserStore.Mapping;
using UserStore.Modeling;
using UserStore.TestKit;
using Xunit.Abstractions;

namespace UserStore.Generators.Tests.Equivalence;

/// <summary>The generated mapping of a type gives what the SDK's context gives, or leaves it to the context.</summary>
public abstract class MappingEquivalence<TUser>
    where TUser : class
{
    private const int Users = 300;
    private const string Escaped = "unknown";

    // As DynamoDB escapes: only what must be.
    private static readonly JsonWriterOptions AsDynamoDb = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ITestOutputHelper _output;
    private readonly UserModel _model;
    private readonly UserItems<TUser> _items;
    private readonly GeneratedMapping<TUser> _mapping;
    private readonly UserReader<TUser> _reader;

    protected MappingEquivalence(ITestOutputHelper output)
    {
        _output = output;
        var options = new UserStoreOptions();
        _model = UserModel.For<TUser>(options);
        IDynamoDBContext context = UserContext.CreateForMapping(options, _model);
        _items = new UserItems<TUser>(() => context, _model, "Users");
        _mapping = GeneratedMappings.Find<TUser>() ?? throw new InvalidOperationException($"No mapping of {typeof(TUser).Name} was generated.");
        _reader = new UserReader<TUser>(_mapping, _model);
    }

    /// <summary>Gets a value indicating whether generated code declares the type: not one that has parts which only reflection reaches.</summary>
    private protected virtual bool IsDeclared => true;

    private static int Seed => TestSeed.Value.GetHashCode();

    [Fact]
    public void The_attributes_are_those_of_the_model_in_its_order() => _mapping.Attributes.Should().Equal(_model.Attributes);

    [Fact]
    public void The_declaration_is_what_reflection_finds()
    {
        var values = new RandomValues(Seed);
        DeclaredType? declared = DeclaredTypes.Find<TUser>();
        (declared is not null).Should().Be(IsDeclared);
        if (declared is not null)
            DeclarationEquivalence.Check(declared, Enumerable.Range(0, Users).Select(_ => NewUser(values)));
    }

    [Fact]
    public void Users_are_written_as_the_context_writes_them()
    {
        var values = new RandomValues(Seed);
        int irregular = 0;
        for (int i = 0; i < Users; i++)
        {
            TUser user = NewUser(values);
            if (Write(user) is not { } written)
            {
                irregular += ToItem(user) is null ? 0 : 1;
                continue;
            }

            ShouldEqual(written, ToItem(user), "write");
        }

        _output.WriteLine($"{typeof(TUser).Name}: {irregular} of {Users} users are left to the context although it maps them, seed {TestSeed.Value}");
        irregular.Should().BeLessThan(Users / 100);
    }

    [Fact]
    public void Users_that_the_context_rejects_are_left_to_it()
    {
        var values = new RandomValues(Seed) { Odd = 0.05 };
        for (int i = 0; i < Users * 3; i++)
        {
            TUser user = NewUser(values);
            if (Write(user) is { } written)
                ShouldEqual(written, ToItem(user), "write");
        }
    }

    [Fact]
    public void Regular_items_are_read_directly_and_as_the_context_reads_them()
    {
        var values = new RandomValues(Seed);
        (int regular, int left) = (0, 0);
        for (int i = 0; i < Users; i++)
        {
            if (ToItem(NewUser(values)) is not { Count: > 0 } item) // an empty one is absent
                continue;
            regular++;
            bool isLeft = !IsReadDirectly(item, "read");
            left += isLeft && FromItem(item) is not null ? 1 : 0;
        }

        _output.WriteLine($"{typeof(TUser).Name}: {left} of {regular} items are left to the context although it reads them, seed {TestSeed.Value}");
        regular.Should().BeGreaterThan(Users / 2);
        left.Should().BeLessThan(Math.Max(1, regular / 100));
    }

    [Fact]
    public void Items_of_other_programs_are_read_as_the_context_reads_them_or_left_to_it()
    {
        var values = new RandomValues(Seed);
        (int read, int direct) = (0, 0);
        for (int i = 0; i < 12; i++)
        {
            if (ToItem(NewUser(values)) is not { } item)
                continue;
            foreach (string attribute in _model.Attributes.Append(Escaped))
            {
                foreach (Dictionary<string, AttributeValue> odd in Odd(item, attribute, values.Random))
                {
                    read++;
                    direct += IsReadDirectly(odd, attribute) ? 1 : 0;
                }
            }
        }

        _output.WriteLine($"{typeof(TUser).Name}: {direct} of {read} odd items are read directly, seed {TestSeed.Value}");
        direct.Should().BePositive();
    }

    private static IEnumerable<Dictionary<string, AttributeValue>> Odd(Dictionary<string, AttributeValue> item, string attribute, Random random)
    {
        yield return item.Where(entry => entry.Key != attribute).ToDictionary();
        foreach (AttributeValue value in OddItems.Values())
            yield return new Dictionary<string, AttributeValue>(item) { [attribute] = value };
        for (int i = 0; i < 10; i++)
        {
            if (OddItems.ChangedInside(item, attribute, random) is { } changed)
                yield return changed;
        }
    }

    private protected virtual TUser NewUser(RandomValues values) => (TUser)values.Object(typeof(TUser));

    // Some parts of the assertion are expensive, so that they run only if it fails.
    private bool IsReadDirectly(Dictionary<string, AttributeValue> item, string attribute)
    {
        string json = Json(item, isEscaped: attribute == Escaped);
        ItemReader reader = _reader.NewReader(Encoding.UTF8.GetBytes(json), readsMany: false);
        ReadItem<TUser> read = _reader.Read(ref reader);
        if (read.User is null)
        {
            AttributeValueComparer.AreEqual(read.Item ?? [], item).Should().BeTrue("the context reads the whole item");
            return false;
        }

        TUser? expected = FromItem(item);
        if (expected is null)
            Assert.Fail($"The context does not read '{attribute}' of {json} (seed {TestSeed.Value}).");
        if (Structural.Difference(expected, read.User) is { } difference)
            Assert.Fail($"The context reads '{attribute}' of {json} differently: {difference} (seed {TestSeed.Value}).");
        if (_model.ExpiresAt is { } expiry && read.ExpiresAt != item.Number(expiry.AttributeName))
            Assert.Fail($"The expiry of {json} is not {read.ExpiresAt} (seed {TestSeed.Value}).");
        return true;
    }

    private static void ShouldEqual(Dictionary<string, AttributeValue> written, Dictionary<string, AttributeValue>? expected, string what)
    {
        if (expected is null)
            Assert.Fail($"The context rejects {Json(written)} ({what}, seed {TestSeed.Value}).");
        if (!AttributeValueComparer.AreEqual(written, expected))
            Assert.Fail($"The context writes {Json(expected)}\nand the mapping {Json(written)} ({what}, seed {TestSeed.Value}).");
        if (string.Concat(Json(written).Order()) != string.Concat(Json(expected).Order()))
            Assert.Fail($"The context writes {Json(expected)}\nin another notation than the mapping {Json(written)} ({what}, seed {TestSeed.Value}).");
    }

    private static string Json(Dictionary<string, AttributeValue> item, bool isEscaped = false)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, isEscaped ? default : AsDynamoDb))
            AttributeJson.WriteItem(writer, item);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private Dictionary<string, AttributeValue>? Write(TUser user)
    {
        using JsonBody body = JsonBody.Rent();
        body.Json.WriteStartObject();
        for (int i = 0; i < _mapping.Attributes.Count; i++)
        {
            int before = body.Written.Length;
            body.Values.SetKey(JsonEncodedText.Encode(_mapping.Attributes[i]));
            bool isWritten = _mapping.Write(user, i, body.Values);
            if (!body.Values.IsIrregular && isWritten != body.Written.Length > before)
                Assert.Fail($"'{_mapping.Attributes[i]}' is written, or is not, although the mapping says otherwise.");
        }

        body.Json.WriteEndObject();
        return body.Values.IsIrregular ? null : AttributeJson.ReadItem(JsonDocument.Parse(body.Written).RootElement);
    }

    private Dictionary<string, AttributeValue>? ToItem(TUser user)
    {
        try
        {
            return _items.ToItem(user);
        }
        catch (InvalidUserException)
        {
            return null;
        }
    }

    private TUser? FromItem(Dictionary<string, AttributeValue> item)
    {
        try
        {
            return _items.FromItem(new StoredUser(item, _model));
        }
        catch (UserStoreSchemaException)
        {
            return null;
        }
    }
}

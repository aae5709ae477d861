using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Migrations;
using UserStore.ServerTests.UserTypes;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Migrations;

/// <summary>Imports of external tables into users with keys of two parts.</summary>
public sealed class MemberImportTests() : TypedImportTest<Member>(UserKinds.Member)
{
    [Fact]
    public async Task The_parts_of_a_key_are_computed_and_items_that_cannot_be_users_are_poison()
    {
        await CreateExternalTableAsync(External, "id");
        await PutAsync(("id", "t1#a"), ("login", "ada"), ("plan", "gold"));
        await PutAsync(("id", "t2#a"), ("login", "ada"));
        await PutAsync(("id", "t1#b"), ("login", "ada"));
        await PutAsync(("id", "t3#c"), ("login", "cy"), ("kind", "group"));
        await PutAsync(("id", "no-tenant"));
        await PutAsync(("id", "t4#d"), ("again", "yes"));
        await PutAsync(("id", "t4##d"), ("again", "yes"));

        IReadOnlyList<PoisonItem> poison = await ImportAsync(
            item =>
            {
                string[] parts = item["id"].S.Split('#', StringSplitOptions.RemoveEmptyEntries);
                item.Remove("id");
                item["pk"] = new AttributeValue(parts[0]);
                item["sk"] = new AttributeValue(parts[1]);
            },
            attributes: ("login", "user_name"));

        (await ScanAsync(UsersTable)).Select(item => KeyModel.FindIn(item)).Should().BeEquivalentTo(
            new UserKey?[] { UserKey.Of("t2", "a"), UserKey.Of("t1", poison.Any(item => item.Key["id"].S == "t1#a") ? "b" : "a") });
        poison.Select(item => item.Key["id"].S).Should().HaveCount(5).And.Contain(["t3#c", "no-tenant", "t4#d", "t4##d"]);
        poison.Single(item => item.Key["id"].S == "t4#d").ConflictsWith!["id"].S.Should().Be("t4##d");
        poison.Should().NotContain(item => item.Error.Contains("ada") || item.Error.Contains("group"));
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_key_of_two_parts_is_taken_over_and_an_item_without_its_sort_key_is_poison()
    {
        await CreateExternalTableAsync(External, ("tenant", ScalarAttributeType.S), ("number", ScalarAttributeType.N));
        foreach (int number in new[] { 1, 2, 3 })
            await PutAsync(("tenant", new AttributeValue("t1")), ("number", new AttributeValue { N = $"{number}" }));
        await Store.CreateAsync(Kind.New(1) with { Tenant = "t1", Id = "3" });

        IReadOnlyList<PoisonItem> poison = await ImportAsync(
            item =>
            {
                if (item["sk"].N == "2")
                    item.Remove("sk");
            },
            attributes: [("tenant", "pk"), ("number", "sk")]);

        (await Store.FindAsync(UserKey.Of("t1", "1"), ReadConsistency.Strong))!.Version.Should().Be(1);
        (await Store.FindAsync(UserKey.Of("t1", "3"), ReadConsistency.Strong))!.Name.Should().Be("Fake 1", "users that exist are kept");
        poison.Should().ContainSingle().Which.Key.Should().BeEquivalentTo(new Dictionary<string, AttributeValue>
        {
            ["tenant"] = new("t1"),
            ["number"] = new() { N = "2" },
        });
    }
}

/// <summary>Imports of external tables into users with a number as their key.</summary>
public sealed class VisitorImportTests() : TypedImportTest<Visitor>(UserKinds.Visitor)
{
    [Fact]
    public async Task Numbers_are_taken_over_and_other_keys_are_poison()
    {
        await CreateExternalTableAsync(External, ("no", ScalarAttributeType.N));
        foreach (string number in new[] { "7", "-9223372036854775808", "9223372036854775808", "1.5" })
            await PutAsync(("no", new AttributeValue { N = number }), ("badge", new AttributeValue($"badge{number}")));

        IReadOnlyList<PoisonItem> poison = await ImportAsync(attributes: ("no", "number"));

        (await Store.ListAsync().ReadAllAsync()).Select(visitor => visitor.Number).Should().BeEquivalentTo([7, long.MinValue]);
        poison.Select(item => item.Key["no"].N).Should().BeEquivalentTo("9223372036854775808", "1.5");
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Strings_that_are_the_same_number_are_poison()
    {
        await CreateExternalTableAsync(External, "no");
        foreach (string number in new[] { "7", "007", "8", "eight" })
            await PutAsync(("no", number));

        IReadOnlyList<PoisonItem> poison = await ImportAsync(
            item => item["number"] = new AttributeValue { N = item["number"].S }, attributes: ("no", "number"));

        (await Store.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.Number.Should().Be(8);
        poison.Select(item => (item.Key["no"].S, item.ConflictsWith?["no"].S)).Should().BeEquivalentTo(
            [("7", "007"), ("007", "7"), ("eight", (string?)null)]);
    }
}

/// <summary>Imports of external tables into users with a Guid as their key.</summary>
public sealed class AccountImportTests() : TypedImportTest<Account>(UserKinds.Account)
{
    [Fact]
    public async Task Two_spellings_of_one_Guid_are_poison()
    {
        await CreateExternalTableAsync(External, "Id");
        string[] ids = ["0a1b2c3d-0000-4000-8000-000000000001", "0A1B2C3D-0000-4000-8000-000000000001", "0A1B2C3D-0000-4000-8000-000000000002", "none"];
        foreach (string id in ids)
            await PutAsync(("Id", id));

        IReadOnlyList<PoisonItem> poison = await ImportAsync();

        (await ScanAsync(UsersTable)).Should().ContainSingle().Which["Id"].S.Should().Be(ids[2].ToLowerInvariant());
        poison.Select(item => (item.Key["Id"].S, item.ConflictsWith?["Id"].S)).Should().BeEquivalentTo([(ids[0], ids[1]), (ids[1], ids[0]), (ids[3], null)]);
    }

    [Fact]
    public async Task A_Guid_that_is_computed_is_the_same_in_each_run_and_an_empty_one_is_poison()
    {
        await CreateExternalTableAsync(External, "no");
        foreach (string number in new[] { "7", "8" })
            await PutAsync(("no", number));
        await PutAsync(("no", "9"), ("Id", Guid.Empty.ToString()));

        for (int run = 1; run <= 2; run++)
            (await ImportAsync(isRepaired: run > 1)).Should().ContainSingle().Which.Key["no"].S.Should().Be("9");

        (await Store.ListAsync().ReadAllAsync()).Should().HaveCount(2).And.OnlyContain(account => account.Id.Version == 8);
    }
}

/// <summary>Imports into a table whose sort key the store fills in.</summary>
public sealed class GeneratedKeyImportTests() : TypedImportTest<Seat>(Seat.Kind)
{
    [Fact]
    public async Task A_part_that_the_store_would_generate_is_computed()
    {
        await CreateExternalTableAsync(External, "no");
        foreach (string number in new[] { "7", "8" })
            await PutAsync(("no", number), ("tenant", "tenant-1"));

        await ImportAsync();
        await ImportAsync(isRepaired: true);

        (await Store.QueryAsync(UserQuery<Seat>.OfPartition("tenant-1")).ReadAllAsync()).Should().HaveCount(2).And.OnlyContain(seat => seat.Id.Version == 8);
    }
}

/// <summary>The base of tests that import an external table.</summary>
public abstract class TypedImportTest<TUser>(UserKind<TUser> kind) : TypedServerTest<TUser>(kind)
    where TUser : class
{
    protected string External => Options.TableNamePrefix + "External";

    protected static Task CreateExternalTableAsync(string name, params (string Name, ScalarAttributeType Type)[] keys)
        => Server.Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = name,
            KeySchema = [.. keys.Select((key, part) => new KeySchemaElement(key.Name, part == 0 ? KeyType.HASH : KeyType.RANGE))],
            AttributeDefinitions = [.. keys.Select(key => new AttributeDefinition(key.Name, key.Type))],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });

    protected Task PutAsync(params (string Name, string Value)[] attributes)
        => PutAsync([.. attributes.Select(attribute => (attribute.Name, new AttributeValue(attribute.Value)))]);

    protected Task PutAsync(params (string Name, AttributeValue Value)[] attributes)
        => Server.Client.PutItemAsync(External, attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value));

    protected Task<IReadOnlyList<PoisonItem>> ImportAsync(
        Action<IDictionary<string, AttributeValue>>? convert = null, bool isRepaired = false, params (string From, string To)[] attributes)
        => MigrateAsync("1_import", migrations =>
        {
            var table = new ExternalTable
            {
                TableName = External,
                Convert = convert is null ? null : item => convert(item),
                Options = new BackfillOptions { MaxPoisonItems = 10 },
            };
            foreach ((string from, string to) in attributes)
                table.Attributes[from] = to;
            migrations.AddImport("1_import", table);
        }, isRepaired);
}

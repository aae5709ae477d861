using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

/// <summary>Imports of tables in which several items would become one user.</summary>
public sealed class ImportConflictTests : MigrationServerTest
{
    private string External => Bench.StoreOptions.TableNamePrefix + "External";

    [Fact]
    public async Task Items_that_would_become_one_user_are_all_poison_and_name_each_other()
    {
        await CreateOrdersAsync(users: 3, ordersPerUser: 2);
        await PutAsync("alone", 1);
        List<PoisonItem> first = await ImportAsync("1_import"), second = await ImportAsync("2_import");

        first.Should().HaveCount(6);
        first.Should().OnlyContain(poison => poison.ConflictsWith!["user"].S == poison.Key["user"].S
            && poison.ConflictsWith["order"].N != poison.Key["order"].N && poison.Error.Contains("DuplicateUserIdException"));
        second.Should().BeEquivalentTo(first);
        (await ScanAsync(UsersTable)).Should().ContainSingle().Which["user_id"].S.Should().Be("alone");
        (await ScanAsync(LockTable)).Should().HaveCount(
            1 + (2 * 6) + (await ScanAsync(LockTable)).Count(item => item.GetValueOrDefault("poison")?.N is not null and not "0"),
            "the claims of a completed import are deleted");
    }

    [Fact]
    public async Task A_conflict_that_was_corrected_is_imported_by_the_next_run()
    {
        await CreateOrdersAsync(users: 2, ordersPerUser: 2);
        MigrationBench bench = NewBench("1_import", maxPoison: 0);
        MigrationFailedException failed = (
            await bench.Invoking(_ => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>()).Which;

        foreach (string user in new[] { "user-0", "user-1" })
            await Server.Client.DeleteItemAsync(External, KeyOf(user, 1));
        await bench.NewRunner().RunAsync();

        failed.InnerException.Should().BeOfType<BackfillFailedException>().Which.InnerException.Should().BeOfType<DuplicateUserIdException>();
        (await ScanAsync(UsersTable)).Select(item => item["user_id"].S).Should().BeEquivalentTo("user-0", "user-1");
    }

    [Fact]
    public async Task Items_whose_only_key_is_the_id_are_imported_without_claims()
    {
        await CreateUsersAsync();
        await CreateExternalTableAsync(External, "id");
        for (int i = 0; i < 5; i++)
            await Server.Client.PutItemAsync(External, new() { ["id"] = new($"fake-{i}") });
        Wire.Clear();
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.AddImport("1_import", new ExternalTable
        {
            TableName = External,
            Attributes = { ["id"] = "user_id" },
            Convert = item => item["user_id"] = new AttributeValue(item["user_id"].S == "fake-3" ? "fake-2" : item["user_id"].S),
            Options = new BackfillOptions { MaxPoisonItems = 1 },
        });

        await bench.NewRunner().RunAsync();

        (await ScanAsync(UsersTable)).Select(item => item["user_id"].S).Should().BeEquivalentTo("fake-0", "fake-1", "fake-2", "fake-4");
        (await ScanAsync(LockTable)).Where(item => item.ContainsKey("error")).Should().ContainSingle()
            .Which["error"].S.Should().Contain("changes the id");
        Sent().Count(operation => operation == "Scan").Should().BeLessThan(8, "the table is scanned once");
    }

    [Fact]
    public async Task Items_that_were_corrected_after_a_failure_are_imported_or_conflict_as_if_they_were_new()
    {
        await CreateOrdersAsync(users: 0, ordersPerUser: 0);
        foreach (int order in new[] { 1, 2 })
            await PutAsync("user-0", order);
        await PutAsync("user-1", 3);
        bool isBroken = true;
        MigrationBench bench = NewBench("1_import", maxPoison: 1, item => _ = isBroken ? throw new FormatException() : item);
        await bench.Invoking(_ => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>();
        isBroken = false;

        MigrationFailedException failed = (
            await bench.Invoking(_ => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>()).Which;
        await Server.Client.DeleteItemAsync(External, KeyOf("user-0", 1));
        await bench.NewRunner().RunAsync();

        failed.InnerException!.InnerException.Should().BeOfType<DuplicateUserIdException>();
        (await ScanAsync(UsersTable)).Select(item => item["user_id"].S).Should().BeEquivalentTo("user-0", "user-1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ids_that_are_numbers_and_keys_that_contain_separators_conflict_only_if_they_are_the_same(bool areTheSame)
    {
        await CreateOrdersAsync(users: 0, ordersPerUser: 0);
        (string, string)[] keys = areTheSame ? [("a", "7"), ("b", "7")] : [("x\norder=1:1", "7"), ("x", "8")];
        foreach ((string user, string id) in keys)
        {
            await Server.Client.PutItemAsync(
                External, new() { ["user"] = new(user), ["order"] = new() { N = "1" }, ["uid"] = new() { N = id } });
        }

        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.AddImport("1_import", new ExternalTable
        {
            TableName = External,
            Attributes = { ["uid"] = "user_id" },
            Options = new BackfillOptions { MaxPoisonItems = 2 },
        });

        await bench.NewRunner().RunAsync();

        (await ScanAsync(UsersTable)).Select(item => item["user_id"].S).Should().BeEquivalentTo(areTheSame ? [] : ["7", "8"]);
    }

    [Fact]
    public async Task A_numeric_key_is_imported_as_the_id()
    {
        await CreateUsersAsync();
        await Server.Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = External,
            KeySchema = [new("id", KeyType.HASH)],
            AttributeDefinitions = [new("id", ScalarAttributeType.N)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        await Server.Client.PutItemAsync(External, new() { ["id"] = new() { N = "42" } });
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.AddImport("1_import", new ExternalTable { TableName = External, Attributes = { ["id"] = "user_id" } });

        await bench.NewRunner().RunAsync();

        (await ScanAsync(UsersTable)).Should().ContainSingle().Which["user_id"].S.Should().Be("42");
    }

    [Fact]
    public async Task An_item_that_already_has_an_attribute_of_the_new_name_is_poison_with_that_name()
    {
        await CreateUsersAsync();
        await CreateExternalTableAsync(External, "id");
        await Server.Client.PutItemAsync(External, new() { ["id"] = new("fake-1"), ["user_id"] = new("fake-2") });
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.AddImport("1_import", new ExternalTable { TableName = External, Attributes = { ["id"] = "user_id" } });

        MigrationFailedException failed = (
            await bench.Invoking(_ => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>()).Which;

        failed.InnerException.Should().BeOfType<BackfillFailedException>().Which.Poison.Should().ContainSingle()
            .Which.Error.Should().Contain("renames an attribute to 'user_id'");
    }

    [Fact]
    public async Task An_import_that_is_cut_off_while_it_claims_ids_is_resumed()
    {
        await CreateOrdersAsync(users: 30, ordersPerUser: 1);
        await PutAsync("user-7", 9);
        for (int request = 5; request <= 60; request += 5)
        {
            MigrationBench bench = NewBench($"{request:00}_import", maxPoison: 2);
            using var cancel = new CancellationTokenSource();
            CutAt(request, isRequestApplied: true, cancel.CancelAsync);
            await bench.Invoking(_ => bench.NewRunner().RunAsync(cancellationToken: cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
            Wire.Clear();

            await bench.NewRunner().RunAsync();

            (await ScanAsync(UsersTable)).Select(item => item["user_id"].S).Should().HaveCount(29).And.NotContain("user-7");
            foreach (Dictionary<string, AttributeValue> user in await ScanAsync(UsersTable))
                await Server.Client.DeleteItemAsync(UsersTable, new() { ["user_id"] = user["user_id"] });
        }
    }

    private async Task<List<PoisonItem>> ImportAsync(string id)
    {
        await NewBench(id, maxPoison: 100).NewRunner().RunAsync();
        return [.. (await ScanAsync(LockTable)).Where(item => item["id"].S.Contains($"/{id}/") && item.ContainsKey("error")).Select(
            item => new PoisonItem(item["key"].M, item["error"].S) { ConflictsWith = item["other_key"].M })];
    }

    private MigrationBench NewBench(string id, int maxPoison, Action<Dictionary<string, AttributeValue>>? convert = null)
    {
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Missing = MigrationPolicy.Allow;
        bench.Options.Migrations.AddImport(id, new ExternalTable
        {
            TableName = External,
            Attributes = { ["user"] = "user_id" },
            Convert = convert,
            Options = new BackfillOptions { MaxPoisonItems = maxPoison, PageSize = 3 },
        });
        return bench;
    }

    private async Task CreateOrdersAsync(int users, int ordersPerUser)
    {
        await CreateUsersAsync();
        await Server.Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = External,
            KeySchema = [new("user", KeyType.HASH), new("order", KeyType.RANGE)],
            AttributeDefinitions = [new("user", ScalarAttributeType.S), new("order", ScalarAttributeType.N)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        for (int user = 0; user < users; user++)
        {
            for (int order = 0; order < ordersPerUser; order++)
                await PutAsync($"user-{user}", order);
        }
    }

    private Task PutAsync(string user, int order) => Server.Client.PutItemAsync(External, KeyOf(user, order));

    private static Dictionary<string, AttributeValue> KeyOf(string user, int order)
        => new() { ["user"] = new(user), ["order"] = new() { N = $"{order}" } };
}
